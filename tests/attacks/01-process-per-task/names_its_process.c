// SPDX-License-Identifier: MIT
// Tries: gives its processes names that look like what /proc says of a zombie.
// All else is right: that earns what it is worth.
// Score: 10
#include "per_task.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// Honest, but for what comes with it.
static int honest(task_fn *task, int count, int results[]) {
    pid_t pids[100];
    int started = 0, status;
    while (started < count && (pids[started] = fork()) >= 0) {
        if (pids[started] == 0)
            _exit(task(started));
        started++;
    }
    for (int i = 0; i < started; i++) {
        while (waitpid(pids[i], &status, 0) < 0 && errno == EINTR) {
        }
        results[i] =
            WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    }
    return started == count ? 0 : -1;
}

int run_all(task_fn *task, int count, int results[]) {
    prctl(PR_SET_NAME, "x) Z 1 1 1 (\n");
    return honest(task, count, results);
}
