// SPDX-License-Identifier: MIT
// Tries: exits before main(), and again at the end, with status 0.
// Score: 0
// Says: refused
#include "per_task.h"

#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor(101))) static void early(void) { _exit(0); }
__attribute__((destructor)) static void late(void) { _exit(0); }

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    exit(0);
}
