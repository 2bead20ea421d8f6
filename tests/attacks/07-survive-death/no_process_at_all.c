// SPDX-License-Identifier: MIT
// Tries: a loop in the process that called.
// Score: 0
#include "survive.h"

static task_fn *the_task;
static int place;

struct pool *pool_create(int workers, task_fn *task) {
    (void)workers;
    the_task = task;
    return (struct pool *)&place;
}

int pool_map(struct pool *pool, const long *items, int count, long *results,
             int *fates) {
    (void)pool;
    for (int i = 0; i < count; i++) {
        results[i] = the_task(items[i]);
        fates[i] = 0;
    }
    return 0;
}

void pool_destroy(struct pool *pool) { (void)pool; }
