// SPDX-License-Identifier: MIT
// Tries: has the compiler write an object of a gigabyte.
// Score: 0
// Judge: -
#include "per_task.h"

static char huge[1 << 30] = {1};

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    return results[0] = huge[count];
}
