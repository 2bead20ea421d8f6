// SPDX-License-Identifier: MIT
// A new pool maps the same tasks three times: how long is each pass?
//
//     ./first_pass [WORKERS] [RUNS]
#include "pool.h"
#include <stdlib.h>
#include <time.h>

enum { TASKS = 200, PASSES = 3 };

static double now(void) { // in microseconds
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

// The task. Runs in a worker.
static int square(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    long number = *(const long *)arg;
    (void)arg_size, (void)result_size;
    *(long *)result = number * number;
    return 0;
}

int main(int argc, char **argv) {
    struct pool_options options = {
        .workers = argc > 1 ? strtoul(argv[1], NULL, 10) : 2};
    int runs = argc > 2 ? atoi(argv[2]) : 12;
    long items[TASKS], results[TASKS];
    for (long i = 0; i < TASKS; i++)
        items[i] = i;
    for (int run = 0; run < runs; run++) {
        double begin = now();
        struct pool *pool = pool_create(&options);
        if (!pool) {
            perror("pool_create");
            return 1;
        }
        printf("create: %.1f\n", now() - begin);
        for (int pass = 1; pass <= PASSES; pass++) {
            begin = now();
            int error = pool_map(pool, square, items, TASKS, sizeof *items,
                                 results, sizeof *results, 0);
            double end = now();
            if (error < 0) {
                fprintf(stderr, "pool_map: %s\n", pool_strerror(error));
                return 1;
            }
            printf("pass %d: %.1f\n", pass, end - begin);
        }
        pool_destroy(pool);
    }
    return 0;
}
