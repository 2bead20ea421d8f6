// SPDX-License-Identifier: MIT
// Single steps with ptrace(2). A system call counts as one instruction; one
// that sleeps ends the steps.
//
// Runs in: the tester.
#define _GNU_SOURCE
#include "trace.h"
#include "kill.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

enum { ASLEEP_MS = 20 }; // a step that takes longer is looked at

// True if it sleeps in a call that waits for others.
bool trace_sleeps(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/syscall", (int)pid);
    FILE *file = fopen(path, "re");
    long number = -1;
    bool in_call = file && fscanf(file, "%ld", &number) == 1;
    if (file)
        fclose(file);
    return in_call && (number == SYS_futex
#ifdef SYS_poll
                       || number == SYS_poll
#endif
                       || number == SYS_ppoll);
}

static cpu_set_t everywhere; // this process may run on
bool trace_ended;

// Tracer and tracee take turns, which is quickest on one CPU.
static void share_cpu(pid_t pid) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(pid, sizeof one, &one);
    sched_setaffinity(0, sizeof one, &one);
}

void trace_stop(pid_t pid) {
    int status;
    trace_ended = false;
    if (CPU_COUNT(&everywhere) == 0)
        sched_getaffinity(0, sizeof everywhere, &everywhere);
    check(ptrace(PTRACE_SEIZE, pid, 0, 0) == 0, "PTRACE_SEIZE");
    check(ptrace(PTRACE_INTERRUPT, pid, 0, 0) == 0, "PTRACE_INTERRUPT");
    check(waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status), "stop");
    share_cpu(pid);
}

// SIGCHLD is blocked, so that it can be waited for with a limit.
bool trace_step(pid_t pid) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    check(ptrace(PTRACE_SINGLESTEP, pid, 0, 0) == 0, "PTRACE_SINGLESTEP");
    for (;;) {
        int status;
        pid_t rc = waitpid(pid, &status, __WALL | WNOHANG);
        check(rc >= 0, "waitpid");
        if (rc == pid) {
            trace_ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
            check(WIFSTOPPED(status) || trace_ended, "it has ended");
            return !trace_ended;
        }
        struct timespec limit = {0, ASLEEP_MS * 1000000L};
        if (sigtimedwait(&child, NULL, &limit) < 0 && errno == EAGAIN &&
            trace_sleeps(pid))
            return false;
    }
}

long trace_steps(pid_t pid, long count) {
    long done = 0;
    while (done < count && trace_step(pid))
        done++;
    return done;
}

void trace_kill(pid_t pid) {
    int status;
    sched_setaffinity(0, sizeof everywhere, &everywhere);
    if (trace_ended)
        return;
    check(kill(pid, SIGKILL) == 0, "kill");
    do
        check(waitpid(pid, &status, __WALL) == pid, "waitpid");
    while (WIFSTOPPED(status));
    check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "its end");
}

void trace_release(pid_t pid) {
    sched_setaffinity(pid, sizeof everywhere, &everywhere);
    check(ptrace(PTRACE_DETACH, pid, 0, 0) == 0, "PTRACE_DETACH");
}
