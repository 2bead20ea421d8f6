// SPDX-License-Identifier: MIT
// Wrong: does not wait again when a signal has interrupted it.
// Loses: reaped
// Points: 8
// Says: signal interrupts it
#include "per_task.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

// Waits for one child. -1 if that cannot be.
static int reap(pid_t pid, int *status) {
    return waitpid(pid, status, 0) < 0 ? -1 : 0;
}

int run_all(task_fn *task, int count, int results[]) {
    if (count <= 0)
        return 0;
    pid_t *pids = malloc((size_t)count * sizeof *pids);
    if (!pids)
        return -1;

    // 1 create the processes
    int started = 0;
    while (started < count) {
        pid_t pid = fork();
        if (pid < 0)
            break;
        if (pid == 0) {
            // 2 run the task
            _exit(task(started));
        }
        pids[started++] = pid;
    }

    // 3 reap them
    for (int i = 0; i < started; i++) {
        int status;
        if (reap(pids[i], &status) < 0)
            continue;
        // 4 use the results
        results[i] =
            WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    }
    free(pids);
    return started == count ? 0 : -1;
}
