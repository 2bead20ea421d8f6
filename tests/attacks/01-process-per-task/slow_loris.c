// SPDX-License-Identifier: MIT
// Tries: does next to nothing, but never rests, so that each check lasts until
// its limit of time; three processes do.
// Score: 0
// Slow: for FULL=1 only
#include "per_task.h"

#include <poll.h>
#include <unistd.h>

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    fork();
    for (;;)
        poll(NULL, 0, 30);
}
