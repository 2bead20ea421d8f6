// SPDX-License-Identifier: MIT
// What lesson 3 runs, asks and claims (see guide.h). Runs in: the guide.
#define _GNU_SOURCE // sched_getaffinity
#include "guide.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

static void first(void) {
    struct guide_run *run = guide_run("first");
    guide_claim(guide_number(run, "0 + 1 + 4 + ... + 9801 = ") == 328350, NULL,
                "the sum of the 100 squares is 328350");
    guide_claim(guide_traced(run, guide_items(run) == 100),
                guide_text("%s in %s", guide_count(guide_items(run), "item"),
                           guide_count(guide_used(run), "worker")),
                "100 tasks ran");
}

// Is every worker a child of the supervisor, and that one your child?
static bool parents(const struct guide_run *run, size_t workers) {
    size_t right = 0;
    const struct guide_process *super = guide_find(run, "pool-super");
    for (size_t i = 0; super && i < run->processes; i++)
        right += strncmp(run->process[i].name, "pool-worker", 11) == 0 &&
                 run->process[i].parent == super->pid;
    return super && right == workers && super->parent == run->process[0].pid;
}

// How many others began before the first task ended?
static size_t beside_the_first(const struct guide_run *run) {
    uint64_t end = 0;
    size_t others = 0;
    for (size_t i = 0; i < run->events; i++)
        if (run->event[i].kind == GUIDE_RAN && run->event[i].task == 1)
            end = run->event[i].end;
    for (size_t i = 0; i < run->events; i++)
        others += run->event[i].kind == GUIDE_RAN && run->event[i].task != 1 &&
                  run->event[i].begin < end;
    return others;
}

static void shares(void) {
    size_t workers = guide_workers(), tasks = guide_tasks(100, 10000);
    guide_ask((const char *[]){"as many as there are tasks",
                               "one per worker, each with an equal share",
                               "one per worker at most, with any share", NULL},
              "A pool of %s is given %s at once, and the first one takes long. "
              "How many processes run them?",
              guide_count(workers, "worker"), guide_count(tasks, "task"));
    struct guide_run *run = guide_run("shares", guide_text("%zu", workers),
                                      guide_text("%zu", tasks));
    guide_tree(run);
    guide_timeline(run);
    size_t used = guide_used(run), mine = 0;
    const char *line = guide_line(run, "*, the first");
    for (size_t i = 0; line && i < run->lines; i++)
        if (strstr(run->line[i], ", the first"))
            sscanf(strstr(run->line[i], ", ran "), ", ran %zu", &mine);
    if (!guide_python())
        guide_claim(guide_number(run, "*its workers: ") == (double)workers,
                    NULL, "%s there before the first task",
                    workers == 1 ? "the worker was" : "all workers were");
    if (!guide_python())
        guide_claim(guide_pool() ? GUIDE_UNSEEN
                                 : guide_watched(run, parents(run, workers)),
                    NULL,
                    "the workers' parent is the supervisor, not you; you have "
                    "one child, the supervisor");
    else
        guide_claim(guide_lines_with(run, guide_text("child of process %d,",
                                                     run->process[0].pid)) > 0,
                    NULL, "in Python the workers' parent is your program");
    guide_claim(guide_traced(run, used <= workers && guide_items(run) == tasks),
                guide_count(used, "process"), "%s ran in at most %s",
                guide_count(tasks, "task"), guide_count(workers, "process"));
    if (workers > 1 && tasks > 1 && !guide_python())
        guide_claim(guide_traced(run, beside_the_first(run) == tasks - 1),
                    guide_text("its worker ran %s", guide_count(mine, "task")),
                    "all others began before the first task had ended: none "
                    "waited for its worker");
    if (!run->traced)
        guide_answer('\0', "nobody wrote down who ran what");
    else if (used > workers)
        guide_answer('a', "more processes than workers ran tasks: please "
                          "report it");
    else if (workers == 1)
        guide_answer('c', "there is one worker, and it ran them all");
    else if (mine * workers < tasks)
        guide_answer('c', "a worker that is free takes the next task that "
                          "waits. Nobody deals out equal shares");
    else
        guide_answer('c', "a worker that is free takes the next task that "
                          "waits; with so few tasks the shares may still be "
                          "equal");
}

static void on_demand(void) {
    size_t workers = guide_workers();
    size_t before = 1, one = 0, full = 0, line = 0;
    struct guide_run *run = guide_run("on_demand", guide_text("%zu", workers));
    guide_timeline(run);
    size_t *counts[] = {&before, &one, &full};
    for (; line < 3 && line < run->lines; line++)
        sscanf(run->line[line], "tasks more: %*u, workers: %zu", counts[line]);
    guide_claim(before == 0 && one == 1, NULL,
                "no worker before the first task, and only one for it");
    guide_claim(full == workers, guide_count(full, "worker"),
                "%zu tasks more made %s; the others waited for a worker",
                workers + 5,
                workers == 1 ? "no further worker"
                             : guide_text("it %zu workers", workers));
    guide_claim(guide_traced(run, guide_at_once(run) == workers &&
                                      guide_births(run) == workers),
                guide_text("%s", guide_count(guide_births(run), "birth")),
                "never more than %s ran at a time",
                guide_count(workers, "task"));
}

static void saves(void) {
    // Many more than workers, whose making is on the bill.
    size_t workers = guide_workers(), tasks = 200 + 5 * workers;
    struct guide_run *run =
        guide_run_how((&(struct guide_how){.unwatched = true}), "saves",
                      guide_text("%zu", workers), guide_text("%zu", tasks));
    double forked = guide_number(run, "a process for each: ");
    double pooled = guide_number(run, "a pool, its making included: ");
    if (!run->late)
        guide_claim(forked > pooled, guide_times(forked, pooled),
                    "%zu tiny tasks cost more with a process for each than on "
                    "a pool, its making included",
                    tasks);
}

static void more(void) {
    cpu_set_t set;
    size_t cpus = sched_getaffinity(0, sizeof set, &set) == 0
                      ? (size_t)CPU_COUNT(&set)
                      : 1;
    bool within = true;
    double most = 0;
    guide_ask((const char *[]){"8 times as fast", "somewhat faster",
                               "about as fast as before", NULL},
              "Work that only computes has a worker for each CPU. What if it "
              "gets 8 workers for each CPU?");
    struct guide_run *run = guide_run_how(
        (&(struct guide_how){.unwatched = true}), "more_workers", "32");
    double took[3] = {0, 0, 0};
    for (size_t i = 0; i < run->lines && i < 3; i++) {
        double used = NAN;
        sscanf(run->line[i], "workers: %*u, %lf s, %lf CPUs", &took[i], &used);
        most = used > most ? used : most;
        within &= used <= (double)cpus * 1.05; // clocks are not that exact
    }
    guide_claim(within && run->lines == 3, guide_text("%.2f CPUs", most),
                "however many workers: together they got no more CPUs than the "
                "machine lends this program");
    double gain = took[2] > 0 ? took[1] / took[2] : NAN;
    if (gain > 4)
        guide_answer('a',
                     "this time it was %.1f times as fast, which "
                     "something else must explain",
                     gain);
    else if (gain > 1.25)
        guide_answer('b',
                     "this time it was %.1f times as fast. Beside other "
                     "programs, more workers get a larger share of the "
                     "CPUs; alone they would not",
                     gain);
    else
        guide_answer('c',
                     "workers beyond the CPUs only take turns: this time "
                     "it was %.1f times as fast",
                     gain);
}

const struct guide_lesson guide_lesson = {
    .number = 3,
    .title = "a pool of workers",
    .knobs = GUIDE_WORKERS | GUIDE_TASKS,
    .no_input = "it computes squares",
    .parts = {{"The first program", first},
              {"Many tasks, few workers", shares},
              {"On demand: a worker when a task finds none idle", on_demand},
              {"What the pool saves", saves},
              {"More workers than CPUs", more}}};
