// SPDX-License-Identifier: MIT
// Exercise 6: close, join, terminate. You write them in
// ex6_close_join_terminate.c.
#ifndef LIFECYCLE_H
#define LIFECYCLE_H

// A task. Items and results may be any long.
typedef long task_fn(long item);

struct pool; // yours

// The library's names and numbers.
enum pool_error {
    POOL_EINVAL = -1,      // there is no result of this number
    POOL_ENOMEM = -2,      // no memory
    POOL_ECLOSED = -3,     // submitted after close, terminate or join
    POOL_ERUNNING = -4,    // join before close or terminate
    POOL_ENOTREADY = -5,   // waits for a worker, or runs
    POOL_ECANCELLED = -10, // terminate came before it was done
    POOL_EBROKEN = -11,    // a worker has died
};

// As in exercise 4. Starts `workers` processes. Returns NULL if `workers` is
// below 1, or if pipe, fork or malloc fails; then no process and no descriptor
// is left.
struct pool *pool_create(int workers, task_fn *task);

// Submits an item; never waits. Returns the number of its result, 0, 1, 2 and
// so on; or POOL_ECLOSED, POOL_ENOMEM, POOL_EBROKEN.
int pool_apply_async(struct pool *pool, long item);

// How a result stands: 0, and then *result is its value; or POOL_ENOTREADY,
// POOL_ECANCELLED, POOL_EINVAL. Never waits: takes in what workers have
// finished, and gives idle workers what waits. May be called at any time, until
// pool_destroy().
int pool_result_status(struct pool *pool, int number, long *result);

// No further items; what was submitted is still done. Returns 0, at once.
// Again, or after terminate or join: returns 0 and changes nothing.
int pool_close(struct pool *pool);

// Kills the workers, whatever they do. A result that a worker has handed over
// by then is done, read or not; all others are cancelled. No task begins any
// more. Returns 0, at once. Also after close. Again, or after join: returns 0
// and changes nothing.
int pool_terminate(struct pool *pool);

// Waits until all that will be done is done, and every worker is reaped and its
// pipes are closed. Signals may interrupt the waiting. Returns 0, and again 0;
// POOL_ERUNNING at once before close or terminate, and then the pool works on.
// POOL_EBROKEN if a worker has died while there was work: then terminate may
// follow, and join gives 0.
int pool_join(struct pool *pool);

// Frees everything. Terminates and joins first where that has not been done.
void pool_destroy(struct pool *pool);

// What belongs to the caller stays as it is: its other children, descriptors
// and signal handlers.

#endif
