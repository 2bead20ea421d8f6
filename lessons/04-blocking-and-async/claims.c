// SPDX-License-Identifier: MIT
// What lesson 4 runs, asks and claims (see guide.h). Runs in: the guide.
#include "guide.h"

#include <stdio.h>
#include <string.h>

static struct guide_run *blocking;

static struct guide_run *run_with(const char *program, size_t workers) {
    return guide_run(program, guide_input(), guide_text("%zu", workers),
                     guide_text("%zu", guide_tasks(24, 10000)));
}

static void in_a_loop(void) {
    size_t workers = guide_workers();
    guide_ask((const char *[]){"as many as there are workers", "one",
                               "all of them", NULL},
              "pool_apply() is called in a loop, once for each task, on a pool "
              "of %s. How many tasks run at the same time?",
              guide_count(workers, "worker"));
    blocking = run_with("apply", workers);
    guide_tree(blocking);
    guide_timeline(blocking);
    size_t most = guide_at_once(blocking);
    guide_claim(guide_traced(blocking, most == 1),
                guide_text("%zu at a time, in %s", most,
                           guide_count(guide_used(blocking), "worker")),
                "never more than one task ran at a time");
    if (!blocking->traced)
        guide_answer('\0', "the library's trace is missing");
    else if (most == 1 && workers == 1)
        guide_answer('b', "there is one worker; but more would not help, since "
                          "pool_apply() returns when its task has ended");
    else if (most == 1)
        guide_answer('b', "pool_apply() returns when its task has ended, and "
                          "only then does the loop submit the next one");
    else
        guide_answer('a',
                     "this time %zu tasks overlapped, which pool_apply() "
                     "does not allow: please report it",
                     most);
}

// Did another task end before the first one?
static bool overtaken_by_another(const struct guide_run *run) {
    uint64_t first = 0, earliest = UINT64_MAX;
    for (size_t i = 0; i < run->events; i++)
        if (run->event[i].kind == GUIDE_RAN) {
            uint64_t end = run->event[i].end;
            first = run->event[i].task == 1 ? end : first;
            earliest = end < earliest ? end : earliest;
        }
    return earliest < first;
}

static void not_waiting(void) {
    size_t workers = guide_workers(), tasks = blocking->lines;
    guide_ask((const char *[]){"in the order of submission",
                               "in the order in which they end",
                               "all together, when the last has ended", NULL},
              "The same tasks, handed over with pool_apply_async(). In which "
              "order is your program told of the results?");
    struct guide_run *run = run_with("async", workers);
    guide_timeline(run);
    guide_claim(guide_same_lines(blocking, run), NULL,
                "both programs print the same %s",
                guide_count(blocking->lines, "line"));
    bool gated = workers > 1 && tasks > 1;
    bool overtaken = run->traced
                         ? overtaken_by_another(run)
                         : run->lines && blocking->lines &&
                               strcmp(run->line[0], blocking->line[0]) != 0;
    if (gated) {
        size_t most = guide_at_once(run);
        guide_claim(guide_traced(run, most >= 1 && most <= workers),
                    guide_text("%zu at a time", most),
                    "no more tasks ran at a time than there are workers");
        guide_claim(overtaken, NULL,
                    "the task that was submitted first was "
                    "not the first that ended");
    }
    if (overtaken)
        guide_answer('b', "a callback comes when its task has ended. Here the "
                          "first task was made to wait for another one");
    else if (!gated)
        guide_answer('a',
                     "one task after the other runs here (%s, %s), so the "
                     "order in which they end is that of submission",
                     guide_count(workers, "worker"),
                     guide_count(tasks, "task"));
    else
        guide_answer('a', "nothing overtook the first task, although it was "
                          "made to wait: please report it");
}

static void callbacks(void) {
    int task = 0, callback = 0, self = 0;
    char inside[32] = "";
    guide_ask((const char *[]){"in the worker that ran the task",
                               "in your program, at any moment",
                               "in your program, inside a pool function", NULL},
              "Where does the callback run?");
    struct guide_run *run = guide_run("callbacks");
    const char *line = guide_line(run, "task in process ");
    if (line)
        sscanf(line, "%d, callback in process %d, inside %31[^\n]", &task,
               &callback, inside);
    self = (int)guide_number(run, "main runs in process ");
    bool in_pool = strcmp(inside, "pool_poll()") == 0;
    guide_claim(callback == self && self > 0 && task > 0 && task != self, NULL,
                "the task ran in another process, the callback in the program "
                "itself");
    if (guide_python())
        guide_claim(strncmp(inside, "Thread-", 7) == 0, inside,
                    "in Python it runs in a thread of the pool");
    else
        guide_claim(in_pool, inside,
                    "it came inside pool_poll(), although the result was there "
                    "before");
    if (guide_python())
        guide_answer('b', "Python's pool starts a thread in your program, "
                          "and that one calls back, beside your own code");
    else if (callback == self && in_pool)
        guide_answer('c', "the library has no thread in your program: it can "
                          "call you back only while you call it");
    else
        guide_answer(callback == task ? 'a' : 'b',
                     "that is not what the library promises: please report it");
}

static void forgotten(void) {
    struct guide_run *run = guide_run("forgotten_error");
    guide_claim(guide_traced(run, guide_items(run) == 2),
                guide_count(guide_items(run), "item"), "two tasks ran");
    // pool_fail() of minipool_errors.h prints.
    guide_claim(guide_pool() ? GUIDE_UNSEEN
                             : guide_lines_with(run, "no word number 1") == 0,
                NULL, "of the one that was thrown away nobody heard");
    guide_claim(guide_lines_with(run, "no word number 2") == 1, NULL,
                "the one that was kept says why it failed");
}

const struct guide_lesson guide_lesson = {
    .number = 4,
    .title = "blocking and async",
    .knobs = GUIDE_WORKERS | GUIDE_TASKS | GUIDE_INPUT,
    .parts = {{"pool_apply() in a loop", in_a_loop},
              {"pool_apply_async() in a loop", not_waiting},
              {"Who calls back", callbacks},
              {"An error nobody asks for", forgotten}}};
