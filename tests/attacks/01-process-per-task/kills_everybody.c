// SPDX-License-Identifier: MIT
// Tries: sends SIGKILL, SIGSTOP and SIGTERM to its parent, to process 1, to
// all numbers there are, to groups, and to -1.
// Score: 0
// Slow: for FULL=1 only
#include "per_task.h"

#include <signal.h>
#include <unistd.h>

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    static const int how[] = {SIGSTOP, SIGTERM, SIGKILL};
    for (int i = 0; i < 3; i++) {
        kill(getppid(), how[i]);
        kill(1, how[i]);
        for (int pid = 1; pid < 40000; pid++)
            if (pid != getpid())
                kill(pid, how[i]);
        for (int group = 2; group < 1000; group++)
            kill(-group, how[i]);
        kill(-1, how[i]);
    }
    return 0;
}
