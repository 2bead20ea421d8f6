// SPDX-License-Identifier: MIT
// Exercise 4's calls. Runs in: driver.
#include "driver.h"
#include "map.h"

#define MOST 900
#define MARGIN 8
#define CANARY (-4242)

static long factor;

static long task(long item) { return driver_task(item); }
static long product(long item) { return factor * item; }

// workers, count, chunk, factor (0: tasks ask) -> returned, margins untouched,
// results
static void call_map(struct wire *m) {
    static long items[MOST], results[MOST + 2 * MARGIN];
    int count = (int)m->value[1];
    for (int i = 0; i < MOST; i++)
        items[i] = i;
    for (int i = 0; i < MOST + 2 * MARGIN; i++)
        results[i] = CANARY;
    factor = m->value[3];
    m->value[0] = map_run((int)m->value[0], factor ? product : task, items,
                          count, results + MARGIN, (int)m->value[2]);
    m->value[1] = 1;
    for (int i = 0; i < MARGIN; i++)
        if (results[i] != CANARY || results[MARGIN + count + i] != CANARY)
            m->value[1] = 0;
    for (int i = 0; i < count; i++)
        m->value[2 + i] = results[MARGIN + i];
    m->count = 2 + (uint32_t)count;
}

// A moment's work, so that the workers take their chunks at the same time.
static long quick(long item) {
    driver_meet();
    driver_count(item);
    return item;
}

// workers, count -> returned, items that did not run exactly once
static void call_crowd(struct wire *m) {
    static long items[CROWD_ITEMS], results[CROWD_ITEMS];
    int workers = (int)m->value[0], count = (int)m->value[1];
    for (int i = 0; i < CROWD_ITEMS; i++)
        items[i] = i;
    driver_crowd(workers);
    m->value[0] = map_run(workers, quick, items, count, results, 1);
    m->value[1] = driver_odd(count);
    m->count = 2;
}

driver_call *const driver_calls[] = {call_map, call_crowd};
const int64_t driver_call_count = 2;
