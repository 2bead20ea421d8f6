// SPDX-License-Identifier: MIT
// Exercise 3's calls. Runs in: driver.
#include "driver.h"
#include "crew.h"

static struct crew *crew;

static long task(long item) { return driver_task(item); }

static void call_start(struct wire *m) {
    crew = crew_start((int)m->value[0], task);
    m->value[0] = crew != NULL;
    m->count = 1;
}

// count, first item -> returned, results
static void call_run(struct wire *m) {
    int count = (int)m->value[0];
    static long items[200], results[200];
    for (int i = 0; i < count; i++) {
        items[i] = m->value[1] + i;
        results[i] = -1000;
    }
    m->value[0] = crew_run(crew, items, count, results);
    for (int i = 0; i < count; i++)
        m->value[1 + i] = results[i];
    m->count = 1 + (uint32_t)count;
}

static void call_stop(struct wire *m) {
    crew_stop(crew);
    m->count = 0;
}

DRIVER_CALLS(call_start, call_run, call_stop);
