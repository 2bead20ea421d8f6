// SPDX-License-Identifier: MIT
// Exercise 7: survive a worker's death. You write brave_run() in
// ex7_survive_death.c.
#ifndef BRAVE_H
#define BRAVE_H

typedef long task_fn(long item);

// In fates[i]: how item i went.
#define FATE_DONE 0    // results[i] holds what the task returned
#define FATE_EXIT 1000 // FATE_EXIT + status: its worker left with exit(status)
// 1 … 64: its worker was killed by that signal

// Has `workers` processes run task(items[i]) for each i. A worker may die in a
// task: then exactly that item is lost, fates[i] says how, and a new worker
// takes the dead one's place while items are left. Each item is given to a
// worker once. Never more than `workers` tasks run at once.
//
// Returns 0 when every item has its fate and every worker is reaped; a dead one
// is reaped at once, not at the end. -1 if no worker can be started.
int brave_run(int workers, task_fn *task, const long *items, int count,
              long *results, int *fates);

#endif
