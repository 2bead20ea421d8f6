// SPDX-License-Identifier: MIT
// Lesson 3: a pool of workers is built once, and then serves many tasks.
// Part 2 is in on_demand.c; parts 3 and 4, on what a pool saves and what it
// does not, are in faster.c. Runs in: client, except power(), which runs in
// workers.
#include "faster.h"
#include "on_demand.h"

#include <math.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct answer {
    double value;
    pid_t pid;     // who computed it
    size_t before; // how many tasks had ended by then
};

static atomic_size_t *done; // tasks that have ended; seen by all processes
static size_t others;       // for how many of them task 0 waits

static int power(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg_size, (void)result_size;
    const double base = *(const double *)arg;
    while (base == 0 && atomic_load(done) < others)
        poll(NULL, 0, 1);
    *(struct answer *)result =
        (struct answer){pow(base, 2), getpid(), atomic_fetch_add(done, 1)};
    return 0;
}

// Submits a task for each item, closes, joins and fetches the answers.
// Returns how many processes they came from.
static size_t run(struct pool *pool, const double *items, size_t tasks,
                  struct answer *answers) {
    struct pool_result **results = lesson_calloc(tasks, sizeof *results);

    // 2 submit: returns at once, whether a worker is free or not
    for (size_t i = 0; i < tasks; i++)
        lesson_must(pool_apply_async(pool, power, &items[i], sizeof *items,
                                     sizeof *answers, NULL, NULL, &results[i]));
    // 3 close
    lesson_must(pool_close(pool));
    // 4 join
    lesson_must(pool_join(pool));
    // 5 use the results
    for (size_t i = 0; i < tasks; i++)
        lesson_must(
            pool_result_get(results[i], &answers[i], sizeof *answers, 0));
    free(results);
    return lesson_processes(&answers->pid, tasks, sizeof *answers);
}

int main(void) {
    lesson_begin(3, "a pool of workers");
    size_t workers = lesson_workers(), tasks = lesson_tasks(100, 10000);
    struct lesson_files in = lesson_files(tasks);
    struct answer *answers = lesson_calloc(tasks, sizeof *answers);
    double *items = lesson_calloc(tasks, sizeof *items), sum = 0;
    double expected = 0;
    size_t mine = 0;
    lesson_predict(
        "A pool of workers is given many tasks at once. How many "
        "processes run them?",
        (const char *[]){"one for every task",
                         "at most one per worker, with whatever share",
                         "one per worker, with an equal share", NULL});

    lesson_part("All at once: the pool is there before the first task");
    for (size_t i = 0; i < tasks; i++)
        expected += pow(items[i] = (double)i, 2);
    done = lesson_shared(sizeof *done);
    others = workers > 1 ? tasks - 1 : 0;
    // 1 create the pool
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    size_t before = pool_worker_pids(pool, NULL, 0);
    size_t processes = run(pool, items, tasks, answers);
    pool_destroy(pool);
    for (size_t i = 0; i < tasks; i++) {
        sum += answers[i].value;
        mine += answers[i].pid == answers[0].pid;
    }
    lesson_say("%zu times pow(i, 2); task 0 goes on until all others are done. "
               "This time %zu of %zu workers took part, and the one with task "
               "0 served %zu.",
               tasks, processes, workers, mine);
    lesson_claim(before == workers,
                 "all %zu workers were there before the first task", workers);
    lesson_claim(sum == expected, "the sum of the %zu squares is %.0f", tasks,
                 sum);
    lesson_claim(processes <= workers,
                 "%zu tasks were served by at most %zu processes", tasks,
                 workers);
    if (others)
        lesson_claim(answers[0].before == others,
                     "the other %zu did not wait for the process with task 0: "
                     "nobody deals out equal shares",
                     others);

    on_demand(&in, workers);
    what_it_saves(items, tasks, workers);
    more_workers(&in);
    lesson_answer('b', "whoever ends a task takes the next one that waits. "
                       "Nobody deals out equal shares.");
    lesson_files_free(&in);
    free(items), free(answers);
    return lesson_end();
}
