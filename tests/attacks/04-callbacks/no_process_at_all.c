// SPDX-License-Identifier: MIT
// Tries: runs each item where it is submitted, and calls back at once.
// Score: 0
// Slow: for FULL=1 only
#include "desk.h"

#include <stddef.h>

static struct desk {
    task_fn *task;
    long results[1000];
    int count;
} desk;

struct desk *desk_open(int workers, task_fn *task) {
    (void)workers;
    desk.task = task;
    return &desk;
}

int desk_submit(struct desk *d, long item, done_fn *done, void *user) {
    int ticket = d->count++;
    d->results[ticket] = d->task(item);
    if (done)
        done(ticket, d->results[ticket], user);
    return ticket;
}

int desk_ready(struct desk *d, int ticket) { return ticket < d->count; }

int desk_wait(struct desk *d, int ticket, long *result) {
    if (ticket >= d->count)
        return -1;
    *result = d->results[ticket];
    return 0;
}

void desk_close(struct desk *d) { (void)d; }
