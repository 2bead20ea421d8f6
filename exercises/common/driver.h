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
// finds its arguments in message->value and puts its results there.
typedef void driver_call(struct wire *message);
extern driver_call *const driver_calls[];
extern const int64_t driver_call_count;

// What every task does: tells the judge that item `id` begins, waits for the
// judge's answer, tells that it ends, and returns the answer. Only the judge
// knows the answer before that, so it cannot be had by skipping the task.
int64_t driver_task(int64_t id);

// Reports something that is neither a return nor a task, such as a callback.
void driver_note(int64_t id, int64_t value, int64_t detail);

// Forks a process that serves the judge's calls as this one does, as number
// `agent`, which the judge's fork_agent() gives.
void driver_fork_agent(int agent);

// A crowd: processes that do the same thing at the same moment, over and over,
// so that what goes wrong seldom goes wrong here. Begins a new one, for which
// nothing is counted yet.
void driver_crowd(int members);
// The first time that a process calls this it takes a processor of its own, as
// far as there are any, and waits for the other members. Where the student has
// started fewer, it sleeps for ever; the judge sees that.
void driver_meet(void);
// Item 0 … CROWD_ITEMS - 1 is done once more.
void driver_count(int64_t item);
// How many of the items 0 … items - 1 were not done exactly once.
int64_t driver_odd(int64_t items);

// After this many more calls, the student's fork() fails. Negative: never.
extern int64_t driver_forks_left;

#endif
