// SPDX-License-Identifier: MIT
// Tries: forks for ever, in every process, deaf to all signals.
// Score: 0
// Slow: for FULL=1 only
#include "per_task.h"

#include <signal.h>
#include <unistd.h>

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    for (int s = 1; s < 32; s++)
        signal(s, SIG_IGN);
    for (;;)
        fork();
}
