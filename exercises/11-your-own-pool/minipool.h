// SPDX-License-Identifier: MIT
// Exercise 11: your own pool. You write it in ex11_your_own_pool.c.
//
// A subset of ../../lib/pool.h, with its names, types and numbers: a program
// that needs no more than this runs on your pool as it is. There is no
// supervisor here: the workers are children of the process that calls
// pool_create(), the client. Your code runs in the client only while the client
// is inside a pool_* call: then callbacks run and dead workers are replaced.
//
// What belongs to the client stays as it is: its other children, descriptors
// and signal handlers. Signals may interrupt every call, and do no harm. Two
// pools at once do not disturb each other. Of what is NULL or otherwise wrong
// only this is looked at: where POOL_EINVAL or EINVAL stands below.
#ifndef POOL_H
#define POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "minipool_errors.h"

#define POOL_FOREVER (-1) // no limit: a value for every timeout_ms
#define POOL_MAX_WORKERS 1024

struct pool;        // yours
struct pool_result; // yours: the handle of one submitted task

// A task: works on the item at `arg` and writes its result. Runs in a worker.
// Returns 0; anything else makes the item fail with POOL_ETASK. Both are
// aligned for every type of their size. What the task prints has left its
// process when the result is ready.
typedef int pool_task_fn(const void *arg, size_t arg_size, void *result,
                         size_t result_size);

// Is told that a result is ready, be it a success or a failure: once for each
// result, in the client, inside a pool_* call. May submit, close and terminate.
typedef void pool_callback_fn(struct pool_result *result, void *user);

struct pool_options {
    size_t workers; // 0: one for each CPU that this process may run on
};

// 1 create. Forks the workers. NULL `options`: all zero. Returns NULL if that
// fails, and errno says why, EINVAL for more than POOL_MAX_WORKERS; no process
// and no descriptor is left then.
struct pool *pool_create(const struct pool_options *options);

// 2 submit. Sizes are in bytes, each may be 0, and then its pointer NULL. The
// argument is copied. Tasks start in the order in which they were submitted.
// Returns 0, or POOL_EINVAL (no pool, no task, a NULL pointer with a size),
// POOL_ENOMEM, POOL_ECLOSED, POOL_EBROKEN: then no callback comes.

// Submits one task and returns at once, also when all workers are busy. `out`
// receives the handle, which is the caller's until pool_result_free() or
// pool_destroy(); NULL: the pool frees the result after the callback. No
// callback runs in here.
int pool_apply_async(struct pool *pool, pool_task_fn *fn, const void *arg,
                     size_t arg_size, size_t result_size,
                     pool_callback_fn *callback, void *user,
                     struct pool_result **out);

// Runs one task and waits for it. Returns an error of the submission, which
// leaves `result` alone; or what pool_result_get() does.
int pool_apply(struct pool *pool, pool_task_fn *fn, const void *arg,
               size_t arg_size, void *result, size_t result_size);

// Runs a task for each of `count` items and waits for all of them. results[i]
// is that of items[i]. An item that fails stops no other; its result is zero
// bytes. `chunksize` is a hint: how many items a worker may take at a time, 0
// for your own choice. You may ignore it. Returns 0, also for count 0; or the
// error of the failing item with the lowest index; or one of the submission.
int pool_map(struct pool *pool, pool_task_fn *fn, const void *items,
             size_t count, size_t item_size, void *results, size_t result_size,
             size_t chunksize);

// 5 use. Waits until a result is ready, `timeout_ms` at most. Its callback has
// been called then. Returns 0, be it a success or not, or POOL_ETIMEDOUT.
int pool_result_wait(struct pool_result *result, int timeout_ms);

// Whether it is ready. Looks, takes in what is there, and does not wait.
bool pool_result_ready(struct pool_result *result);

// How it went: 0 or its error; POOL_ENOTREADY before it is ready.
int pool_result_status(struct pool_result *result);

// Waits as pool_result_wait() does, and copies the result out, zero bytes if
// the task failed; as often as one likes. Returns pool_result_status(), or
// POOL_ETIMEDOUT, or POOL_EINVAL: `out_size` is neither 0 nor large enough.
int pool_result_get(struct pool_result *result, void *out, size_t out_size,
                    int timeout_ms);

// Frees it. Before it is ready, too: task and callback still run. NULL is fine.
void pool_result_free(struct pool_result *result);

// 3 close. Ends submission; what was submitted is still done. Again, or after
// the end: nothing more happens. Returns 0.
int pool_close(struct pool *pool);

// Kills the workers now, whatever they do (SIGKILL). Every result that is not
// ready becomes ready with POOL_ECANCELLED, and its callback runs, inside this
// call or the next. After close, too. Again: nothing more happens. Returns 0.
int pool_terminate(struct pool *pool);

// 4 join. Waits until every result is ready, every callback has run and every
// worker is reaped. Results can still be read. Returns 0, again: 0; before
// close or terminate: POOL_ERUNNING at once.
int pool_join(struct pool *pool);

// Terminates and joins where that has not been done, then frees the pool with
// its results. NULL is fine.
void pool_destroy(struct pool *pool);

// A worker that dies is reaped and replaced by the next pool_* call that waits
// or looks, as long as there is work; exactly the item that it was running has
// failed then, with POOL_ELOST. If fork fails for the replacement, the workers
// that are left do the work. When none is left, every unfinished item fails
// with POOL_EBROKEN, and so does every submission from then on.
// A client that ends without a word leaves no worker behind.

#endif
