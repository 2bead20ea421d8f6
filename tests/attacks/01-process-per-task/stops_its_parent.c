// SPDX-License-Identifier: MIT
// Tries: stops the process above it, hoping that the judge waits for ever.
// Score: 0
// Slow: for FULL=1 only
#include "per_task.h"

#include <signal.h>
#include <unistd.h>

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    for (;;) {
        kill(getppid(), SIGSTOP);
        kill(0, SIGSTOP);
        pause();
    }
}
