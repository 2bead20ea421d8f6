// SPDX-License-Identifier: MIT
// Runs another program and takes what it says, within limits.
//
// Runs in: workers, and the client before there are workers.
#ifndef GRADE_CHILD_H
#define GRADE_CHILD_H

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *bytes; // a NUL follows them; NULL as long as there are none
    size_t length;
};
void text_free(struct text *text);

enum spawn_end {
    SPAWN_EXITED,   // status is its exit status
    SPAWN_KILLED,   // status is the signal
    SPAWN_TOO_LONG, // it ran into the wall limit
    SPAWN_FLOODED,  // it said more than may be said
    SPAWN_FAILED,   // it could not be started: errno
};

struct spawn {
    char *const *argv;
    int input;                 // descriptor for its stdin; -1: /dev/null
    size_t most_out, most_err; // bytes
    int wall_s;                // 0: no limit
    // What came of it.
    struct text out, err;
    int status;
};

// Whatever the end, no process of it is left, and its output is to be freed.
enum spawn_end spawn(struct spawn *it);

// Orphans of what this process spawns become its children, to be reaped.
void spawn_adopt_orphans(void);

#endif
