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
    CALL_AFFINITY,
    CALL_MALLOC, // and calloc, strdup, strndup
    CALLS,
};

enum failing_role { ROLE_CLIENT, ROLE_OTHERS, ROLES };

extern const char *const failing_names[CALLS];

void failing_begin(void); // in the process that only watches
void failing_end(void);
// In the client: from here on, call number `nth` (from 1; 0: none) of `role`
// fails with `error`, and all after it if `always`.
void failing_arm(enum failing_call call, enum failing_role role, long nth,
                 int error, bool always);
void failing_disarm(void);
long failing_count(enum failing_call call, enum failing_role role);
bool failing_happened(void);

#endif
