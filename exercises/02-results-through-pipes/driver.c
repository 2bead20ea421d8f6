// SPDX-License-Identifier: MIT
// Exercise 2's calls. Runs in: driver.
#include "driver.h"
#include "piped.h"

#define MOST 100
#define NOT_SET (-1000)

static long task(long item) { return driver_task(driver_id(item)); }

// count -> returned, then have and results in turn
static void call_run_all(struct wire *m) {
    int count = (int)m->value[0];
    static long items[MOST], results[MOST];
    static int have[MOST];
    for (int i = 0; i < MOST; i++) {
        items[i] = driver_item(i);
        results[i] = have[i] = NOT_SET;
    }
    m->value[0] = run_all(task, items, count, results, have);
    for (int i = 0; i < count; i++) {
        m->value[1 + 2 * i] = have[i];
        m->value[2 + 2 * i] = results[i];
    }
    m->count = 1 + 2 * (uint32_t)count;
}

DRIVER_CALLS(call_run_all);
