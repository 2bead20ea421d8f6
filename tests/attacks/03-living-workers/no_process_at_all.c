// SPDX-License-Identifier: MIT
// Tries: a loop in the process that called, which leaves nothing behind, and
// never has more than one at once.
// Score: 0
#include "workers.h"
static task_fn *t;
static int x;
struct pool *pool_create(int w, task_fn *task) {
    (void)w;
    t = task;
    return (void *)&x;
}
int pool_map(struct pool *c, const long *items, int count, long *r) {
    (void)c;
    for (int i = 0; i < count; i++)
        r[i] = t(items[i]);
    return 0;
}
void pool_destroy(struct pool *c) { (void)c; }
