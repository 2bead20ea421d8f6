// SPDX-License-Identifier: MIT
// Makes the n-th call of a system or library function fail, in the client of a
// pool or in its other processes. Linked with --wrap; see FAILING in tests.mk.
//
// Runs in: any process of a test.
#ifndef FAILING_H
#define FAILING_H

#include <stdbool.h>
#include <sys/types.h>

enum failing_call {
    CALL_FORK,
    CALL_MMAP,
    CALL_MREMAP,
    CALL_MPROTECT,
    CALL_MADVISE,
    CALL_EVENTFD,
    CALL_SIGNALFD,
    CALL_EPOLL_CREATE,
    CALL_EPOLL_CTL,
    CALL_PIDFD_OPEN,
    CALL_FUTEX_WAIT,
    CALL_POLL,
    CALL_READ,
    CALL_WRITE,
    CALL_WAITPID,
    CALL_WAITID,
    CALL_CLOSE,
    CALL_PRCTL,
    CALL_SIGPROCMASK,
    CALL_SIGACTION, // and signal
    CALL_AFFINITY,
    CALL_MALLOC, // and calloc, strdup, strndup
    CALLS,
};

enum failing_role { ROLE_CLIENT, ROLE_OTHERS, ROLES };

// What goes wrong in a run.
struct failure {
    enum failing_call call;
    enum failing_role role;
    long nth; // call of that role, from 1 on; 0: none
    int error;
    bool always;   // and every call after it
    bool no_pidfd; // the system does not have pidfd_open(), in any process
    int interrupt; // signals: in all processes each `interrupt`-th call of what
                   // sleeps, reads, writes or closes, whatever it is; 0: none
};

extern const char *const failing_names[CALLS];

void failing_begin(void); // in the process that only watches
void failing_end(void);
void failing_arm(const struct failure *failure); // in the client
void failing_disarm(void);
long failing_count(enum failing_call call, enum failing_role role);
bool failing_happened(void);

#endif
