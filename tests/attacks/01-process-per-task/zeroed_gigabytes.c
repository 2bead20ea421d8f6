// SPDX-License-Identifier: MIT
// Tries: asks for static arrays that fit no limit of memory, so that its
// driver cannot start: whose fault is that?
// Score: 0
// Judge: -
// Says: refused
#include "per_task.h"

static char huge[3][1l << 29] __attribute__((used));

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    return results[0] = huge[count % 3][(long)count << 20];
}
