// SPDX-License-Identifier: MIT
// Right, but not as expected: a handler of SIGCHLD reaps, the program sleeps in
// sigsuspend.
#include "per_task.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t statuses[1000], pids[1000], ended;
static pid_t mine[1000]; // 0: has ended

static void reap(int sig) {
    int saved = errno, status;
    pid_t pid;
    (void)sig;
    for (int i = 0; i < 1000; i++)
        if (mine[i] > 0 && (pid = waitpid(mine[i], &status, WNOHANG)) > 0) {
            pids[i] = pid;
            statuses[i] = status;
            mine[i] = 0;
            ended++;
        }
    errno = saved;
}

int run_all(task_fn *task, int count, int results[]) {
    struct sigaction action = {.sa_handler = reap, .sa_flags = SA_NOCLDSTOP};
    struct sigaction old_action;
    sigset_t child, old;
    int started = 0;

    ended = 0;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &old);
    sigemptyset(&action.sa_mask);
    sigaction(SIGCHLD, &action, &old_action);
    while (started < count && (mine[started] = fork()) != -1) {
        if (mine[started] == 0) {
            sigaction(SIGCHLD, &old_action, NULL);
            sigprocmask(SIG_SETMASK, &old, NULL);
            _exit(task(started));
        }
        started++;
    }
    while (ended < started)
        sigsuspend(&old);
    sigaction(SIGCHLD, &old_action, NULL);
    sigprocmask(SIG_SETMASK, &old, NULL);
    for (int i = 0; i < started; i++)
        results[i] = WIFSIGNALED(statuses[i]) ? -WTERMSIG(statuses[i])
                                              : WEXITSTATUS(statuses[i]);
    mine[started] = 0; // where fork has failed
    return started < count ? -1 : 0;
}
