// SPDX-License-Identifier: MIT
// Pools that are run under seeded schedules, where they use shared memory: two
// workers, three workers, one that dies.
//
// Runs in: the process that a schedule begins with, and those that the
// student's functions fork.
#define _GNU_SOURCE
#include "minipool.h"
#include "scenario.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ITEMS 4
#define FATAL 1 // this item kills its worker, where it is to

static int *times; // shared: how often item i was begun
static bool one_dies;

static int task(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    long item = -1;
    if (arg_size != sizeof item || result_size != sizeof item)
        scenario_fault("a task was given %zu bytes, and %zu for its result",
                       arg_size, result_size);
    memcpy(&item, arg, sizeof item);
    scenario_say("does item %ld", item);
    if (item < 0 || item >= ITEMS)
        scenario_fault("the task was given %ld, which is no item", item);
    if (__atomic_fetch_add(&times[item], 1, __ATOMIC_SEQ_CST) != 0)
        scenario_fault("item %ld is done twice", item);
    if (one_dies && item == FATAL)
        raise(SIGKILL);
    item = -100 - item;
    memcpy(result, &item, sizeof item);
    return 0;
}

static struct pool *create(size_t workers) {
    struct pool_options options = {.workers = workers};
    times = scenario_share(sizeof *times * ITEMS);
    struct pool *pool = pool_create(&options);
    if (!pool)
        scenario_fault("pool_create() gave NULL");
    return pool;
}

static void expect(long item, int error, long result) {
    int due = one_dies && item == FATAL ? POOL_ELOST : 0;
    if (error != due)
        scenario_fault("item %ld ends with \"%s\", not \"%s\"", item,
                       pool_strerror(error), pool_strerror(due));
    if (due == 0 && result != -100 - item)
        scenario_fault("item %ld has the result %ld, and its task wrote %ld",
                       item, result, -100 - item);
}

static void map_in(size_t workers) {
    long items[ITEMS], results[ITEMS] = {0};
    struct pool *pool = create(workers);
    for (int i = 0; i < ITEMS; i++)
        items[i] = i;
    int error = pool_map(pool, task, items, ITEMS, sizeof *items, results,
                         sizeof *results, 1);
    if (error)
        scenario_fault("pool_map() returned \"%s\"", pool_strerror(error));
    for (int i = 0; i < ITEMS; i++)
        expect(i, 0, results[i]);
    pool_destroy(pool);
}

static void map_in_two(void) { map_in(2); }
static void map_in_three(void) { map_in(3); }

static void join_all(void) {
    struct pool_result *handle[ITEMS];
    struct pool *pool = create(2);
    for (long i = 0; i < ITEMS; i++)
        if (pool_apply_async(pool, task, &i, sizeof i, sizeof i, NULL, NULL,
                             &handle[i]) != 0)
            scenario_fault("pool_apply_async() did not return 0");
    pool_close(pool);
    if (pool_join(pool) != 0)
        scenario_fault("pool_join() did not return 0");
    for (long i = 0; i < ITEMS; i++) {
        long result = 0;
        int error =
            pool_result_get(handle[i], &result, sizeof result, POOL_FOREVER);
        expect(i, error, result);
    }
    pool_destroy(pool);
}

static void join_with_a_death(void) {
    one_dies = true;
    join_all();
}

const struct scenario scenarios[] = {
    {.check = "map",
     .about = "A calls pool_map() with 2 workers and 4 items",
     .run = map_in_two,
     .only_if_shared = true},
    {.check = "map",
     .about = "A calls pool_map() with 3 workers and 4 items",
     .run = map_in_three,
     .only_if_shared = true},
    {.check = "close-join",
     .about = "A submits 4 items to 2 workers, closes, joins, reads results",
     .run = join_all,
     .only_if_shared = true},
    {.check = "deaths",
     .about = "A submits 4 items to 2 workers; the worker with item 1 dies",
     .run = join_with_a_death,
     .only_if_shared = true},
};
const int scenario_count = sizeof scenarios / sizeof *scenarios;
