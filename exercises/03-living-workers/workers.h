// SPDX-License-Identifier: MIT
// Exercise 3: workers that live on. You write a pool in ex3_living_workers.c.
#ifndef WORKERS_H
#define WORKERS_H

// A task. Items and results may be any long.
typedef long task_fn(long item);

struct pool; // yours

// Starts `workers` processes that wait for items. Returns NULL if `workers` is
// below 1, or if pipe, fork or malloc fails; then no process and no descriptor
// is left.
struct pool *pool_create(int workers, task_fn *task);

// Has the workers run task(items[i]) for each i from 0 to count - 1, as many at
// once as there are workers; a worker that is free gets the next item at once.
// results[i] gets what task(items[i]) returned. Signals may interrupt the
// waiting. May be called again and again, count 0 is fine.
//
// Returns 0. Returns -1 if a worker has died; after that, only pool_destroy()
// may be called. A dead worker never kills the caller (SIGPIPE).
int pool_map(struct pool *pool, const long *items, int count, long *results);

// Ends the workers, reaps them, closes and frees everything. If the caller
// itself is killed, its workers leave, too.
void pool_destroy(struct pool *pool);

// What belongs to the caller stays as it is: its other children, descriptors
// and signal handlers.

#endif
