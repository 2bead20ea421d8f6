// SPDX-License-Identifier: MIT
// Tries: asks for an array that fits no memory limit: the driver cannot even
// be started.
// Score: 0
// Judge: -
#include "per_task.h"

static char huge[1l << 40] __attribute__((used));

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    return results[0] = huge[(long)count << 30];
}
