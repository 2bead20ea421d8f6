// SPDX-License-Identifier: MIT
// Lesson 11: one call for both pools, your own and the library's.
// Runs in: client, wait_begun() in workers too.
#ifndef BOTH_H
#define BOTH_H

#include "lesson.h"
#include "mypool.h"

#include <stdatomic.h>

#define ROUNDS 5 // measured; the fastest counts, for both pools

struct both {
    struct mypool *own;
    struct pool *pool;
    size_t workers;
};

// Tasks begun by either pool since the last map began; in memory that all
// processes share.
extern atomic_size_t *begun;
extern pid_t lesson_pid; // workers that wait end with it

// Makes both pools.
struct both both_create(size_t workers);

// Maps on one of the two pools; the other one is NULL. Returns how many
// nanoseconds that took.
double map(struct mypool *own, struct pool *pool, pool_task_fn *task,
           const void *items, size_t count, size_t item_size, void *results,
           size_t result_size, int *status);

// Waits until `count` tasks have begun: every one of as many workers has one.
void wait_begun(size_t count);

// Parts 2 and 3; part 4 is in orphans.h.
void large_results(const struct both *both);
void worker_dies(const struct both *both, size_t tasks);

#endif
