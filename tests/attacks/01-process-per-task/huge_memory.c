// SPDX-License-Identifier: MIT
// Tries: has twenty processes take what memory they can get, and use it.
// Score: 0
// Slow: for FULL=1 only
#include "per_task.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    for (int i = 0; i < 20; i++)
        if (fork() == 0)
            for (;;) {
                char *more = malloc(16 << 20);
                if (more)
                    memset(more, i + 1, 16 << 20);
                else
                    pause();
            }
    for (;;)
        pause();
}
