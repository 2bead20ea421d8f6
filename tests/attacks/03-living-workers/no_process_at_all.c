// SPDX-License-Identifier: MIT
// Tries: a loop in the process that called, which leaves nothing behind, and
// never has more than one at once.
// Score: 0
#include "crew.h"
static task_fn *t;
static int x;
struct crew *crew_start(int w, task_fn *task) {
    (void)w;
    t = task;
    return (void *)&x;
}
int crew_run(struct crew *c, const long *items, int count, long *r) {
    (void)c;
    for (int i = 0; i < count; i++)
        r[i] = t(items[i]);
    return 0;
}
void crew_stop(struct crew *c) { (void)c; }
