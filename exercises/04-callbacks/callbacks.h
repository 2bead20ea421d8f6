// SPDX-License-Identifier: MIT
// Exercise 4: results and callbacks. You write them in ex4_callbacks.c.
#ifndef CALLBACKS_H
#define CALLBACKS_H

// A task. Items and results may be any long.
typedef long task_fn(long item);

// Is told that a result is there: once for each, in the process that made the
// pool, inside a pool_* call. It may call pool_apply_async().
typedef void callback_fn(int number, long result, void *user);

struct pool; // yours

// As in exercise 3. Starts `workers` processes. Returns NULL if `workers` is
// below 1, or if pipe, fork or malloc fails; then no process and no descriptor
// is left.
struct pool *pool_create(int workers, task_fn *task);

// Submits an item and returns at once, also when all workers are busy.
// `callback` may be NULL. Returns the number of its result: 0, 1, 2 and so on;
// or -1: no memory, or a worker has died.
int pool_apply_async(struct pool *pool, long item, callback_fn *callback,
                     void *user);

// Whether a result is there: 1 or 0. Takes in what workers have finished, calls
// what is to be called, gives idle workers what waits, and does not wait
// itself. A number that was never given out: 0.
int pool_result_ready(struct pool *pool, int number);

// Waits for a result; its callback has been called by then. Signals may
// interrupt the waiting. May be called again for the same result. Returns 0, or
// -1: a number that was never given out, or a worker has died.
int pool_result_get(struct pool *pool, int number, long *result);

// Waits for all that was submitted, also by callbacks, calls what is to be
// called, ends and reaps the workers, closes and frees everything.
void pool_destroy(struct pool *pool);

// When a worker has died, what was under way is lost, and pool_destroy() is the
// only call left; it does not wait for results then. A dead worker never kills
// the caller (SIGPIPE). If the caller itself is killed, its workers leave, too.
//
// What belongs to the caller stays as it is: its other children, descriptors
// and signal handlers.

#endif
