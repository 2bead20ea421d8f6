// SPDX-License-Identifier: MIT
// A small pool of threads, for the same tasks as a pool of processes.
//
// Interface: one map at a time. Whatever a task does to memory it does to that
// of all, and if one crashes there is no pool left to tell.
#ifndef THREADS_H
#define THREADS_H

#include "pool.h"

struct threads;

// Starts `count` threads; NULL and errno if that fails.
struct threads *threads_create(size_t count);

// As pool_map() with a chunk size of 1. How many tasks returned non-zero.
size_t threads_map(struct threads *threads, pool_task_fn *task,
                   const void *items, size_t count, size_t item_size,
                   void *results, size_t result_size);

// Ends and joins all threads.
void threads_destroy(struct threads *threads);

#endif
