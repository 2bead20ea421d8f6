// SPDX-License-Identifier: MIT
// Exercise 3's calls. Runs in: driver.
#include "driver.h"
#include "workers.h"

#define MOST 300
#define NOT_SET (-1000)
#define MARGIN 2

static struct pool *pool DRIVER_HOLDS;

static long task(long item) { return driver_task(driver_id(item)); }

static void call_create(struct wire *m) {
    pool = pool_create((int)m->value[0], task);
    driver_made(pool);
    m->value[0] = pool != NULL;
    m->count = 1;
}

// count, first item's id -> returned, results, whether anything else was touched
static void call_map(struct wire *m) {
    int count = (int)m->value[0];
    static long items[MOST], room[MOST + 2 * MARGIN];
    long *results = room + MARGIN;
    int beyond = 0;
    for (int i = 0; i < count; i++)
        items[i] = driver_item(m->value[1] + i);
    for (int i = 0; i < MOST + 2 * MARGIN; i++)
        room[i] = NOT_SET;
    m->value[0] = pool_map(pool, items, count, results);
    for (int i = 0; i < count; i++)
        m->value[1 + i] = results[i];
    for (int i = 0; i < MARGIN; i++)
        beyond += room[i] != NOT_SET || results[count + i] != NOT_SET;
    m->value[1 + count] = beyond;
    m->count = 2 + (uint32_t)count;
}

static long count(long item) {
    driver_count(item);
    return item;
}

// count -> returned, items that did not run exactly once; by a pool of its own
static void call_many(struct wire *m) {
    static long items[RACE_ITEMS], results[RACE_ITEMS];
    int n = (int)m->value[0];
    for (int i = 0; i < n; i++)
        items[i] = i;
    driver_race_test(0);
    struct pool *many = pool_create(2, count);
    driver_made(many);
    m->value[0] = many ? pool_map(many, items, n, results) : -1;
    m->value[1] = driver_count_not_once(n);
    m->count = 2; // that it is never ended is no concern of this check
}

static void call_destroy(struct wire *m) {
    pool_destroy(pool);
    driver_destroyed(pool);
    m->count = 0;
}

DRIVER_CALLS(call_create, call_map, call_many, call_destroy);
