// SPDX-License-Identifier: MIT
// Exercise 7's calls. Runs in: driver.
#include "driver.h"
#include "survive.h"

#define MOST 300
#define NOT_SET (-1000)
#define MARGIN 4

static struct pool *pool DRIVER_HOLDS;

static long task(long item) { return driver_task(driver_id(item)); }

static void call_create(struct wire *m) {
    pool = pool_create((int)m->value[0], task);
    driver_made(pool);
    m->value[0] = pool != NULL;
    m->count = 1;
}

// count, first item's id -> returned, then results and fates in turn, then
// whether anything beyond was touched
static void call_map(struct wire *m) {
    static long items[MOST], room[MOST + 2 * MARGIN];
    static int room_too[MOST + 2 * MARGIN];
    long *results = room + MARGIN;
    int *fates = room_too + MARGIN, count = (int)m->value[0], beyond = 0;
    for (int i = 0; i < MOST + 2 * MARGIN; i++)
        room[i] = room_too[i] = NOT_SET;
    for (int i = 0; i < count; i++)
        items[i] = driver_item(m->value[1] + i);
    m->value[0] = pool_map(pool, items, count, results, fates);
    for (int i = 0; i < count; i++) {
        m->value[1 + 2 * i] = results[i];
        m->value[2 + 2 * i] = fates[i];
    }
    for (int i = 0; i < MARGIN; i++)
        beyond += room[i] != NOT_SET || room_too[i] != NOT_SET ||
                  results[count + i] != NOT_SET || fates[count + i] != NOT_SET;
    m->value[1 + 2 * count] = beyond;
    m->count = 2 + 2 * (uint32_t)count;
}

static void call_destroy(struct wire *m) {
    pool_destroy(pool);
    driver_destroyed(pool);
    m->count = 0;
}

DRIVER_CALLS(call_create, call_map, call_destroy);
