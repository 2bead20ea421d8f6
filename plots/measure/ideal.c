// SPDX-License-Identifier: MIT
// Reference: the ideal schedule, computed. Every item's length is measured
// alone, while as many processes as there are workers keep as many CPUs busy
// (a CPU is slower next to a busy one). Then the longest item goes first, each
// to the worker that is free first. No pool knows the lengths beforehand, so
// none can do better.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "passes.h"

static double *lengths;

static void measure_lengths(size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t result;
        double begin = now();
        spin(&items[i], sizeof *items, &result, sizeof result);
        lengths[i] = now() - begin;
        // Keeps the result, or the compiler could leave the work out.
        __asm__ volatile("" ::"r"(result));
    }
}

static int longest_first(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static double schedule(size_t n, size_t workers) {
    double free_at[workers], last = 0;
    memset(free_at, 0, sizeof free_at);
    qsort(lengths, n, sizeof *lengths, longest_first);
    for (size_t i = 0; i < n; i++) {
        size_t first = 0;
        for (size_t w = 1; w < workers; w++)
            if (free_at[w] < free_at[first])
                first = w;
        free_at[first] += lengths[i];
        if (free_at[first] > last)
            last = free_at[first];
    }
    return last;
}

static double ideal(const struct job *job, bool long_ones_last) {
    lengths = memory(job->n * sizeof *lengths);
    uneven_lengths(items, job->n, long_ones_last);
    for (size_t w = 1; w < job->workers; w++) {
        pid_t child = fork();
        if (child < 0)
            die("fork: %s", strerror(errno));
        if (child == 0) {
            measure_lengths(job->n);
            _exit(0);
        }
    }
    measure_lengths(job->n);
    while (wait(NULL) > 0)
        ;
    double all = schedule(job->n, job->workers);
    free(lengths);
    return all / (double)job->n;
}

double ideal_schedule(const struct job *job) { return ideal(job, false); }
double ideal_schedule_long_last(const struct job *job) {
    return ideal(job, true);
}
