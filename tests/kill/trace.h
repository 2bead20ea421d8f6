// SPDX-License-Identifier: MIT
// Running another process instruction by instruction, and to any instruction.
//
// Interface: a *path* is the list of all points at which a process can be
// found, recorded by single steps in one run. In a later run the process is
// brought to one of them at full speed, by a trap in its text, passed as often
// as that address was in the recorded run, and by single steps from there.
//
// Runs in: the tester.
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct point {
    unsigned long at; // the instruction that comes next; 0: where it stood
    unsigned pass;    // the how-manieth time it is here, from 1
    unsigned again;   // rounds of a repeated instruction (rep) already done
    long steps;       // from the start of the path
    bool atomic;      // the instruction writes memory that processes share
    // Where to run at full speed, to go on from there in steps; NULL: nowhere.
    const struct point *nearest; // the way with the least stops
    const struct point *fresh;   // the last address that was new: before a spin
};

struct path {
    struct point *points;
    size_t count;
};

enum trace_end {
    TRACE_STOPPED, // is where it was to be
    TRACE_ASLEEP,  // sleeps in a call that waits for others
    TRACE_ENDED,   // has ended, by itself, and is reaped
};

// Whether sleeping ends a path. If not, it is waited for.
extern bool trace_sleep_ends;

bool trace_sleeps(pid_t pid);             // in a futex or in poll
void trace_attach(pid_t pid, bool forks); // stops it; `forks`: and its children
pid_t trace_child(pid_t parent); // its next child, stopped; lets the parent go
enum trace_end trace_record(pid_t pid, struct path *path);
enum trace_end trace_run_to(pid_t pid, const struct point *point,
                            const struct point *start);
enum trace_end trace_run(pid_t pid); // until it sleeps, or ends
bool trace_kill(pid_t pid); // SIGKILL, and reaps it; false: it had ended
void trace_release(pid_t pid);

#endif
