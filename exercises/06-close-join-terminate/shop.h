// SPDX-License-Identifier: MIT
// Exercise 6: close, join, terminate. You write a shop in
// ex6_close_join_terminate.c.
#ifndef SHOP_H
#define SHOP_H

typedef long task_fn(long item);

struct shop; // yours

enum shop_error {
    SHOP_EINVAL = -1,     // no such ticket, or a system call failed
    SHOP_ECLOSED = -2,    // submit after close or terminate
    SHOP_ERUNNING = -3,   // join before close or terminate
    SHOP_ENOTREADY = -4,  // waits for a worker, or runs
    SHOP_ECANCELLED = -5, // terminate came before it was done
};

// Opens a shop with `workers` processes. NULL if that fails.
struct shop *shop_open(int workers, task_fn *task);

// Hands in an item; never waits. Its ticket, 0, 1, 2 …, or SHOP_ECLOSED.
int shop_submit(struct shop *shop, long item);

// How a ticket stands: 0 and its result; or SHOP_ENOTREADY, SHOP_ECANCELLED,
// SHOP_EINVAL. Never waits; takes in what workers have finished. Works after
// join, too.
int shop_status(struct shop *shop, int ticket, long *result);

// No further items; what was handed in will be done. Returns 0, at once. Again,
// or after terminate: 0, and changes nothing.
int shop_close(struct shop *shop);

// Kills the workers, whatever they do. What is not done is cancelled, and no
// task begins any more. Returns 0, at once. After close, too. Again: 0.
int shop_terminate(struct shop *shop);

// Waits until all that will be done is done, and every worker is reaped.
// Returns 0; again: 0. Before close or terminate: SHOP_ERUNNING, at once.
int shop_join(struct shop *shop);

// Frees it, after join.
void shop_free(struct shop *shop);

#endif
