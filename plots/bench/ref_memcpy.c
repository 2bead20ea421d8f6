// SPDX-License-Identifier: MIT
// Reference: one memcpy of all inputs, the tasks in a plain loop, one memcpy
// of all results. One process, no pool.
#include <string.h>

#include "ref.h"

static char *items, *results, *inside, *outside;

void memcpy_setup(const struct job *job) {
    items = memory(job->n * LARGE);
    results = memory(job->n * LARGE);
    inside = memory(job->n * LARGE);
    outside = memory(job->n * LARGE);
}

double memcpy_in_and_out(const struct job *job) {
    new_large_items(items, job->n);
    double begin = now();
    memcpy(inside, items, job->n * LARGE);
    for (size_t i = 0; i < job->n; i++)
        large(inside + i * LARGE, LARGE, outside + i * LARGE, LARGE);
    memcpy(results, outside, job->n * LARGE);
    double end = now();
    check_large_results(items, results, job->n);
    return (end - begin) / (double)job->n;
}
