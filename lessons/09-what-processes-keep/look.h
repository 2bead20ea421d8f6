// SPDX-License-Identifier: MIT
// Lesson 9, a process for a task, and what it finds.
#ifndef LOOK_H
#define LOOK_H

#include "pool.h"

// Runs a task in a process of its own, made for it. Returns false and sets
// errno if that fails. Runs in: client.
bool run_fresh(pool_task_fn *task, const void *arg, size_t arg_size,
               void *result, size_t size);

// Fills the table with what a fresh process and a worker find, and prints it.
// Returns 0, or what main() is to return. Runs in: client.
int look_table(void);

#endif
