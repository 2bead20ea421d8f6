// SPDX-License-Identifier: MIT
// Fair: waitid(), whose siginfo says how a process ended; each child leads a
// process group of its own; a helper and a variable without static.
#define _GNU_SOURCE
#include "per_task.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

unsigned long calls;

int end_of(const siginfo_t *info) {
    return info->si_code == CLD_EXITED ? info->si_status : -info->si_status;
}

int run_all(task_fn *task, int count, int results[]) {
    pid_t children[count + 1];
    int n;
    memset(children, 0, sizeof children);
    calls++;
    for (n = 0; n < count; n++) {
        children[n] = fork();
        if (children[n] == -1)
            break;
        if (!children[n]) {
            setpgid(0, 0);
            _Exit(task(n));
        }
    }
    for (int last = n; last-- > 0;) {
        siginfo_t info;
        while (waitid(P_PID, (id_t)children[last], &info, WEXITED) == -1)
            if (errno != EINTR)
                return -1;
        results[last] = end_of(&info);
    }
    return n < count ? -1 : 0;
}
