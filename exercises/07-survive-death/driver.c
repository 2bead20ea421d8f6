// SPDX-License-Identifier: MIT
// Exercise 7's calls. Runs in: driver.
#include "driver.h"
#include "brave.h"

static long task(long item) { return driver_task(item); }

// workers, count -> returned, then results and fates in turn
static void call_run(struct wire *m) {
    static long items[200], results[200];
    static int fates[200];
    int count = (int)m->value[1];
    for (int i = 0; i < 200; i++) {
        items[i] = i;
        results[i] = -1000;
        fates[i] = -1000;
    }
    m->value[0] =
        brave_run((int)m->value[0], task, items, count, results, fates);
    for (int i = 0; i < count; i++) {
        m->value[1 + 2 * i] = results[i];
        m->value[2 + 2 * i] = fates[i];
    }
    m->count = 1 + 2 * (uint32_t)count;
}

DRIVER_CALLS(call_run);
