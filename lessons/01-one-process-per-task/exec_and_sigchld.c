// SPDX-License-Identifier: MIT
// Runs commands side by side, as a shell does with &. How often comes SIGCHLD?
//
//     cc exec_and_sigchld.c -o exec_and_sigchld
//     ./exec_and_sigchld true false 'kill -9 $$' no-such-command
#define _GNU_SOURCE // ppoll
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t signals; // how often the handler ran

static void on_child(int number) {
    (void)number;
    signals++;
}

int main(int argc, char **argv) {
    struct sigaction action = {.sa_handler = on_child}; // not SA_RESTART
    sigset_t child, before;
    pid_t pids[argc], pid;
    int status;
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before); // the kernel keeps it for later
    for (int i = 1; i < argc; i++) {
        if ((pids[i] = fork()) < 0)
            err(1, "fork");
        if (pids[i] == 0) {
            sigprocmask(SIG_SETMASK, &before, NULL); // a mask survives exec
            execlp("sh", "sh", "-c", argv[i], NULL);
            _exit(127); // exec returns only if it has failed
        }
    }
    for (int i = 1; i < argc; i++) // until all have ended; none is reaped yet
        if (waitid(P_PID, (id_t)pids[i], NULL, WEXITED | WNOWAIT) < 0)
            err(1, "waitid");
    if (argc > 1 && ppoll(NULL, 0, NULL, &before) < 0 && errno == EINTR)
        printf("children ended: %d, ppoll() interrupted (EINTR), "
               "calls of the handler: %d\n",
               argc - 1, (int)signals);
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) // reap all that ended
        if (WIFSIGNALED(status))
            printf("process %d: killed by signal %d\n", pid, WTERMSIG(status));
        else
            printf("process %d: exit status %d\n", pid, WEXITSTATUS(status));
}
