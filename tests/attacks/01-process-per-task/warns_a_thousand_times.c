// SPDX-License-Identifier: MIT
// Tries: has the compiler warn for ever, which drowns all else. It is no fault.
// Score: 10
#include "per_task.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEN(name)                                                              \
    static int name##0, name##1, name##2, name##3, name##4, name##5, name##6,  \
        name##7, name##8, name##9
#define HUNDRED(name)                                                          \
    TEN(name##0);                                                              \
    TEN(name##1);                                                              \
    TEN(name##2);                                                              \
    TEN(name##3);                                                              \
    TEN(name##4);                                                              \
    TEN(name##5);                                                              \
    TEN(name##6);                                                              \
    TEN(name##7);                                                              \
    TEN(name##8);                                                              \
    TEN(name##9)
HUNDRED(a);
HUNDRED(b);
HUNDRED(c);
HUNDRED(d);
HUNDRED(e);
HUNDRED(f);

// Honest, but for what comes with it.
static int honest(task_fn *task, int count, int results[]) {
    pid_t pids[1000];
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
    return honest(task, count, results);
}
