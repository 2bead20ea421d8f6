// SPDX-License-Identifier: MIT
// What lesson 7 runs, asks and claims (see guide.h). Runs in: the guide.
#include "guide.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

// Does the line behind the one that begins so hold these words? The message of
// the student's pool is the sentence of its error.
static int message_has(const struct guide_run *run, const char *name,
                       const char *words) {
    if (guide_pool())
        return GUIDE_UNSEEN;
    for (size_t i = 0; i + 1 < run->lines; i++)
        if (strncmp(run->line[i], name, strlen(name)) == 0)
            return strstr(run->line[i + 1], words) != NULL;
    return false;
}

static bool error_is(const struct guide_run *run, const char *name,
                     const char *words) {
    const char *rest = guide_line(run, name);
    return rest && strcmp(rest + strspn(rest, " "), words) == 0;
}

// How the process ended, as from waitpid(), that was the first to end after
// another one; -1: none.
static int next_end(const struct guide_run *run, uint64_t *after) {
    const struct guide_process *next = NULL;
    for (size_t i = 1; i < run->processes; i++) {
        const struct guide_process *it = &run->process[i];
        if (it->ended && it->died > *after && (!next || it->died < next->died))
            next = it;
    }
    *after = next ? next->died : UINT64_MAX;
    return next ? next->status & 0xff7f : -1; // without: it left a core
}

static void four_ways(void) {
    guide_ask((const char *[]){"your program ends with the task",
                               "your program is told of an error",
                               "your program waits without an end", NULL},
              "A task crashes (SIGSEGV). What becomes of your program?");
    struct guide_run *run = guide_run("three_ways");
    bool crash = error_is(run, "crashes", "worker died while running the task");
    uint64_t time = 0;
    int first = next_end(run, &time), second = next_end(run, &time);
    guide_claim(error_is(run, "refuses", "task failed"), NULL,
                "the error of a task that refuses: task failed");
    guide_claim(
        crash && error_is(run, "exits", "worker died while running the task"),
        NULL,
        "the error of one that crashes or exits: worker died while running "
        "the task");
    guide_claim(message_has(run, "refuses", "not for me"), NULL,
                "a task that refuses says why, in its own words");
    guide_claim(message_has(run, "crashes", "signal 11"), NULL,
                "a task that crashes: the message names the signal");
    guide_claim(message_has(run, "exits", "status 3"), NULL,
                "a task that calls exit(3): the message names the status");
    guide_claim(guide_watched(run, first == SIGSEGV), NULL,
                "the worker whose task refused lived on, and ran the next one");
    guide_claim(guide_watched(run, second == 3 << 8), NULL,
                "the worker that crashed was replaced, and another ran the "
                "next one");
    guide_claim(guide_succeeded(run), NULL,
                "your program went on after each of them");
    struct guide_run *limit = guide_run("time_limit", "200");
    guide_claim(guide_succeeded(limit) &&
                    guide_lines_with(limit, "task exceeded its time limit"),
                NULL,
                "a task that never ends is ended by the time limit, and your "
                "program goes on");
    if (crash && guide_succeeded(run))
        guide_answer('b', "the task ran in another process, and that one is "
                          "gone. Yours asks for the result and gets an error");
    else
        guide_answer(run->late ? 'c' : 'a',
                     "this time it was so: please report it");
}

static struct guide_run *run_killed(const char *retries) {
    return guide_run("killed", guide_input(),
                     guide_text("%zu", guide_workers()),
                     guide_text("%zu", guide_tasks(200, 10000)), retries);
}

// What Python's pools make of it.
static void in_python(void) {
    struct guide_run *run = guide_run("killed");
    guide_claim(guide_lines_with(run, "get() waits for nothing") == 1, NULL,
                "Pool: the result of a killed worker's task never comes");
    guide_claim(guide_lines_with(run, "4 of 4 tasks fail") == 1, NULL,
                "ProcessPoolExecutor: one death fails all that is pending");
}

static void in_a_map(void) {
    if (guide_python()) {
        in_python();
        return;
    }
    size_t tasks = guide_tasks(200, 10000);
    guide_ask((const char *[]){"those of every chunk that runs",
                               "those of its own chunk", "its own item's only",
                               "none: its item is run again", NULL},
              "In the middle of a map over many items, one worker is killed "
              "with kill -9. Which results are lost?");
    struct guide_run *run = run_killed("0");
    guide_tree(run);
    guide_timeline(run);
    double lost = guide_number(run, guide_text("items: %zu, lost: ", tasks));
    double begun = guide_number(run, "times the unlucky one was begun: ");
    guide_claim(lost == 1, guide_text("%g of %zu", lost, tasks),
                "exactly one result is lost");
    guide_claim(begun == 1, NULL, "its item was begun once, not again");
    guide_claim(guide_lines_with(run, "killed by signal 9 (Killed)") == 1, NULL,
                "the message names the worker's pid and the signal");
    if (lost == 1)
        guide_answer('c', "%s",
                     tasks == 1 ? "there was one item. With more, "
                                  "all others are done too: a word "
                                  "in shared memory tells how far "
                                  "each chunk has come"
                                : "a word in shared memory tells "
                                  "how far each chunk has come, so "
                                  "only the item that was running "
                                  "is unknown");
    else
        guide_answer(lost == 0 ? 'd' : 'b',
                     "this time another number was lost: please report it");
}

static void retried(void) {
    if (guide_python()) {
        guide_say("Python's pools have no such option.");
        return;
    }
    guide_ask((const char *[]){"none is lost, nothing is begun twice",
                               "none is lost, one item is begun twice",
                               "one is lost, its item is begun twice", NULL},
              "The same with max_retries = 1. What is lost now?");
    struct guide_run *run = run_killed("1");
    double lost = guide_number(
        run, guide_text("items: %zu, lost: ", guide_tasks(200, 10000)));
    double begun = guide_number(run, "times the unlucky one was begun: ");
    guide_claim(lost == 0, NULL, "nothing is lost");
    guide_claim(begun == 2, guide_text("%g", begun),
                "the item of the dead worker was begun twice");
    if (lost == 0 && begun == 2)
        guide_answer('b', "another worker begins the item anew, since nobody "
                          "knows how far the dead one had come");
    else
        guide_answer(lost == 0 ? 'a' : 'c',
                     "this time it was so: please report it");
}

static void idle(void) {
    size_t workers = guide_workers(), tasks = guide_tasks(200, 10000);
    struct guide_run *run = guide_run("idle_killed", guide_text("%zu", workers),
                                      guide_text("%zu", tasks));
    guide_claim(guide_lines_with(run, guide_text("right results: %zu of %zu",
                                                 tasks, tasks)) == 1,
                NULL, "every result of the map is there");
    guide_claim(
        guide_lines_with(run, guide_text("workers killed: %zu,", workers)) == 1,
        NULL, "although %s killed before it",
        workers == 1 ? "the only worker was" : "all workers were");
}

const struct guide_lesson guide_lesson = {
    .number = 7,
    .title = "when tasks fail",
    .knobs = GUIDE_WORKERS | GUIDE_TASKS | GUIDE_INPUT,
    .parts = {{"Four ways to fail", four_ways},
              {"kill -9 in the middle of a map", in_a_map},
              {"Another try: max_retries", retried},
              {"kill -9 of workers that do nothing", idle}}};
