// SPDX-License-Identifier: MIT
// Reference: OpenMP, the threads that gcc brings along. One address space, no
// isolation: a task that crashes takes all others with it.
#include <string.h>

#include "passes.h"

static uint64_t *inside, *outside;

const char *openmp_missing(void) {
#ifdef _OPENMP
    return NULL;
#else
    return "no OpenMP: gcc with libgomp is not installed";
#endif
}

void openmp_setup(const struct job *job) {
    items_setup(job);
    inside = memory(job->n * sizeof *inside);
    outside = memory(job->n * sizeof *outside);
}

double openmp_dynamic(const struct job *job) {
    task_fn *fn = task_of(job); // through a pointer, as a pool has to
    fill_items(job);
    double begin = now();
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)job->workers)
    for (size_t i = 0; i < job->n; i++)
        fn(&items[i], sizeof *items, &results[i], sizeof *results);
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

// A pool copies its inputs in and its results out; so does this.
double openmp_static(const struct job *job) {
    task_fn *fn = task_of(job); // through a pointer, as a pool has to
    fill_items(job);
    double begin = now();
    memcpy(inside, items, job->n * sizeof *items);
#pragma omp parallel for schedule(static) num_threads((int)job->workers)
    for (size_t i = 0; i < job->n; i++)
        fn(&inside[i], sizeof *items, &outside[i], sizeof *results);
    memcpy(results, outside, job->n * sizeof *results);
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}
