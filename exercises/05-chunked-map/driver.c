// SPDX-License-Identifier: MIT
// Exercise 5's calls. Runs in: driver.
#include "driver.h"
#include "chunked_map.h"

#define MOST 900
#define MARGIN 8
#define CANARY (-4242)

static long factor;

static long task(long item) { return driver_task(driver_id(item)); }
static long product(long item) { return factor * item; }

// workers, count, chunk, factor (0: tasks ask) -> returned, whether items and
// margins are untouched, results
static void call_map(struct wire *m) {
    static long items[MOST], results[MOST + 2 * MARGIN];
    int count = (int)m->value[1];
    for (int i = 0; i < MOST; i++)
        items[i] = m->value[3] ? i : driver_item(i);
    for (int i = 0; i < MOST + 2 * MARGIN; i++)
        results[i] = CANARY;
    factor = m->value[3];
    m->value[0] = pool_map((int)m->value[0], factor ? product : task, items,
                           count, results + MARGIN, (int)m->value[2]);
    driver_destroyed(NULL);
    m->value[1] = 1;
    for (int i = 0; i < MARGIN; i++)
        if (results[i] != CANARY || results[MARGIN + count + i] != CANARY)
            m->value[1] = 0;
    for (int i = 0; i < MOST; i++)
        if (items[i] != (factor ? i : driver_item(i)))
            m->value[1] = 0;
    for (int i = 0; i < count; i++)
        m->value[2 + i] = results[MARGIN + i];
    m->count = 2 + (uint32_t)count;
}

// A moment's work, so that the workers take their chunks at the same time.
static long quick(long item) {
    driver_barrier();
    driver_count(item);
    return item;
}

// workers, count -> returned, items that did not run exactly once
static void call_race(struct wire *m) {
    static long items[RACE_ITEMS], results[RACE_ITEMS];
    int workers = (int)m->value[0], count = (int)m->value[1];
    for (int i = 0; i < RACE_ITEMS; i++)
        items[i] = i;
    driver_race_test(workers);
    m->value[0] = pool_map(workers, quick, items, count, results, 1);
    driver_destroyed(NULL);
    m->value[1] = driver_count_not_once(count);
    m->count = 2;
}

DRIVER_CALLS(call_map, call_race);
