// SPDX-License-Identifier: MIT
// The same work with more and more workers: how many CPUs does it get?
//
//     ./more_workers [TASKS]
#define _GNU_SOURCE // sched_getaffinity
#include "pool.h"
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

// The task: some milliseconds of computing. Runs in a worker.
static int work(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    double sum = 0;
    (void)arg, (void)arg_size, (void)result_size;
    for (int i = 1; i < 2000000; i++)
        sum += 1.0 / i;
    *(double *)result = sum;
    return 0;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_seconds(void) { // of all children that were reaped
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    cpu_set_t set;
    size_t tasks = argc > 1 ? strtoul(argv[1], NULL, 10) : 64, cpus = 1;
    int error = 0;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        cpus = (size_t)CPU_COUNT(&set);
    size_t workers[] = {1, cpus, 8 * cpus < 256 ? 8 * cpus : 256};
    for (int i = 0; i < 3 && error == 0; i++) {
        double start = seconds(), used = cpu_seconds();
        struct pool *pool =
            pool_create(&(struct pool_options){.workers = workers[i]});
        if (!pool)
            return perror("pool_create"), 1;
        for (size_t t = 0; t < tasks && error == 0; t++)
            error = pool_apply_async(pool, work, NULL, 0, sizeof(double), NULL,
                                     NULL, NULL);
        pool_close(pool);
        pool_join(pool);
        pool_destroy(pool);
        start = seconds() - start;
        printf("workers: %3zu, %.2f s, %.2f CPUs in use\n", workers[i], start,
               (cpu_seconds() - used) / start);
    }
    return error < 0;
}
