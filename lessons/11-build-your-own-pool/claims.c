// SPDX-License-Identifier: MIT
// What lesson 11 runs, asks and claims (see guide.h). Runs in: the guide.
//
// "mine" is the pool that is typed in, mypool.c; the same program runs on the
// library, too.
#include "guide.h"

#include <string.h>

enum { MOST = 64 }; // more show nothing new, and take long

static size_t few_workers(void) {
    return guide_workers() < MOST ? guide_workers() : MOST;
}

static struct guide_run *on(const char *program, const char *pool, bool tasks) {
    const char *workers = guide_text("%zu", few_workers());
    if (!tasks)
        return guide_run(program, pool, workers);
    return guide_run(program, pool, workers,
                     guide_text("%zu", guide_tasks(2000, 10000)));
}

// Does it print "what: 3 of 3"?
static bool says(const struct guide_run *run, size_t some, size_t all,
                 const char *what) {
    const char *rest = guide_line(run, guide_text("%s: ", what));
    return rest && strcmp(rest, guide_text("%zu of %zu", some, all)) == 0;
}

// How long is the number at the beginning of the second line?
static int digits(const struct guide_run *run) {
    return run->lines > 1 ? (int)strspn(run->line[1], "0123456789.") : 0;
}

static void steps(void) {
    struct guide_run *run = guide_run("steps");
    guide_claim(guide_lines_with(run, "step ") == 5 &&
                    guide_lines_with(run, "NOT YET") == 0,
                NULL, "mypool.c, as the text has it, passes all five steps");
}

static const char *sleeps(const struct guide_run *run) {
    double count = guide_number(run, "sleeps of the client: ");
    return guide_count(count > 0 ? (size_t)count : 0, "time");
}

static void tiny(void) {
    size_t tasks = guide_tasks(2000, 10000);
    if (few_workers() < guide_workers())
        guide_say("With more than %d workers this takes long, and shows "
                  "nothing new: here are %d.",
                  MOST, MOST);
    struct guide_run *mine = on("tiny", "mine", true);
    guide_tree(mine);
    struct guide_run *library = on("tiny", "library", true);
    guide_tree(library);
    guide_claim(says(mine, tasks, tasks, "right results") &&
                    says(library, tasks, tasks, "right results"),
                NULL, "both pools brought %s, and all are right",
                guide_count(tasks, "result"));
    guide_claim(guide_watched(mine, guide_children(mine) == few_workers()),
                guide_text("%zu", guide_children(mine)),
                "my pool has no process but its %s",
                guide_count(few_workers(), "worker"));
    guide_claim(guide_watched(library,
                              guide_find(library, "pool-super") &&
                                  guide_children(library) == few_workers() + 1),
                guide_text("%zu", guide_children(library)),
                "the library has one more: the supervisor");
    guide_say("This time a task took %.*s us on my pool and %.*s us on the "
              "library. My pool's client went to sleep %s, the library's %s.",
              digits(mine), digits(mine) ? mine->line[1] : "", digits(library),
              digits(library) ? library->line[1] : "", sleeps(mine),
              sleeps(library));
}

static void worker_dies(void) {
    size_t workers = few_workers(), tasks = guide_tasks(2000, 10000);
    guide_ask((const char *[]){"all workers of both pools",
                               "the new worker of my pool",
                               "the new worker of both pools",
                               "no worker of either pool", NULL},
              "A variable is changed after the pool was made. Then a worker is "
              "killed, and replaced. Who sees the change?");
    struct guide_run *mine = on("worker_dies", "mine", true);
    guide_timeline(mine);
    struct guide_run *library = on("worker_dies", "library", true);
    bool one = says(mine, 1, workers, "workers that know the new setting");
    bool none = says(library, 0, workers, "workers that know the new setting");
    guide_claim(says(mine, 1, tasks, "lost items") &&
                    says(library, 1, tasks, "lost items"),
                NULL, "both pools lost one item, and did all others");
    guide_claim(one, NULL,
                "of my pool one worker knows the change: the new one");
    guide_claim(none, NULL, "of the library's workers none does");
    size_t children = 0;
    for (size_t i = 1; i < mine->processes; i++)
        children += mine->process[i].parent == mine->process[0].pid;
    guide_claim(guide_watched(mine, children == workers + 1),
                guide_text("%zu", children),
                "my pool's program forked its workers, and the new one");
    const struct guide_process *super =
        guide_parent(library, guide_find(library, "pool-worker"));
    guide_claim(guide_watched(library, super && strncmp(super->name,
                                                        "pool-super", 10) == 0),
                super ? super->name : NULL,
                "the library's workers were forked by its supervisor");
    if (one && none)
        guide_answer('b',
                     "my pool forks it from your program as it is now. The "
                     "library's supervisor was forked with the pool, and "
                     "is still as your program was then");
    else
        guide_answer('\0', "this time it was otherwise: please report it");
}

static void orphans(void) {
    size_t workers = few_workers();
    guide_ask((const char *[]){"they are killed with it",
                               "they end: their socket is closed",
                               "they work on, and notice nothing", NULL},
              "All workers of my pool are in the middle of a task. Now their "
              "client is killed with kill -9. What becomes of them?");
    struct guide_run *mine = on("orphans", "mine", false);
    guide_timeline(mine);
    struct guide_run *library = on("orphans", "library", false);
    bool all = says(mine, workers, workers, "tasks that went on to their end");
    size_t heirs = 0;
    for (size_t i = 1; i < mine->processes; i++)
        heirs += mine->process[i].heir != 0;
    guide_claim(all, NULL, "my pool: every worker worked on to its task's end");
    guide_claim(guide_watched(mine, heirs == workers), guide_text("%zu", heirs),
                "they were orphans: each had got "
                "another parent");
    guide_claim(says(library, 0, workers, "tasks that went on to their end"),
                NULL, "the library: no task went on, and no worker is left");
    if (all)
        guide_answer('c', "the end of file is seen by one that reads, and a "
                          "worker in a task does not read");
    else
        guide_answer('\0', "this time not all went on: please report it");
}

const struct guide_lesson guide_lesson = {
    .number = 11,
    .title = "build your own pool",
    .knobs = GUIDE_WORKERS | GUIDE_TASKS,
    .no_input = "its tasks have no input",
    .parts = {{"The five steps", steps},
              {"The same tiny tasks", tiny},
              {"kill -9 of a worker", worker_dies},
              {"kill -9 of the client", orphans}}};
