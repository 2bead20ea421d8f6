// SPDX-License-Identifier: MIT
// How a process that will run a student's code gives up what it could do.
//
// Runs in: the judge's init before it starts the driver; the grader's sandbox.
#ifndef EXERCISES_CONFINE_H
#define EXERCISES_CONFINE_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

// All that it finds in its environment. The sanitizer keeps a little of what was
// freed, not 256 MB: each process would have its part in each fork.
#define CONFINED_ENVIRONMENT                                                   \
    {                                                                          \
        "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8",                                \
            "ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=1:"                \
            "thread_local_quarantine_size_kb=64",                              \
            NULL                                                               \
    }

// As root it becomes this user. No capability is left and none can come back.
// False, with errno, if it cannot be.
bool confine_drop_rights(uid_t uid);

// Lowers a limit; one that is lower already stays, but for a soft one below it.
// False, with errno.
bool confine_limit(int what, rlim_t most);

// Should memory run out, the kernel is to take this process first.
void confine_offer_to_oom(void);

// No signal blocked, ignored or handled: whoever started us may have.
void confine_reset_signals(void);

#endif
