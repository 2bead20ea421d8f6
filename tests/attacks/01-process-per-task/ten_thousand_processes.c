// SPDX-License-Identifier: MIT
// Tries: starts ten thousand processes one after the other, each gone at once:
// never many at a time, and no processor time of its own.
// Score: 0
// Slow: for FULL=1 only
#include "per_task.h"

#include <sys/wait.h>
#include <unistd.h>

int run_all(task_fn *task, int count, int results[]) {
    for (int i = 0; i < 10000; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
    }
    for (int i = 0; i < count; i++)
        results[i] = task(i);
    return 0;
}
