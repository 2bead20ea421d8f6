// SPDX-License-Identifier: MIT
// Exercise 5: a chunked map. You write pool_map() in ex5_chunked_map.c.
#ifndef CHUNKED_MAP_H
#define CHUNKED_MAP_H

// A task. Items and results may be any long.
typedef long task_fn(long item);

// Has `workers` processes (at least 1) run task(items[i]) for each i from 0 to
// count - 1. results[i] gets what task(items[i]) returned. Nothing beyond
// results[count - 1] is touched, and nothing in items.
//
// The items are handed out in chunks of `chunk` neighbours: 0 … chunk - 1, then
// chunk … 2 × chunk - 1, and so on; the last may be shorter, and a chunk may be
// larger than count. One worker runs a whole chunk, item after item, and takes
// the next chunk when it is done. `chunk` 0 means count / (4 × workers),
// rounded up.
//
// Returns 0 when all is done and the workers are reaped, at once if count is 0.
// Returns -1 if there is no memory (mmap), if no worker can be started (fork),
// or if a worker died, or left because a task called exit(), with 0 too. If fork
// fails after the first worker, those that there are do the work, or it returns
// -1: both is right. However it ends, no process, descriptor, mapping or other
// memory is left, and what belongs to the caller stays as it is: its other
// children, descriptors and signal handlers.
int pool_map(int workers, task_fn *task, const long *items, int count,
             long *results, int chunk);

#endif
