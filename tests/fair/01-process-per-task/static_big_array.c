// SPDX-License-Identifier: MIT
// Right, but not as expected: wait4 for whichever child ends first, tasks found
// by pid.
#include "per_task.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int run_all(task_fn *task, int count, int results[]) {
    static pid_t
        whose[4194305]; // a place for every pid there may be: index + 1
    static pid_t mine[100000];
    int started = 0, status;
    for (; started < count; started++) {
        pid_t pid = fork();
        if (pid == -1)
            break;
        if (pid == 0)
            exit(task(started));
        whose[pid] = started + 1;
        mine[started] = pid;
    }
    for (int left = started; left > 0;) {
        struct rusage usage;
        siginfo_t first = {0};
        // Only looks: it may be a child of the caller's.
        if (waitid(P_ALL, 0, &first, WEXITED | WNOWAIT) < 0)
            continue;
        pid_t pid = first.si_pid;
        for (int i = 0; whose[pid] == 0; i++)
            if (mine[i % started] > 0 && whose[mine[i % started]] > 0 &&
                waitid(P_PID, (id_t)mine[i % started], &first,
                       WEXITED | WNOWAIT | WNOHANG) == 0 &&
                first.si_pid > 0)
                pid = mine[i % started];
        if (wait4(pid, &status, 0, &usage) != pid)
            continue;
        left--;
        results[whose[pid] - 1] =
            WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
        whose[pid] = 0;
    }
    return started == count ? 0 : -1;
}
