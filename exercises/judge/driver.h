// SPDX-License-Identifier: MIT
// What an exercise's driver.c uses. It is linked with the student's object and
// does what the judge asks: calls his functions and reports what came back. It
// decides nothing.
//
// Runs in: driver (the student's process and the processes he starts).
#ifndef EXERCISES_DRIVER_H
#define EXERCISES_DRIVER_H

#include <stddef.h>

#include "wire.h"

// One function that the judge may call, by its place in driver_calls[]. It
// finds its arguments in message->value and puts its results there. Defined by
// DRIVER_CALLS(first, second), in the order of check.c's enum.
typedef void driver_call(struct wire *message);
extern driver_call *const driver_calls[];
extern const int64_t driver_call_count;
#define DRIVER_CALLS(...)                                                      \
    driver_call *const driver_calls[] = {__VA_ARGS__};                         \
    const int64_t driver_call_count = sizeof driver_calls / sizeof *driver_calls

// What every task does: tells the judge that item `id` begins, waits for the
// judge's answer, tells that it ends, and returns the answer. Only the judge
// knows the answer before that, so it cannot be had by skipping the task.
int64_t driver_task(int64_t id);

// Reports something that is neither a return nor a task, such as a callback.
void driver_event(int64_t id, int64_t value, int64_t detail);

// What the caller had before the student's function came: a child that has
// ended and is not waited for, one that lives, two open descriptors. The check
// has said expect_spare() before. The end says what is harmed, and removes them.
enum {
    SPARE_STATUS_TAKEN = 1, // somebody waited for the child that has ended
    SPARE_CHILD_GONE = 2,   // the living one was killed or waited for
    SPARE_CLOSED = 4,       // a descriptor was closed, or is another one
};
void driver_spare_start(void);
int64_t driver_spare_end(void);

// Forks a process that serves the judge's calls as this one does, as number
// `server`, which the judge's fork_server() gives.
void driver_fork_server(int server);

// A race test: processes that do the same thing at the same moment, over and
// over, so that what goes wrong seldom goes wrong here. Begins a new one, for
// which nothing is counted yet.
void driver_race_test(int members);
// The first time that a process calls this it takes a processor of its own, as
// far as there are any, and waits for the other members. Where the student has
// started fewer, it sleeps on; the judge sees that.
void driver_barrier(void);
// Item 0 … RACE_ITEMS - 1 is done once more.
void driver_count(int64_t item);
// How many of the items 0 … items - 1 were not done exactly once.
int64_t driver_count_not_once(int64_t items);

// System calls of the student's that can be made to fail.
enum driver_failing {
    FAIL_FORK,
    FAIL_PIPE, // pipe, pipe2, socketpair: EMFILE
    FAIL_MMAP, // ENOMEM
    FAILING_KINDS
};
// After this many more calls in this process they fail. Negative: never.
extern int64_t driver_calls_left[FAILING_KINDS];

#endif
