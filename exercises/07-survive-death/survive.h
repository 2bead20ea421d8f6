// SPDX-License-Identifier: MIT
// Exercise 7: survive a worker's death. You write a pool in
// ex7_survive_death.c.
#ifndef SURVIVE_H
#define SURVIVE_H

// A task. Items and results may be any long.
typedef long task_fn(long item);

struct pool; // yours

// In fates[i]: how item i went.
#define FATE_DONE 0    // results[i] holds what the task returned
#define FATE_EXIT 1000 // FATE_EXIT + status: its worker left with exit(status)
// 1 … 64: its worker was killed by that signal

// As in exercise 3. Starts `workers` processes. Returns NULL if `workers` is
// below 1, or if pipe, fork or malloc fails; then no process and no descriptor
// is left.
struct pool *pool_create(int workers, task_fn *task);

// Has the workers run task(items[i]) for each i from 0 to count - 1, never more
// than `workers` at once. A worker may die in a task: then exactly that item is
// lost, fates[i] says how, results[i] stays as it was, and a new worker takes
// the dead one's place while items wait. Each item is given to a task at most
// once. A worker that dies while it is idle, between two calls too, costs no
// item. A worker that is stopped (SIGSTOP) is not dead.
//
// A dead worker is reaped at once, not at the end of the call. May be called
// again and again. Returns 0 when every item has its fate; -1 if no worker is
// left and none can be started: fates[i] and results[i] of items that nobody
// got stay as they were.
int pool_map(struct pool *pool, const long *items, int count, long *results,
             int *fates);

// Ends the workers, reaps them, closes and frees everything.
void pool_destroy(struct pool *pool);

// What belongs to the caller stays as it is: its other children, descriptors
// and signal handlers.

#endif
