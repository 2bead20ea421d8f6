// SPDX-License-Identifier: MIT
// Tries: a loop in the process that called.
// Score: 0
#include "brave.h"
int brave_run(int w, task_fn *task, const long *items, int count, long *r,
              int *f) {
    (void)w;
    for (int i = 0; i < count; i++) {
        r[i] = task(items[i]);
        f[i] = 0;
    }
    return 0;
}
