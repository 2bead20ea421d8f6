// SPDX-License-Identifier: MIT
// Exercise 4: results and callbacks. You write a desk in ex4_callbacks.c.
#ifndef DESK_H
#define DESK_H

typedef long task_fn(long item);

// Is told that a ticket's result is there: once for each, in the process that
// opened the desk, inside a desk_* call. It may submit.
typedef void done_fn(int ticket, long result, void *user);

struct desk; // yours

// Starts `workers` processes. NULL if that fails.
struct desk *desk_open(int workers, task_fn *task);

// Hands in an item and returns at once, also when all workers are busy. `done`
// may be NULL. Returns the item's ticket: 0, 1, 2 …; or -1.
int desk_submit(struct desk *desk, long item, done_fn *done, void *user);

// Whether a ticket's result is there: 1 or 0. Looks, does not wait.
int desk_ready(struct desk *desk, int ticket);

// Waits for a ticket's result; its callback has been called by then. May be
// called again. Returns 0, or -1 for a ticket that was never given out.
int desk_wait(struct desk *desk, int ticket, long *result);

// Waits for all that was handed in, calls what is to be called, ends and reaps
// the workers, closes and frees everything.
void desk_close(struct desk *desk);

#endif
