// SPDX-License-Identifier: MIT
// Tries: before main(), forks a process that plays the driver; the real one
// waits above it, where nobody would look for children and descriptors.
// Score: 0
// Says: refused
#include "per_task.h"

#include <stdint.h>
#include <sys/socket.h>
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
    for (int i = 0; i < started; i++)
        if (waitpid(pids[i], &status, 0) == pids[i])
            results[i] =
                WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return started == count ? 0 : -1;
}

__attribute__((constructor)) static void early(void) {
    if (fork() > 0)
        for (;;)
            pause();
    // The child goes on into main() and says hello.
}

int run_all(task_fn *task, int count, int results[]) {
    return honest(task, count, results);
}
