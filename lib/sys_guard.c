// SPDX-License-Identifier: MIT
// What a worker, and the children that its tasks fork, must not do of what the
// program would: clean up at exit(), ignore Ctrl-C.
//
// Runs in: the supervisor, which sets it up; workers.
#include "internal.h"

#include <pthread.h>

// exit() in a worker, or in a child that a task has forked, comes here before
// it comes to what the program has registered, and stops: no temporary file of
// the client is removed, no input that it reads is moved back.
static void leave(int status, void *unused) {
    (void)unused;
    sys_each_output(sys_flush);
    _exit(status);
}

#ifdef __GLIBC__
static void leave_quickly(void *unused, int status) { leave(status, unused); }

static bool guard_exits(void) { // glibc hands all kinds of them the status
    return on_exit(leave, NULL) == 0 &&
           at_quick_exit((void (*)(void))leave_quickly) == 0;
}
#else
static void leave_somehow(void) { leave(EXIT_FAILURE, NULL); }

static bool guard_exits(void) {
    return atexit(leave_somehow) == 0 && at_quick_exit(leave_somehow) == 0;
}
#endif

// In a child that a task has forked, Ctrl-C does again what it did in the
// program. Not in system() and posix_spawn(): see super_interrupt.c.
static void restore_ctrl_c(void) {
    struct sigaction action;
    if (sigaction(SIGINT, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
        signal(SIGINT, SIG_DFL);
}

// Has exit() stop there and children of tasks heed Ctrl-C, in the supervisor
// once for all workers. False: no memory.
bool sys_guard(bool ignores_ctrl_c) {
    return guard_exits() &&
           (ignores_ctrl_c || pthread_atfork(NULL, NULL, restore_ctrl_c) == 0);
}
