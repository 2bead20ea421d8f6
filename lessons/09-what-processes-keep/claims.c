// SPDX-License-Identifier: MIT
// Lesson 9: what the guide runs, asks and claims.
// Runs in: the guide.
#include "guide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What "task N: process P, its task number C, descriptor D" lines tell.
struct answers {
    size_t tasks, processes;
    int most;    // the largest C
    bool whole;  // each process counted 1, 2, 3 ... without a gap
    bool leaked; // its descriptors grew with each task
};

static int by_process(const void *a, const void *b) {
    const int *x = a, *y = b;
    return x[0] != y[0] ? (x[0] > y[0]) - (x[0] < y[0])
                        : (x[1] > y[1]) - (x[1] < y[1]);
}

static struct answers read_answers(const struct guide_run *run) {
    struct answers sum = {.whole = true, .leaked = true};
    int(*line)[3] = calloc(run->lines + 1, sizeof *line);
    if (!line)
        return (struct answers){0};
    for (size_t i = 0; i < run->lines; i++) {
        int *l = line[sum.tasks];
        sum.tasks += sscanf(run->line[i],
                            "task %*u: process %d, its task number %d, "
                            "descriptor %d",
                            &l[0], &l[1], &l[2]) == 3;
    }
    qsort(line, sum.tasks, sizeof *line, by_process);
    for (size_t i = 0; i < sum.tasks; i++) {
        bool first = i == 0 || line[i][0] != line[i - 1][0];
        sum.processes += first;
        sum.whole &= line[i][1] == (first ? 1 : line[i - 1][1] + 1);
        sum.leaked &= first || line[i][2] > line[i - 1][2];
        sum.most = line[i][1] > sum.most ? line[i][1] : sum.most;
    }
    free(line);
    return sum;
}

static void kept(void) {
    size_t tasks = guide_tasks(12, 200);
    guide_ask((const char *[]){"always 1: each task gets fresh variables",
                               "1, 2, 3 ... up to the number of tasks",
                               "1, 2, 3 ... in each worker for itself", NULL},
              "A task adds 1 to a global variable and returns it. %s run on a "
              "pool. Which numbers come back?",
              guide_count(tasks, "task"));
    struct guide_run *run = guide_run("leaks", guide_text("%zu", tasks));
    struct answers sum = read_answers(run);
    guide_claim(sum.tasks == tasks, guide_text("%zu", sum.tasks),
                "every task gave an answer");
    guide_claim(sum.whole && sum.tasks > 0, NULL,
                "each worker counted its own tasks, 1, 2, 3 ... without a gap");
    guide_claim(guide_number(run, "the client's calls: ") == 0, NULL,
                "the client's variable is still 0");
    guide_claim(sum.leaked && sum.tasks > 0, NULL,
                "a descriptor left open stays open: later tasks get higher "
                "ones");
    if (tasks > 5)
        guide_claim(
            sum.processes == 2, guide_text("%zu", sum.processes),
            "both workers took part: tasks 0 and 5 waited for each other");
    guide_timeline(run);
    if (!sum.whole || !sum.tasks)
        guide_answer('\0', "the answers above have gaps.");
    else if (sum.processes > 1)
        guide_answer('c', "a worker lives on after a task, and its variables "
                          "with it; they are its own, copied at the fork.");
    else if (tasks > 1)
        guide_answer('b', "one worker ran all of these few tasks, so its own "
                          "count is that of all. Try TASKS=12.");
    else
        guide_answer('\0', "one task can only count to 1.");
}

static void limited(void) {
    size_t tasks = guide_tasks(12, 200);
    struct guide_run *run = guide_run("leaks", guide_text("%zu", tasks), "3");
    struct answers sum = read_answers(run);
    guide_claim(sum.tasks == tasks && sum.whole, guide_text("%zu", sum.tasks),
                "every task gave an answer, and each process began with 1");
    if (guide_python())
        guide_claim(sum.most > 3 || tasks <= 3, guide_text("%d", sum.most),
                    "in Python one served more than 3: a chunk counts as one");
    else
        guide_claim(sum.most <= 3, guide_text("%d", sum.most),
                    "no process served more than 3 tasks, though a chunk has "
                    "5: tasks are counted, not chunks");
    guide_tree(run);
    guide_timeline(run);
}

static void table(void) {
    static const struct {
        const char *what, *found;
    } row[] = {{"a variable set before the pool", "yes    yes"},
               {"a variable set after it", "yes    no"},
               {"an environment variable set after it", "yes    no"},
               {"a descriptor opened after it", "yes    no"},
               {"a lock taken after it is held", "yes    no"},
               {"a lock held at the fork is held", "no     yes"},
               {"the client's handler of SIGUSR1", "yes    no"},
               {"Ctrl-C (SIGINT) ends it", "yes    no"}};
    struct guide_run *run = guide_run("older_than_the_task");
    size_t right = 0;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const char *rest = guide_line(run, row[i].what);
        right += rest && strcmp(rest + strspn(rest, " "), row[i].found) == 0;
    }
    size_t rows = guide_python() ? 4 : 8; // Python shows no locks, no signals
    guide_claim(right == rows, guide_text("%zu of %zu", right, rows),
                "a fresh process finds the client as it is now, a worker as "
                "it was when the pool was made");
}

// How many different numbers the workers drew, and how many drew.
static size_t drawn(const struct guide_run *run, size_t *workers) {
    size_t different = 0;
    *workers = 0;
    for (size_t i = 0; i < run->lines; i++) {
        const char *number = strstr(run->line[i], " draws ");
        bool seen = false;
        *workers += number != NULL;
        for (size_t j = 0; number && j < i; j++) {
            const char *other = strstr(run->line[j], " draws ");
            seen |= other && strcmp(other, number) == 0;
        }
        different += number && !seen;
    }
    return different;
}

static void randoms(void) {
    size_t workers = guide_workers(), drew;
    const char *count = guide_text("%zu", workers);
    guide_ask((const char *[]){"different ones: they are random",
                               "the same one, in each of them",
                               "it cannot be told in advance", NULL},
              "Each worker calls rand() once. Which numbers do they draw?");
    struct guide_run *run = guide_run("same_random", count);
    size_t different = drawn(run, &drew);
    if (guide_python())
        guide_claim(different == drew && drew == workers, NULL,
                    "Python seeds its random module anew after a fork");
    else
        guide_claim(different == 1 && drew == workers,
                    guide_text("%zu of %zu", different, drew),
                    "every worker drew the same number");
    if (different == 1 && drew > 1)
        guide_answer('b', "rand() goes on from a state in memory, and the fork "
                          "copied it.");
    else if (drew < 2)
        guide_answer('\0', "one worker alone has nobody to compare with.");
    else
        guide_answer('a', "something has seeded each process by itself.");
    if (guide_python())
        return;
    run = guide_run("same_random", count, "seed");
    different = drawn(run, &drew);
    guide_claim(different == drew && drew == workers,
                guide_text("%zu of %zu", different, drew),
                "seeded by the initialiser, all of them differ");
}

static void nested(void) {
    if (guide_python()) {
        struct guide_run *run = guide_run("pool_in_a_pool");
        guide_claim(guide_line(run, "*not allowed to have children") != NULL,
                    NULL, "in Python a task may not make a pool");
        return;
    }
    struct guide_run *run = guide_run("pool_in_a_pool");
    guide_claim(guide_number(run, "the inner pool says: 9 * 9 = ") == 81, NULL,
                "a task made a pool of its own, and it worked");
    guide_claim(guide_line(run, "inner workers that have ended: 0") &&
                    guide_line(run, "inner workers that have ended: 2"),
                NULL,
                "its worker was killed, and the inner pool's 2 workers ended");
    guide_tree(run);
}

const struct guide_lesson guide_lesson = {
    .number = 9,
    .title = "what pooled processes keep",
    .knobs = GUIDE_WORKERS | GUIDE_TASKS,
    .no_input = "its tasks look at their own process",
    .parts = {{"What a task leaves behind", kept},
              {"A limited life", limited},
              {"What a task finds", table},
              {"Random numbers", randoms},
              {"A pool in a pool", nested}}};
