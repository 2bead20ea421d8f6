// SPDX-License-Identifier: MIT
// What an exercise's driver.c uses. It is linked with the student's object and
// does what the judge asks: calls his functions and reports what came back. It
// decides nothing.
//
// Runs in: driver (the student's process and the processes he starts).
#ifndef EXERCISES_DRIVER_H
#define EXERCISES_DRIVER_H

#include <stdbool.h>
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

// Tells the judge that the machine has refused a call, with errno: it may be
// nobody's fault.
void driver_refused(enum refused what);

// With SANITIZE= it is seen what memory the student's code loses. The pool (or
// queue) that it made, or NULL for none; that one it has destroyed, or NULL after
// a call that keeps nothing. Where no pool is left and memory is lost, the
// process ends and says where it was taken. See memory.c.
void driver_made(void *pool);
void driver_destroyed(void *pool);
// So is a variable marked that points to memory of the student's: it does not
// count as one that keeps it.
#define DRIVER_HOLDS __attribute__((section("driver_holds")))

// How the student's system calls misbehave: see enum fault. caller.c.
extern int64_t driver_fault[FAULTS];
bool driver_fails(enum fault kind); // whether this call is to

// The item with this id, and back: where the check asks for it, over all of
// long.
static inline long driver_item(int64_t id) {
    return driver_fault[ALL_LONGS] ? item_for(id) : id;
}
static inline int64_t driver_id(long item) {
    return driver_fault[ALL_LONGS] ? id_of(item) : item;
}

// Serves the calls that every driver has. False: it is none of them.
bool caller_serves(struct wire *message);

// Whether there is a sanitizer; destroys all pools that are there. memory.c.
bool driver_is_sanitized(void);
void driver_destroy_all(void);

#endif
