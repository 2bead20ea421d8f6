// SPDX-License-Identifier: MIT
// Lesson 10: two tasks at the same time, and what they share.
// Runs in: client.
#ifndef SHARED_H
#define SHARED_H

// Part 2: two threads, then two processes hand over a ball. Part 3: they add
// to a variable.
void ball(void);
void race(void);

#endif
