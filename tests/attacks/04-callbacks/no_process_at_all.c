// SPDX-License-Identifier: MIT
// Tries: runs each item where it is submitted, and calls back at once.
// Score: 0
// Slow: for FULL=1 only
#include "callbacks.h"

#include <stddef.h>

static struct pool {
    task_fn *task;
    long results[1000];
    int count;
} pool;

struct pool *pool_create(int workers, task_fn *task) {
    (void)workers;
    pool.task = task;
    return &pool;
}

int pool_apply_async(struct pool *d, long item, callback_fn *done, void *user) {
    int ticket = d->count++;
    d->results[ticket] = d->task(item);
    if (done)
        done(ticket, d->results[ticket], user);
    return ticket;
}

int pool_result_ready(struct pool *d, int ticket) { return ticket < d->count; }

int pool_result_get(struct pool *d, int ticket, long *result) {
    if (ticket >= d->count)
        return -1;
    *result = d->results[ticket];
    return 0;
}

void pool_destroy(struct pool *d) { (void)d; }
