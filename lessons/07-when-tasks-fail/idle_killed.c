// SPDX-License-Identifier: MIT
// kill -9 of all workers, while they have nothing to do. Is anything lost?
//
//     ./idle_killed [WORKERS] [TASKS]
#include "pool.h"
#include <signal.h>
#include <stdlib.h>

// The task. Runs in a worker.
static int square(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    size_t number = *(const size_t *)arg;
    (void)arg_size, (void)result_size;
    *(size_t *)result = number * number;
    return 0;
}

int main(int argc, char **argv) {
    size_t workers = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
    size_t tasks = argc > 2 ? strtoul(argv[2], NULL, 10) : 200;
    size_t items[tasks + 1], results[tasks + 1], right = 0;
    pid_t pids[256];
    for (size_t i = 0; i < tasks; i++)
        items[i] = i;

    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    size_t count = pool_worker_pids(pool, pids, 256);
    for (size_t i = 0; i < count && i < 256; i++)
        kill(pids[i], SIGKILL);
    int error = pool_map(pool, square, items, tasks, sizeof *items, results,
                         sizeof *results, 1);
    for (size_t i = 0; i < tasks && error == 0; i++)
        right += results[i] == i * i;
    struct pool_stats stats;
    if (pool_stats(pool, &stats) == 0)
        printf("workers killed: %zu, right results: %zu of %zu\n", count, right,
               tasks);
    pool_destroy(pool);
    return 0;
}
