// SPDX-License-Identifier: MIT
// Our sides: what pool_map, pool_apply, pool_apply_async and pool_create take.
// Runs in: a measuring process, the client of its pool.
#include <errno.h>
#include <string.h>

#include "ours.h"

struct pool *pool;
static uint64_t *items, *results;
static char *large_items, *large_results;
static struct pool_result **handles;

struct pool *open_pool(size_t workers) {
    struct pool *made = pool_create(&(struct pool_options){.workers = workers});
    if (!made)
        die("pool_create: %s", strerror(errno));
    return made;
}

// Not pool_destroy(): it kills workers, and a profiler's worker that is killed
// writes no profile.
void ours_end(void) {
    check(pool_close(pool), "pool_close");
    check(pool_join(pool), "pool_join");
    pool_destroy(pool);
}

// --- map

void map_setup(const struct job *job) {
    items = memory(job->n * sizeof *items);
    results = memory(job->n * sizeof *results);
    pool = open_pool(job->workers);
}

static double map(const struct job *job, size_t chunksize) {
    new_items(items, job->n);
    double begin = now();
    check(pool_map(pool, tiny, items, job->n, sizeof *items, results,
                   sizeof *results, chunksize),
          "pool_map");
    double end = now();
    check_results(items, results, job->n);
    return (end - begin) / (double)job->n;
}

double map_chunk1(const struct job *job) { return map(job, 1); }
double map_auto(const struct job *job) { return map(job, 0); }

void large_setup(const struct job *job) {
    large_items = memory(job->n * LARGE);
    large_results = memory(job->n * LARGE);
    pool = open_pool(job->workers);
}

double map_large(const struct job *job) {
    new_large_items(large_items, job->n);
    double begin = now();
    check(pool_map(pool, large, large_items, job->n, LARGE, large_results,
                   LARGE, 0),
          "pool_map");
    double end = now();
    check_large_results(large_items, large_results, job->n);
    return (end - begin) / (double)job->n;
}

// --- map of items in pool_alloc memory: read and written in place

// The place of the result is told by the item: its second word.
static int in_place(const void *arg, size_t arg_size, void *result,
                    size_t result_size) {
    (void)result, (void)result_size;
    char *out = ((char *const *)arg)[1];
    return large(arg, arg_size, out, LARGE);
}

void alloc_setup(const struct job *job) {
    pool = open_pool(job->workers);
    large_items = pool_alloc(pool, job->n * LARGE);
    large_results = pool_alloc(pool, job->n * LARGE);
    if (!large_items || !large_results)
        die("pool_alloc: %s", strerror(errno));
    for (size_t i = 0; i < job->n; i++)
        ((char **)(large_items + i * LARGE))[1] = large_results + i * LARGE;
}

double map_alloc(const struct job *job) {
    new_large_items(large_items, job->n);
    double begin = now();
    check(pool_map(pool, in_place, large_items, job->n, LARGE, NULL, 0, 0),
          "pool_map");
    double end = now();
    check_large_results(large_items, large_results, job->n);
    return (end - begin) / (double)job->n;
}

// --- apply and apply_async

void stream_setup(const struct job *job) {
    map_setup(job);
    handles = memory(job->n * sizeof *handles);
}

// Submit n, get each result, free each handle.
double stream(const struct job *job) {
    new_items(items, job->n);
    double begin = now();
    for (size_t i = 0; i < job->n; i++)
        check(pool_apply_async(pool, tiny, &items[i], sizeof *items,
                               sizeof *results, NULL, NULL, &handles[i]),
              "pool_apply_async");
    for (size_t i = 0; i < job->n; i++) {
        check(pool_result_get(handles[i], &results[i], sizeof *results,
                              POOL_FOREVER),
              "pool_result_get");
        pool_result_free(handles[i]);
    }
    double end = now();
    check_results(items, results, job->n);
    return (end - begin) / (double)job->n;
}

double roundtrip(const struct job *job) {
    new_items(items, job->n);
    double begin = now();
    for (size_t i = 0; i < job->n; i++)
        check(pool_apply(pool, tiny, &items[i], sizeof *items, &results[i],
                         sizeof *results),
              "pool_apply");
    double end = now();
    check_results(items, results, job->n);
    return (end - begin) / (double)job->n;
}

// Eight workers and the first task's result; the end is outside the clock.
double create(const struct job *job) {
    uint64_t item, result;
    new_items(&item, 1);
    double begin = now();
    struct pool *made = open_pool(job->n);
    check(pool_apply(made, tiny, &item, sizeof item, &result, sizeof result),
          "pool_apply");
    double end = now();
    pool_destroy(made);
    check_results(&item, &result, 1);
    return end - begin;
}
