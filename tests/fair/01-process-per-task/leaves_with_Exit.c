// SPDX-License-Identifier: MIT
// Right, but not as expected: helpers and variables without "static", a list of
// children, and each leaves with _Exit.
#include "per_task.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
    pid_t pid;
    struct child *next;
} * children;

int outcome(const siginfo_t *info) {
    return info->si_code == CLD_EXITED ? info->si_status : -info->si_status;
}

int begin(task_fn *task, int index, struct child **end) {
    struct child *child = calloc(1, sizeof *child);
    if (child && (child->pid = fork()) == 0)
        _Exit(task(index));
    if (!child || child->pid < 0) {
        free(child);
        return -1;
    }
    *end = child;
    return 0;
}

int run_all(task_fn *task, int count, int results[]) {
    struct child **end = &children;
    int started = 0;
    while (started < count && begin(task, started, end) == 0) {
        end = &(*end)->next;
        started++;
    }
    int place = 0;
    for (struct child *it = children; it; it = it->next) {
        siginfo_t info;
        while (waitid(P_PID, (id_t)it->pid, &info, WEXITED) < 0)
            continue; // a signal came
        results[place++] = outcome(&info);
    }
    while (children) {
        struct child *next = children->next;
        free(children);
        children = next;
    }
    return started == count ? 0 : -1;
}
