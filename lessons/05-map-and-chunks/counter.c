// SPDX-License-Identifier: MIT
// Tasks count together in shared memory: does every count arrive?
//
//     ./counter [WORKERS] [TIMES]
#include "pool.h"
#include <stdatomic.h>
#include <stdlib.h>

struct counters {
    atomic_size_t steps; // counted in steps: read, add, write
    atomic_size_t once;  // counted by one atomic operation
    atomic_size_t here;  // tasks that have read for the first time
    size_t tasks, times;
};

// The task counts TIMES times in both ways. Runs in a worker.
static int count(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    struct counters *shared = *(struct counters *const *)arg;
    (void)arg_size, (void)result, (void)result_size;
    size_t seen = atomic_load(&shared->steps); // read
    atomic_fetch_add(&shared->here, 1);
    while (atomic_load(&shared->here) < shared->tasks)
        ;                                   // all have read
    atomic_store(&shared->steps, seen + 1); // add, write
    for (size_t i = 1; i < shared->times; i++)
        atomic_store(&shared->steps, atomic_load(&shared->steps) + 1);
    for (size_t i = 0; i < shared->times; i++)
        atomic_fetch_add(&shared->once, 1);
    return 0;
}

int main(int argc, char **argv) {
    size_t workers = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
    size_t times = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000;
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    struct counters *shared = pool ? pool_alloc(pool, sizeof *shared) : NULL;
    struct counters **items = calloc(workers, sizeof *items);
    if (!shared || !items)
        return perror("counter"), 1;
    shared->tasks = workers;
    shared->times = times;
    for (size_t i = 0; i < workers; i++)
        items[i] = shared; // the address is the same in every process
    int error =
        pool_map(pool, count, items, workers, sizeof *items, NULL, 0, 1);
    if (error < 0)
        fprintf(stderr, "pool_map: %s\n", pool_strerror(error));
    printf("tasks: %zu, counts of each: %zu\n", workers, times);
    printf("read, add, write: %zu\n", atomic_load(&shared->steps));
    printf("one atomic operation: %zu\n", atomic_load(&shared->once));
    pool_close(pool), pool_join(pool);
    pool_destroy(pool), free(items);
    return error < 0;
}
