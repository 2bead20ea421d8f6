// SPDX-License-Identifier: MIT
// Tries: a loop in the process that called.
// Score: 0
// Slow: for FULL=1 only
#include "chunked_map.h"
int pool_map(int w, task_fn *task, const long *items, int count, long *r,
             int chunk) {
    (void)w;
    (void)chunk;
    for (int i = 0; i < count; i++)
        r[i] = task(items[i]);
    return 0;
}
