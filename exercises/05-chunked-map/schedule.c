// SPDX-License-Identifier: MIT
// Maps that are run under seeded schedules: two workers, three workers.
//
// Lost by a race: same-moment
//
// Runs in: the process that a schedule begins with, and those that the
// student's function forks.
#include "chunked_map.h"
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

#define ITEMS 5

static int *times; // shared: how often item i was done

static long task(long item) {
    scenario_say("does item %ld", item);
    if (item < 0 || item >= ITEMS)
        scenario_fault("the task was given %ld, which is no item", item);
    if (__atomic_fetch_add(&times[item], 1, __ATOMIC_SEQ_CST) != 0)
        scenario_fault("item %ld is done twice", item);
    return -100 - item;
}

static void map(int workers, int count, int chunk) {
    long items[ITEMS], results[ITEMS];
    times = scenario_share(sizeof *times * ITEMS);
    for (int i = 0; i < ITEMS; i++)
        items[i] = i;
    memset(results, 0, sizeof results);
    if (pool_map(workers, task, items, count, results, chunk) != 0)
        scenario_fault("pool_map() did not return 0");
    for (int i = 0; i < count; i++) {
        if (times[i] == 0)
            scenario_fault("item %d was never done", i);
        if (results[i] != -100 - i)
            scenario_fault("results[%d] is %ld, and its task returned %d", i,
                           results[i], -100 - i);
    }
}

static void two_workers(void) { map(2, 3, 1); }
static void three_workers(void) { map(3, 5, 2); }

const struct scenario scenarios[] = {
    {.check = "same-moment",
     .about = "A calls pool_map() with 2 workers, 3 items, chunks of 1",
     .run = two_workers},
    {.check = "same-moment",
     .about = "A calls pool_map() with 3 workers, 5 items, chunks of 2",
     .run = three_workers},
};
const int scenario_count = sizeof scenarios / sizeof *scenarios;
