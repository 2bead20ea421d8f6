// SPDX-License-Identifier: MIT
// What several exercises check alike. Runs in: judge.
#ifndef EXERCISES_COMMON_H
#define EXERCISES_COMMON_H

#include "check.h"

// "the first fork fails", "fork fails after 2 calls": what set_fault() does.
const char *fails_after(const char *what, int calls);

void expect_each_once(struct run *run, int64_t count); // items 0 … count - 1
void expect_no_children(struct run *run, const char *when);
void expect_workers(struct run *run, int n); // alive now

// pool_create() where fork, pipe or malloc fails, at first, in between and at
// last: NULL, and no process and no descriptor is left; or, where it needs
// fewer of them, a pool that works. And with 0 workers and fewer: NULL. The
// exercise's calls `create`, of so many workers, and `destroy`; `works` uses the
// pool that was made last, which has these workers, and has it do something.
void expect_create_fails(struct run *run, int create, int destroy,
                         void (*works)(struct run *run, int workers));

// What a pool leaves behind, and whether it is careful with what is the caller's.
struct left {
    int children, descriptors;
};
struct usual {
    bool careful;
    struct left left;
};
struct left left_now(struct run *run);
// A pool in which nothing fails. What it does wrong is another check's concern.
struct usual as_usual(struct run *run, int create, int destroy,
                      void (*works)(struct run *run, int workers));
// After pool_destroy nothing is left, unless that is usual, since `before`, which
// is what is left now from here on.
void expect_left(struct run *run, const struct usual *usual,
                 struct left *before);
// What was lent is unharmed, where that is usual.
void expect_careful(struct run *run, const struct usual *usual);

// Interrupts what the driver waits in, again and again: EINTR. After lend().
void interrupt(struct run *run);
// Interrupts the call `join`, which waits for a worker that is `stopped`; then
// lets that go on. What the call returns.
int64_t join_interrupted(struct run *run, int join, pid_t stopped);

// Conditions for await(): the call has returned, or so many tasks run, or a
// task's process is stopped; and but for so many, all of the driver's children
// have ended. Zombies are another check's concern.
bool back_or_running(struct run *run, int64_t n);
bool back_or_stopped(struct run *run, int64_t n);
bool none_alive(struct run *run, int64_t n);

#endif
