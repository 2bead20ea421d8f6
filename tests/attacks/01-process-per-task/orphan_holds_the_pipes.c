// SPDX-License-Identifier: MIT
// Tries: leaves a process behind, in a session of its own, deaf to signals,
// that holds the channel and the output open for ever. All else is right.
// Score: 8
#include "per_task.h"

#include <signal.h>
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

int run_all(task_fn *task, int count, int results[]) {
    int result = honest(task, count, results);
    pid_t pid = fork();
    if (pid == 0) {
        for (int s = 1; s < 32; s++)
            signal(s, SIG_IGN);
        if (fork() == 0)
            for (;;)
                pause();
        _exit(0);
    }
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return result;
}
