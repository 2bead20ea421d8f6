// SPDX-License-Identifier: MIT
// Exercise 5: a chunked map. You write map_run() in ex5_chunked_map.c.
#ifndef MAP_H
#define MAP_H

typedef long task_fn(long item);

// Has `workers` processes run task(items[i]) for each i from 0 to count - 1.
// results[i] gets what task(items[i]) returned. Nothing beyond is touched.
//
// The items are handed out in chunks of `chunk` neighbours: 0 … chunk - 1, then
// chunk … 2 × chunk - 1, and so on; the last may be shorter. One worker runs a
// whole chunk, item after item, and takes the next chunk when it is done.
// `chunk` 0 means count / (4 × workers), rounded up.
//
// Returns 0 when all is done and the workers are reaped, at once if count is 0;
// -1 if something failed.
int map_run(int workers, task_fn *task, const long *items, int count,
            long *results, int chunk);

#endif
