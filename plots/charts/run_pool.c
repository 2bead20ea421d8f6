// SPDX-License-Identifier: MIT
// The pool's ways to run tasks.
// Runs in: a measuring process, the client of its pool.
#include <string.h>

#include "../bench/ours.h"
#include "measure.h"

static struct pool_result **handles;

void pool_setup(const struct job *job) {
    pool = open_pool(job->workers);
    items_setup(job);
    handles = memory(job->n * sizeof *handles);
}

// Not ours_end(), which some chart might want to leave out of the clock.
void pool_end(void) { ours_end(); }

double run_apply(const struct job *job) {
    fill_items(job);
    double begin = now();
    for (size_t i = 0; i < job->n; i++)
        check(pool_apply(pool, spin, &items[i], sizeof *items, &results[i],
                         sizeof *results),
              "pool_apply");
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

double run_async(const struct job *job) {
    fill_items(job);
    double begin = now();
    for (size_t i = 0; i < job->n; i++)
        check(pool_apply_async(pool, spin, &items[i], sizeof *items,
                               sizeof *results, NULL, NULL, &handles[i]),
              "pool_apply_async");
    for (size_t i = 0; i < job->n; i++) {
        check(pool_result_get(handles[i], &results[i], sizeof *results,
                              POOL_FOREVER),
              "pool_result_get");
        pool_result_free(handles[i]);
    }
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

static double map(const struct job *job) {
    double begin = now();
    check(pool_map(pool, spin, items, job->n, sizeof *items, results,
                   sizeof *results, job->chunk),
          "pool_map");
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

double run_map(const struct job *job) {
    fill_items(job);
    return map(job);
}

// One task in twenty is fifty times as long, and they come last.
double run_map_uneven(const struct job *job) {
    fill_items(job);
    size_t many = job->n / 20;
    for (size_t i = job->n - many; i < job->n; i++)
        items[i] = 50 * job->turns;
    return map(job);
}

// --- what ran when, from the pool's own trace

double pool_timeline(const struct job *job) {
    enum { ROOM = 400 };
    static struct pool_trace_event events[ROOM];
    items_setup(job);
    fill_items(job);
    double begin = now();
    pool = open_pool(job->workers);
    check(pool_trace_start(pool, ROOM), "pool_trace_start");
    check(pool_map(pool, spin, items, job->n, sizeof *items, results,
                   sizeof *results, 1),
          "pool_map");
    check(pool_close(pool), "pool_close");
    check(pool_join(pool), "pool_join");
    double end = now();
    size_t count = pool_trace_read(pool, events, ROOM);
    for (size_t lane = 0; lane < job->workers; lane++)
        report((struct sample){.wall_ns = end - begin,
                               .lane = (long)(lane + job->workers)});
    for (size_t i = 0; i < count && i < ROOM; i++)
        if (events[i].kind == POOL_TRACE_RUN)
            report((struct sample){
                .x = (double)events[i].begin_ns - begin,
                .wall_ns = (double)(events[i].end_ns - events[i].begin_ns),
                .lane = events[i].worker});
    pool_destroy(pool);
    check_items(job);
    return (end - begin) / (double)job->n;
}
