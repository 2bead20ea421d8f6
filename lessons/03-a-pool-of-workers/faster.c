// SPDX-License-Identifier: MIT
// Lesson 3, parts 3 and 4: what a pool saves, and what more workers do not.
// Runs in: client, except square(), which runs in workers.
#define _GNU_SOURCE // sched_getaffinity
#include "faster.h"
#include "on_demand.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int square(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    (void)arg_size, (void)result_size;
    *(double *)result = pow(*(const double *)arg, 2);
    return 0;
}

void what_it_saves(const double *items, size_t tasks, size_t workers) {
    double *squares = lesson_calloc(tasks, sizeof *squares);
    struct pool_stats stats;

    lesson_part("What the pool saves");
    uint64_t start = lesson_now();
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    lesson_must(pool_map(pool, square, items, tasks, sizeof *items, squares,
                         sizeof *squares, 1));
    double pooled = (double)(lesson_now() - start);
    lesson_must(pool_stats(pool, &stats));
    pool_destroy(pool);

    start = lesson_now();
    for (size_t i = 0; i < tasks; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(pow(items[i], 2) < 0);
        if (pid < 0 || waitpid(pid, NULL, 0) < 0)
            exit(lesson_failed("fork", 0));
    }
    double forked = (double)(lesson_now() - start);
    lesson_say("The same powers with a process for each, as in lesson 1, take "
               "%s as long as on a pool, its making included.",
               lesson_times(forked, pooled));
    lesson_claim(stats.workers == workers && stats.respawned == 0,
                 "%zu tasks, %zu processes: on the pool; one by one it took as "
                 "many as tasks",
                 tasks, workers);
    free(squares);
}

// Nanoseconds that passed, and that all workers got of CPUs.
struct spent {
    double passed, got;
};

static struct spent run(const struct lesson_files *in, size_t workers) {
    struct spent spent = {0};
    struct check *checks = lesson_calloc(in->count, sizeof *checks);
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    uint64_t start = lesson_now();
    lesson_must(pool_map(pool, checksum, in->file, in->count, sizeof *in->file,
                         checks, sizeof *checks, 1));
    spent.passed = (double)(lesson_now() - start);
    for (size_t i = 0; i < in->count; i++)
        spent.got += checks[i].cpu;
    pool_destroy(pool);
    free(checks);
    return spent;
}

void more_workers(const struct lesson_files *in) {
    cpu_set_t set;
    size_t cpus = sched_getaffinity(0, sizeof set, &set) == 0
                      ? (size_t)CPU_COUNT(&set)
                      : 1;
    size_t workers[3] = {1, cpus, 8 * cpus < 256 ? 8 * cpus : 256};
    struct spent spent[3];
    bool within = true;

    lesson_part("More workers than CPUs");
    printf("  This time       workers   times as fast as one   CPUs in use\n");
    for (int i = 0; i < 3; i++) {
        spent[i] = run(in, workers[i]);
        double used = spent[i].got / spent[i].passed;
        within &= used <= (double)cpus * 1.05; // clocks are not that exact
        printf("  %-12s %10zu %22.1f %13.1f\n", i ? "" : "the files",
               workers[i], spent[0].passed / spent[i].passed, used);
    }
    putchar('\n');
    lesson_claim(within, "however many workers: together they never get more "
                         "CPUs than there are");
}
