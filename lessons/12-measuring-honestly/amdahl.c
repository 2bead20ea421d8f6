// SPDX-License-Identifier: MIT
// A quarter of a job can be done by one process only: how long does it take
// with 1, 2, 4 ... workers, and in a loop?
//
//     ./amdahl [MOST WORKERS] [RUNS]
#include "pool.h"
#include <err.h>
#include <stdlib.h>
#include <time.h>

enum { PARTS = 400, SERIAL = 25 }; // of the parts so many per cent
static long items[PARTS];

static double now(void) { // in microseconds
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

// The task: a part of the job. Runs in a worker, or in your program.
static int part(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    for (volatile int i = 0; i < 30000; i++)
        ;
    return 0;
}

// The whole job; without a pool in a loop.
static double job(struct pool *pool) {
    size_t serial = PARTS * SERIAL / 100;
    double begin = now();
    for (size_t i = 0; i < (pool ? serial : PARTS); i++)
        part(&items[i], sizeof *items, NULL, 0);
    if (pool &&
        pool_map(pool, part, items, PARTS - serial, sizeof *items, NULL, 0, 4))
        errx(1, "pool_map failed");
    return now() - begin;
}

int main(int argc, char **argv) {
    size_t most = argc > 1 ? strtoul(argv[1], NULL, 10) : 8, cells = 1;
    int runs = argc > 2 ? atoi(argv[2]) : 12;
    while (1u << cells <= most)
        cells++; // 1, 2, 4 ... workers; and one for the loop
    srand((unsigned)now());
    for (int run = 0; run < runs; run++)
        for (size_t i = 0, first = (size_t)rand(); i <= cells; i++) {
            size_t cell = (first + i) % (cells + 1), workers = 1u << cell;
            struct pool_options options = {.workers = workers};
            struct pool *pool = cell < cells ? pool_create(&options) : NULL;
            if (cell < cells && !pool)
                err(1, "pool_create");
            job(pool); // warms up, and does not count
            cell < cells ? printf("workers %3zu: %.1f\n", workers, job(pool))
                         : printf("loop: %.1f\n", job(pool));
            pool_destroy(pool);
        }
}
