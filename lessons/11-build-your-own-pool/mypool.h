// SPDX-License-Identifier: MIT
// A pool of your own, on socketpairs; its tasks are the library's.
// Runs in: client.
#ifndef MYPOOL_H
#define MYPOOL_H

#include "pool.h"

struct mypool;

// Forks the workers. NULL and errno if that fails.
struct mypool *mypool_create(size_t workers);

// Runs a task for each item and waits for all. status[i] is what the task
// returned for item i, or POOL_ELOST if its worker died. False: a worker could
// not be replaced; the pool is of no more use, and only fit to be destroyed.
bool mypool_map(struct mypool *pool, pool_task_fn *task, const void *items,
                size_t count, size_t item_size, void *results,
                size_t result_size, int *status);

// Lets the workers end and reaps them.
void mypool_destroy(struct mypool *pool);

#endif
