// SPDX-License-Identifier: MIT
// Items of 1 MiB, in and out: mapped, mapped in memory that the pool shares,
// and copied by memcpy in one process without a pool.
// Runs in: a measuring process, the client of its pool.
#include <errno.h>
#include <string.h>

#include "passes.h"
#include "pool.h"

static char *in, *out, *inside, *outside;

void large_setup(const struct job *job) {
    in = memory(job->n * LARGE);
    out = memory(job->n * LARGE);
    pool = open_pool(job->workers);
}

double map_large(const struct job *job) {
    new_large_items(in, job->n);
    double begin = now();
    check(pool_map(pool, large, in, job->n, LARGE, out, LARGE, 0), "pool_map");
    double end = now();
    check_large_results(in, out, job->n);
    return (end - begin) / (double)job->n;
}

// --- map of items in pool_alloc memory: read and written in place

// The place of the result is told by the item: its second word.
static int in_place(const void *arg, size_t arg_size, void *result,
                    size_t result_size) {
    (void)result, (void)result_size;
    return large(arg, arg_size, ((char *const *)arg)[1], LARGE);
}

void alloc_setup(const struct job *job) {
    pool = open_pool(job->workers);
    in = pool_alloc(pool, job->n * LARGE);
    out = pool_alloc(pool, job->n * LARGE);
    if (!in || !out)
        die("pool_alloc: %s", strerror(errno));
    for (size_t i = 0; i < job->n; i++)
        ((char **)(in + i * LARGE))[1] = out + i * LARGE;
}

double map_alloc(const struct job *job) {
    new_large_items(in, job->n);
    double begin = now();
    check(pool_map(pool, in_place, in, job->n, LARGE, NULL, 0, 0), "pool_map");
    double end = now();
    check_large_results(in, out, job->n);
    return (end - begin) / (double)job->n;
}

// --- one memcpy of all inputs, the tasks in a plain loop, one of all results

void memcpy_setup(const struct job *job) {
    in = memory(job->n * LARGE);
    out = memory(job->n * LARGE);
    inside = memory(job->n * LARGE);
    outside = memory(job->n * LARGE);
}

double memcpy_in_and_out(const struct job *job) {
    new_large_items(in, job->n);
    double begin = now();
    memcpy(inside, in, job->n * LARGE);
    for (size_t i = 0; i < job->n; i++)
        large(inside + i * LARGE, LARGE, outside + i * LARGE, LARGE);
    memcpy(out, outside, job->n * LARGE);
    double end = now();
    check_large_results(in, out, job->n);
    return (end - begin) / (double)job->n;
}
