// SPDX-License-Identifier: MIT
// What lesson 6 runs, asks and claims (see guide.h). Runs in: the guide.
#include "guide.h"

#include <stdio.h>
#include <string.h>

// Does the line that begins so end in these words?
static bool says(const struct guide_run *run, const char *call,
                 const char *words) {
    const char *rest = guide_line(run, call);
    return rest && strcmp(rest + strspn(rest, " "), words) == 0;
}

// Is every process of the run gone, the program itself aside?
static int all_gone(const struct guide_run *run) {
    bool gone = guide_all_ended(run);
    for (size_t i = 1; i < run->processes; i++)
        gone &= run->process[i].gone;
    return guide_watched(run, gone);
}

// Python's words for the same orders.
static void in_python(size_t workers, size_t tasks) {
    static const char *const words[] = {"Pool is still running", "ok",
                                        "Pool not running", "ok"};
    bool same = true;
    struct guide_run *run =
        guide_run("in_order", guide_input(), guide_text("%zu", workers),
                  guide_text("%zu", tasks));
    for (size_t i = 0; i < 4; i++)
        same &= i < run->lines && strcmp(run->line[i], words[i]) == 0;
    guide_claim(same, NULL,
                "join before close, and a task after it, raise an error at "
                "once");
}

static void in_order(void) {
    size_t workers = guide_workers(), tasks = guide_tasks(50, 10000);
    if (guide_python()) {
        in_python(workers, tasks);
        return;
    }
    guide_ask((const char *[]){"it waits without an end",
                               "it closes the pool, then waits",
                               "it returns an error at once",
                               "it waits until no task is left", NULL},
              "pool_join() is called, but nobody has closed the pool. What "
              "does it do?");
    struct guide_run *run =
        guide_run("in_order", guide_input(), guide_text("%zu", workers),
                  guide_text("%zu", tasks));
    bool refused = says(run, "join, too early", "pool is still running");
    guide_claim(refused, NULL,
                "join before close returns: pool is still running");
    guide_claim(says(run, "get, for 10 ms", "timed out waiting") &&
                    says(run, "get, without a limit", "ok"),
                NULL, "a get timed out, and a later get had the same result");
    guide_claim(says(run, "apply, too late", "pool not running"), NULL,
                "a task after close is refused: pool not running");
    guide_claim(guide_traced(run, guide_items(run) == tasks + 1),
                guide_count(guide_items(run), "task"),
                "every task from before the close was run");
    guide_claim(all_gone(run), NULL,
                "no worker and no supervisor is left, not even as a zombie");
    guide_claim(says(run, "get, after the join", "ok"), NULL,
                "after the join the results can still be read");
    if (refused)
        guide_answer('c', "the workers of an open pool wait for tasks, so a "
                          "join would wait without an end. The error tells "
                          "you that a close is missing");
    else
        guide_answer('d', "join said something else this time: please report "
                          "it");
}

static void cut_short(void) {
    size_t workers = guide_workers(), tasks = guide_tasks(50, 10000), done = 0,
           cancelled = 0, killed = 0;
    guide_ask((const char *[]){"it ends each worker by SIGTERM",
                               "it waits until each task is done",
                               "it kills each worker by SIGKILL", NULL},
              "Each worker runs a task that never ends and ignores SIGTERM. "
              "What does pool_terminate() do?");
    struct guide_run *run = guide_run("cut_short", guide_text("%zu", workers),
                                      guide_text("%zu", tasks));
    guide_timeline(run);
    for (size_t i = 0; i < run->lines; i++)
        sscanf(run->line[i], "tasks done: %zu, cancelled: %zu", &done,
               &cancelled);
    for (size_t i = 0; i < run->processes; i++)
        killed += strncmp(run->process[i].name, "pool-worker", 11) == 0 &&
                  (run->process[i].status & 0x7f) == 9;
    guide_claim(
        says(run, "terminate: ", "success") && says(run, "join: ", "success"),
        NULL, "terminate and join succeed, although no task ended itself");
    guide_claim(guide_watched(run, killed == workers),
                guide_count(killed, "worker"),
                "every worker was ended by SIGKILL, which nobody can ignore");
    guide_claim(done == tasks, guide_count(done, "task"),
                "the tasks that were done before keep their results");
    guide_claim(cancelled == workers + tasks, guide_count(cancelled, "task"),
                "what ran and what waited is cancelled, and each callback was "
                "told so");
    // Of many workers that are killed under load some may be init's to reap.
    guide_claim(guide_watched(run, guide_all_ended(run)), NULL,
                "every process of the pool has ended");
    if (killed == workers)
        guide_answer('c', "a task may block or ignore SIGTERM, as here. "
                          "SIGKILL cannot be ignored");
    else if (!run->watched)
        guide_answer('\0', "the processes could not be watched here");
    else
        guide_answer('a', "this time a worker ended otherwise: please report "
                          "it");
}

// The calls, what they are to return, and whether the tasks get done.
static const struct order {
    const char *call[4], *returns[4];
    bool done;
} orders[] = {
    {{"close", "join"}, {"ok", "ok"}, true},
    {{"join", "close", "join"}, {"running", "ok", "ok"}, true},
    {{"close", "submit", "join"}, {"ok", "closed", "ok"}, true},
    {{"close", "close", "join", "join"}, {"ok", "ok", "ok", "ok"}, true},
    {{"close", "join", "submit"}, {"ok", "ok", "closed"}, true},
    {{"close", "join", "terminate"}, {"ok", "ok", "ok"}, true},
    {{"terminate", "join"}, {"ok", "ok"}, false},
    {{"join", "terminate", "join"}, {"running", "ok", "ok"}, false},
    {{"close", "terminate", "join"}, {"ok", "ok", "ok"}, false},
    {{"terminate", "close", "join"}, {"ok", "ok", "ok"}, false},
    {{"terminate", "submit", "join"}, {"ok", "closed", "ok"}, false},
    {{"terminate", "terminate", "join"}, {"ok", "ok", "ok"}, false},
    {{"destroy"}, {NULL}, false},
};
enum { ORDERS = sizeof orders / sizeof *orders, WAITING = 5 };

static const char *short_word(const char *line) {
    return strstr(line, "still running") ? "running"
           : strstr(line, "not running") ? "closed"
           : strstr(line, ": success")   ? "ok"
                                         : line;
}

static void every_order(void) {
    if (guide_python()) {
        struct guide_run *run = guide_run("orders");
        guide_claim(guide_lines_with(run, "0 of 7 tasks were done") == 1, NULL,
                    "the end of `with Pool()` waits for nothing that runs");
        return;
    }
    size_t workers = guide_workers() < 4 ? guide_workers() : 4;
    bool returned = true, all_done = true, all_cancelled = true;
    guide_say("%s, and %d tasks wait. `orders` then calls what its arguments "
              "name:",
              workers == 1 ? "One worker runs a task"
                           : guide_text("%zu workers run a task each", workers),
              WAITING);
    for (const struct order *order = orders; order < orders + ORDERS; order++) {
        char calls[64] = "", returns[64] = "";
        size_t done = 0, cancelled = 0, count = 0;
        struct guide_run *run = guide_run_how(
            &(struct guide_how){.quiet = true}, "orders",
            guide_text("%zu", workers), order->call[0], order->call[1],
            order->call[1] ? order->call[2] : NULL,
            order->call[1] && order->call[2] ? order->call[3] : NULL);
        for (; count < 4 && order->call[count]; count++) {
            const char *between = count ? ", " : "";
            strcat(strcat(calls, between), order->call[count]);
            if (!order->returns[count] || count >= run->lines)
                continue;
            const char *word = short_word(run->line[count]);
            strncat(strcat(returns, between), word, 12);
            returned &= strcmp(word, order->returns[count]) == 0;
        }
        for (size_t i = 0; i < run->lines; i++)
            sscanf(run->line[i], "tasks done: %zu, cancelled: %zu", &done,
                   &cancelled);
        guide_row("  %-27s %-18s %2zu done %2zu cancelled%s", calls,
                  *returns ? returns : "-", done, cancelled,
                  order + 1 == orders + ORDERS ? "\n" : "");
        if (order->done)
            all_done &= done == workers + WAITING;
        else
            all_cancelled &= cancelled >= workers + WAITING;
    }
    guide_claim(returned, NULL,
                "two calls are refused, and only these: join before close or "
                "terminate (running), a task after either (closed)");
    guide_claim(all_done, NULL, "close, then join: every task was done");
    guide_claim(all_cancelled, NULL,
                "terminate or destroy before the join: every task was "
                "cancelled, and its callback told so");
}

static void client_dies(void) {
    size_t workers = guide_workers();
    if (guide_pool()) { // its workers end with their tasks, which never end
        guide_say("(client_dies needs a supervisor, which your pool has not: "
                  "run the lesson with the library, without POOL=.)");
        return;
    }
    struct guide_run *run =
        guide_run_how(&(struct guide_how){.fails = true}, "client_dies",
                      guide_text("%zu", workers));
    guide_tree(run);
    guide_claim((run->status & 0x7f) == 9, NULL,
                "the program was ended by SIGKILL");
    guide_claim(guide_watched(run, guide_all_ended(run)),
                guide_count(guide_children(run), "process"),
                "its supervisor and its workers, in tasks that never end, are "
                "gone too");
}

const struct guide_lesson guide_lesson = {
    .number = 6,
    .title = "close, join, terminate",
    .knobs = GUIDE_WORKERS | GUIDE_TASKS | GUIDE_INPUT,
    .parts = {{"Close, then join", in_order},
              {"Terminate: now, whatever runs", cut_short},
              {"Every order", every_order},
              {"The program is killed, and can end nothing", client_dies}}};
