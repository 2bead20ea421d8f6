// SPDX-License-Identifier: MIT
// What try.c measures: twenty tasks, by a process each, and by each pool of
// yours that works, and what making and ending such a pool costs.
//
// Runs in: your process, and those that your exercises make.
#ifndef VARIANTS_H
#define VARIANTS_H

#include "bench.h"
#include "yours.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TASKS 20
#define WORKERS 2

static long numbers[TASKS], results[TASKS];
static const char *now_runs = "bench_run";

// The task does hardly anything: what is measured is what it costs to have it
// done. -------------------------------------------------------------------------

static int status_of(int index) { return index; }
static long add_one(long item) { return item + 1; }
static int add_one_too(const void *arg, size_t arg_size, void *result,
                       size_t result_size) {
    long item;
    memcpy(&item, arg, arg_size);
    item++;
    memcpy(result, &item, result_size);
    return 0;
}

static void fork_for_each(void) {
    int status[TASKS];
    now_runs = HAVE_1 ? "your run_all of exercise 1" : "a plain fork";
#if HAVE_1
    ex1_run_all(status_of, TASKS, status);
#else
    pid_t pid[TASKS];
    for (int i = 0; i < TASKS; i++)
        if ((pid[i] = fork()) == 0)
            _exit(status_of(i));
    for (int i = 0; i < TASKS; i++)
        waitpid(pid[i], &status[i], 0);
#endif
}

#if HAVE_3
static struct ex3_pool *pool3;
static void create3(void) {
    now_runs = "your pool of exercise 3, made and ended";
    struct ex3_pool *pool = ex3_pool_create(WORKERS, add_one);
    if (pool)
        ex3_pool_destroy(pool);
}
static void map3(void) {
    now_runs = "your pool_map of exercise 3";
    ex3_pool_map(pool3, numbers, TASKS, results);
}
#endif

#if HAVE_11
static struct pool *pool11;
static void create11(void) {
    now_runs = "your pool of exercise 11, made and ended";
    struct pool_options options = {.workers = WORKERS};
    pool_destroy(pool_create(&options));
}
static void map11(void) {
    now_runs = "your pool_map of exercise 11";
    pool_map(pool11, add_one_too, numbers, TASKS, sizeof *numbers, results,
             sizeof *results, 0);
}
#endif

// Whether a map of yours does what it should; without that its time says
// nothing. -----------------------------------------------------------------------

static int works(void (*map)(void)) {
    memset(results, 0, sizeof results);
    map();
    for (int i = 0; i < TASKS; i++)
        if (results[i] != numbers[i] + 1)
            return 0;
    return 1;
}

struct pools {
    const char *name;
    work_fn *create, *map;
};

// The pools of yours that work.
static int find_pools(struct pools *found) {
    int count = 0;
    (void)works, (void)add_one_too, (void)add_one;
#if HAVE_3
    pool3 = ex3_pool_create(WORKERS, add_one);
    if (pool3 && works(map3))
        found[count++] = (struct pools){"exercise 3", create3, map3};
    else
        printf("  exercise 3 does not work yet: make exercise3\n");
#endif
#if HAVE_11
    struct pool_options options = {.workers = WORKERS};
    pool11 = pool_create(&options);
    if (pool11 && works(map11))
        found[count++] = (struct pools){"exercise 11", create11, map11};
    else
        printf("  exercise 11 does not work yet: make exercise11\n");
#endif
    (void)found;
    return count;
}

#endif
