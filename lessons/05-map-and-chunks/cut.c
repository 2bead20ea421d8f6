// SPDX-License-Identifier: MIT
// How a map was cut into chunks, read in the pool's own trace (see cut.h).
// Runs in: client.
#include "cut.h"

#include <stdio.h>

struct cut cut_map(struct pool *pool, pool_task_fn *task, const void *items,
                   size_t count, size_t item_size, void *results,
                   size_t result_size, size_t chunksize,
                   const struct lesson_file *files) {
    static struct pool_trace_event events[LESSON_TRACE];
    struct cut cut = {.time = 1e18};
    double all = 0, spent = 0;
    for (int again = 0; again < 3 && spent < 5e8; again++) {
        lesson_must(pool_trace_start(pool, LESSON_TRACE));
        uint64_t start = lesson_now();
        lesson_must(pool_map(pool, task, items, count, item_size, results,
                             result_size, chunksize));
        double time = (double)(lesson_now() - start);
        cut.time = time < cut.time ? time : cut.time;
        spent += time;
    }
    size_t recorded = pool_trace_read(pool, events, LESSON_TRACE);
    for (struct pool_trace_event *e = events; e < events + recorded; e++) {
        double bytes = 0;
        for (size_t i = 0; e->kind == POOL_TRACE_RUN && i < e->count; i++)
            bytes += files ? (double)files[e->first + i].size : 1;
        cut.heaviest = bytes > cut.heaviest ? bytes : cut.heaviest;
        cut.chunks += e->kind == POOL_TRACE_RUN;
        all += bytes;
    }
    cut.heaviest /= all > 0 ? all : 1;
    return cut;
}

static void show(const char *what, const struct cut cut[3]) {
    static const char *size[] = {"1", "chosen", "n/workers"};
    double best = cut[0].time;
    for (int i = 1; i < 3; i++)
        best = cut[i].time < best ? cut[i].time : best;
    for (int i = 0; i < 3; i++)
        printf("  %-16s%-12s%6zu  %12.1f %%%12.1f\n", i ? "" : what, size[i],
               cut[i].chunks, 100 * cut[i].heaviest, cut[i].time / best);
}

void cut_show(const char *first, const struct cut a[3], const char *second,
              const struct cut b[3]) {
    printf("  This time       chunk size  chunks  heaviest chunk  "
           "times the best\n");
    show(first, a);
    show(second, b);
    putchar('\n');
}
