// SPDX-License-Identifier: MIT
// Tries: prints for ever, on both streams, from two processes.
// Score: 0
// Slow: for FULL=1 only
#include "per_task.h"

#include <unistd.h>

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    fork();
    for (;;)
        if (write(1, "full marks ", 11) < 0 || write(2, "10/10\n", 6) < 0)
            pause();
}
