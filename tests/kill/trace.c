// SPDX-License-Identifier: MIT
// Single steps and traps with ptrace(2). A system call counts as one
// instruction.
//
// Runs in: the tester.
#define _GNU_SOURCE
#include "trace.h"
#include "kill.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ASLEEP_MS = 20,
    SEEN = 1 << 16,
    PASS_STEPS = 3, // what a pass of an address costs, in steps
};

bool trace_sleep_ends = true;

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

// ---- Waiting for it --------------------------------------------------------

// SIGCHLD is blocked, so that it can be waited for with a limit.
static enum trace_end await_stop(pid_t pid, int *status) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    for (;;) {
        pid_t rc = waitpid(pid, status, __WALL | WNOHANG);
        check(rc >= 0, "waitpid");
        if (rc == pid)
            return WIFSTOPPED(*status) ? TRACE_STOPPED : TRACE_ENDED;
        struct timespec limit = {0, ASLEEP_MS * 1000000L};
        if (sigtimedwait(&child, NULL, &limit) < 0 && errno == EAGAIN &&
            trace_sleep_ends && trace_sleeps(pid))
            return TRACE_ASLEEP;
    }
}

static void set_options(pid_t pid, long options) {
    check(ptrace(PTRACE_SETOPTIONS, pid, 0, options) == 0, "its options");
}

static void await_stopped(pid_t pid) {
    int status;
    check(waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status), "stop");
}

// The child that its fork has stopped at; it is stopped, too.
static pid_t newborn(pid_t parent) {
    unsigned long child;
    check(ptrace(PTRACE_GETEVENTMSG, parent, 0, &child) == 0, "its child");
    await_stopped((pid_t)child);
    return (pid_t)child;
}

// A child has the trap of its parent in its text, too.
static struct {
    unsigned long at;
    long code; // what is there without it
} trap;

static void write_code(pid_t pid, long code) {
    check(ptrace(PTRACE_POKETEXT, pid, trap.at, code) == 0, "its text");
}

static void let_child_go(pid_t parent) {
    pid_t pid = newborn(parent);
    write_code(pid, trap.code);
    check(ptrace(PTRACE_DETACH, pid, 0, 0) == 0, "PTRACE_DETACH");
}

// Lets it run until its next trap; signals on the way are its own.
static enum trace_end resume(pid_t pid, int request) {
    long deliver = 0;
    for (;;) {
        int status;
        check(ptrace(request, pid, 0, deliver) == 0, "ptrace");
        enum trace_end end = await_stop(pid, &status);
        if (end == TRACE_ENDED)
            check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "its end");
        if (end != TRACE_STOPPED || status >> 8 == SIGTRAP)
            return end;
        if (status >> 16 == PTRACE_EVENT_FORK)
            let_child_go(pid);
        deliver = status >> 16 ? 0 : WSTOPSIG(status);
    }
}

// ---- Attaching -------------------------------------------------------------

static void interrupt(pid_t pid) {
    check(ptrace(PTRACE_INTERRUPT, pid, 0, 0) == 0, "PTRACE_INTERRUPT");
    await_stopped(pid);
}

void trace_attach(pid_t pid, bool forks) {
    long options = forks ? PTRACE_O_TRACEFORK : 0;
    check(ptrace(PTRACE_SEIZE, pid, 0, options) == 0, "PTRACE_SEIZE");
    interrupt(pid);
}

pid_t trace_child(pid_t parent) {
    int status;
    do {
        check(ptrace(PTRACE_CONT, parent, 0, 0) == 0, "PTRACE_CONT");
        check(waitpid(parent, &status, __WALL) == parent && WIFSTOPPED(status),
              "the parent has ended");
    } while (status >> 16 != PTRACE_EVENT_FORK);
    pid_t pid = newborn(parent);
    check(ptrace(PTRACE_DETACH, parent, 0, 0) == 0, "PTRACE_DETACH");
    set_options(pid, 0);
    return pid;
}

bool trace_kill(pid_t pid) {
    int status;
    check(kill(pid, SIGKILL) == 0, "kill");
    do
        check(waitpid(pid, &status, __WALL) == pid, "waitpid");
    while (WIFSTOPPED(status));
    check(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL),
          "its death");
    return status != 0;
}

// ---- Steps, where no trap will do ------------------------------------------

enum trace_end trace_run(pid_t pid) { return resume(pid, PTRACE_CONT); }

static enum trace_end step(pid_t pid, long count) {
    enum trace_end end = TRACE_STOPPED;
    while (count-- > 0 && end == TRACE_STOPPED)
        end = resume(pid, PTRACE_SINGLESTEP);
    return end;
}

#ifdef __x86_64__

// ---- Recording a path ------------------------------------------------------

static unsigned long instruction(pid_t pid) {
    return (unsigned long)ptrace(PTRACE_PEEKUSER, pid,
                                 offsetof(struct user_regs_struct, rip), 0);
}

// A lock prefix, or an exchange, which locks by itself.
static bool is_atomic(pid_t pid, unsigned long at) {
    long code = ptrace(PTRACE_PEEKTEXT, pid, at, 0);
    unsigned first = code & 0xff, second = code >> 8 & 0xff;
    if ((first & 0xf0) == 0x40) // a REX prefix
        first = second;
    return first == 0xf0 || first == 0x86 || first == 0x87;
}

// How often the process has come to this address; a table by address.
static unsigned *passes(unsigned long at) {
    static struct seen {
        unsigned long at;
        unsigned count;
    } seen[SEEN];
    if (at == 0) { // forget all
        for (size_t i = 0; i < SEEN; i++)
            seen[i] = (struct seen){0};
        return NULL;
    }
    size_t i = at * 0x9e3779b97f4a7c15u >> 48;
    while (seen[i].at && seen[i].at != at)
        i = (i + 1) % SEEN;
    seen[i].at = at;
    return &seen[i].count;
}

// The nearest in cost: by passes of its own address, or by steps from where the
// point before it is reached from.
static void choose_starts(struct path *path) {
    const struct point *nearest = NULL, *fresh = NULL;
    long cost = 0;
    for (size_t i = 1; i < path->count; i++) {
        struct point *point = &path->points[i];
        long passes = PASS_STEPS * (long)point->pass;
        cost++;
        if (!point->again && passes < cost) {
            nearest = point;
            cost = passes;
        }
        if (!point->again && point->pass == 1)
            fresh = point;
        point->nearest = nearest;
        point->fresh = fresh;
    }
}

enum trace_end trace_record(pid_t pid, struct path *path) {
    enum trace_end end;
    struct point last = {0};
    size_t room = 1 << 12;
    passes(0);
    path->points = malloc(room * sizeof last);
    check(path->points, "memory");
    path->points[0] = last;
    path->count = 1;
    while ((end = resume(pid, PTRACE_SINGLESTEP)) == TRACE_STOPPED) {
        unsigned long at = instruction(pid);
        bool repeats = at == last.at;
        last = (struct point){.at = at,
                              .again = repeats ? last.again + 1 : 0,
                              .steps = last.steps + 1,
                              .atomic = is_atomic(pid, at)};
        last.pass = repeats ? *passes(at) : ++*passes(at);
        if (path->count == room)
            path->points =
                realloc(path->points, (room *= 2) * sizeof *path->points);
        check(path->points, "memory");
        path->points[path->count++] = last;
    }
    choose_starts(path);
    return end;
}

// ---- Going to a point of it ------------------------------------------------

enum { TRAP = 0xcc }; // int3

// The text is the victim's own copy while it is traced.
static enum trace_end pass_trap(pid_t pid) {
    write_code(pid, (trap.code & ~0xffL) | TRAP);
    enum trace_end end = resume(pid, PTRACE_CONT);
    if (end == TRACE_ENDED)
        return end;
    if (end == TRACE_ASLEEP)
        interrupt(pid);
    write_code(pid, trap.code);
    if (end == TRACE_ASLEEP) {
        set_options(pid, 0);
        check(ptrace(PTRACE_CONT, pid, 0, 0) == 0, "PTRACE_CONT");
        return end; // sleeps again
    }
    check(instruction(pid) == trap.at + 1, "a trap elsewhere");
    check(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rip),
                 trap.at) == 0,
          "its instruction");
    return end;
}

// A repeated instruction is left after all its rounds.
static enum trace_end step_off(pid_t pid) {
    enum trace_end end;
    do
        end = resume(pid, PTRACE_SINGLESTEP);
    while (end == TRACE_STOPPED && instruction(pid) == trap.at);
    return end;
}

static enum trace_end run_to_trap(pid_t pid, const struct point *point) {
    enum trace_end end = TRACE_STOPPED;
    trap.at = point->at;
    trap.code = ptrace(PTRACE_PEEKTEXT, pid, point->at, 0);
    set_options(pid, PTRACE_O_TRACEFORK);
    for (unsigned pass = 0; end == TRACE_STOPPED && pass < point->pass;
         pass++) {
        if (pass > 0)
            end = step_off(pid);
        if (end == TRACE_STOPPED)
            end = pass_trap(pid);
    }
    if (end == TRACE_STOPPED)
        set_options(pid, 0);
    return end;
}

enum trace_end trace_run_to(pid_t pid, const struct point *point,
                            const struct point *start) {
    enum trace_end end = start ? run_to_trap(pid, start) : TRACE_STOPPED;
    if (end == TRACE_STOPPED)
        end = step(pid, point->steps - (start ? start->steps : 0));
    return end;
}

#else // no traps: every point is stepped to

enum trace_end trace_record(pid_t pid, struct path *path) {
    enum trace_end end;
    struct point point = {0};
    size_t room = 1 << 16;
    path->points = calloc(room, sizeof point);
    check(path->points, "memory");
    for (path->count = 0; path->count < room; path->count++) {
        point.steps = (long)path->count;
        path->points[path->count] = point;
        if ((end = resume(pid, PTRACE_SINGLESTEP)) != TRACE_STOPPED)
            break;
    }
    return end;
}

enum trace_end trace_run_to(pid_t pid, const struct point *point,
                            const struct point *start) {
    (void)start;
    return step(pid, point->steps);
}

#endif

// A step that a sleeper has not finished counts as a pending SIGTRAP.
static void take_trap(pid_t pid) {
    int status;
    siginfo_t info;
    struct __ptrace_peeksiginfo_args first = {.nr = 1};
    if (ptrace(PTRACE_PEEKSIGINFO, pid, &first, &info) < 1)
        return;
    check(ptrace(PTRACE_CONT, pid, 0, 0) == 0, "PTRACE_CONT");
    check(waitpid(pid, &status, __WALL) == pid && status >> 8 == SIGTRAP,
          "a pending signal");
}

void trace_release(pid_t pid) {
    errno = 0;
    ptrace(PTRACE_PEEKUSER, pid, 0, 0);
    if (errno == ESRCH) { // it is not stopped, it sleeps
        interrupt(pid);
        take_trap(pid);
    }
    check(ptrace(PTRACE_DETACH, pid, 0, 0) == 0, "PTRACE_DETACH");
}
