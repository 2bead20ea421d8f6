// SPDX-License-Identifier: MIT
// Tries: runs each item where its status is asked for.
// Score: 0
#include "lifecycle.h"

#include <stddef.h>

static struct pool {
    task_fn *task;
    long item[1000], result[1000];
    int state[1000], count, closed;
} pool;

struct pool *pool_create(int workers, task_fn *task) {
    (void)workers;
    pool.task = task;
    return &pool;
}

int pool_apply_async(struct pool *s, long item) {
    if (s->closed)
        return POOL_ECLOSED;
    s->item[s->count] = item;
    s->state[s->count] = POOL_ENOTREADY;
    return s->count++;
}

int pool_result_status(struct pool *s, int ticket, long *result) {
    if (s->state[ticket] == POOL_ENOTREADY) {
        s->result[ticket] = s->task(s->item[ticket]);
        s->state[ticket] = 0;
    }
    *result = s->result[ticket];
    return s->state[ticket];
}

int pool_close(struct pool *s) {
    s->closed = 1;
    return 0;
}

int pool_terminate(struct pool *s) {
    for (int i = 0; i < s->count; i++)
        if (s->state[i] == POOL_ENOTREADY)
            s->state[i] = POOL_ECANCELLED;
    s->closed = 1;
    return 0;
}

int pool_join(struct pool *s) { return s->closed ? 0 : POOL_ERUNNING; }
void pool_destroy(struct pool *s) { (void)s; }
