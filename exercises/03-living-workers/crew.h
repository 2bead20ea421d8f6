// SPDX-License-Identifier: MIT
// Exercise 3: workers that live on. You write a crew in ex3_living_workers.c.
#ifndef CREW_H
#define CREW_H

typedef long task_fn(long item);

struct crew; // yours

// Starts `workers` processes that wait for items. NULL if that fails.
struct crew *crew_start(int workers, task_fn *task);

// Has the workers run task(items[i]) for each i, as many at once as there are
// workers; results[i] gets what it returned. May be called again and again.
// Returns 0, or -1 if a worker cannot be reached.
int crew_run(struct crew *crew, const long *items, int count, long *results);

// Ends the workers, reaps them, closes and frees everything.
void crew_stop(struct crew *crew);

#endif
