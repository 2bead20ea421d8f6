// SPDX-License-Identifier: MIT
// The same tiny tasks on your pool and on the library's: how long, and how often
// does your program go to sleep?
//
//     ./tiny mine|library [WORKERS] [TASKS]
#include "mypool.h"
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double now(void) { // in microseconds
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

// The task. Runs in a worker.
static int square(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    size_t number = *(const size_t *)arg;
    (void)arg_size, (void)result_size;
    *(size_t *)result = number * number;
    return 0;
}

int main(int argc, char **argv) {
    bool mine = argc < 2 || strcmp(argv[1], "library") != 0, good;
    size_t workers = argc > 2 ? strtoul(argv[2], NULL, 10) : 2, right = 0;
    size_t tasks = argc > 3 ? strtoul(argv[3], NULL, 10) : 2000;
    size_t items[tasks + 1], results[tasks + 1], size = sizeof(size_t);
    int status[tasks + 1];
    struct rusage before, after;
    for (size_t i = 0; i < tasks; i++)
        items[i] = i;
    struct mypool *own = mine ? mypool_create(workers) : NULL; // 1 create
    struct pool_options options = {.workers = workers};
    struct pool *pool = mine ? NULL : pool_create(&options);
    if (!own && !pool)
        return perror(mine ? "mypool_create" : "pool_create"), 1;
    getrusage(RUSAGE_SELF, &before);
    double time = now();
    if (mine) // 2 submit, and 5 use the results
        good =
            mypool_map(own, square, items, tasks, size, results, size, status);
    else
        good =
            pool_map(pool, square, items, tasks, size, results, size, 1) == 0;
    time = now() - time;
    getrusage(RUSAGE_SELF, &after);
    for (size_t i = 0; i < tasks && good; i++)
        right += results[i] == i * i;
    printf("right results: %zu of %zu\n", right, tasks);
    printf("%.2f us for a task\n", time / (double)tasks);
    printf("sleeps of the client: %ld\n", after.ru_nvcsw - before.ru_nvcsw);
    mine ? mypool_destroy(own) : pool_destroy(pool); // 3 close, 4 join
    return 0;
}
