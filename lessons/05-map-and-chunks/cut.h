// SPDX-License-Identifier: MIT
// How a map was cut into chunks, and what that cost (for lesson 5).
// Runs in: client.
#ifndef CUT_H
#define CUT_H

#include "lesson.h"

struct cut {
    size_t chunks;
    double heaviest, time; // share of the work in one chunk; nanoseconds
};

// A pool_map() with a trace of its own, the best of three, or of fewer that
// take long. The work of item i is files[i].size, or 1 where `files` is NULL.
struct cut cut_map(struct pool *pool, pool_task_fn *task, const void *items,
                   size_t count, size_t item_size, void *results,
                   size_t result_size, size_t chunksize,
                   const struct lesson_file *files);

// Prints two maps, each cut in three ways: 1, chosen, n / workers.
void cut_show(const char *first, const struct cut a[3], const char *second,
              const struct cut b[3]);

#endif
