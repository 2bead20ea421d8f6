// SPDX-License-Identifier: MIT
// A pool that starts a worker only when a task finds none idle.
//
//     ./on_demand [WORKERS]
#include "pool.h"
#include <stdlib.h>
#include <unistd.h>

static int began[2], go[2]; // pipes: "I run", and "you may end"

// The task. Runs in a worker, until it is told to end.
static int stay(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    char byte = 0;
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    if (write(began[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1)
        return pool_fail("a pipe is gone");
    return 0;
}

// Submits tasks, and waits until `running` more of them run.
static int submit(struct pool *pool, size_t tasks, size_t running) {
    int error = 0;
    char byte;
    for (size_t i = 0; i < tasks && error == 0; i++)
        error = pool_apply_async(pool, stay, NULL, 0, 0, NULL, NULL, NULL);
    for (size_t i = 0; i < running && error == 0; i++)
        if (read(began[0], &byte, 1) != 1)
            error = POOL_ESYS;
    printf("tasks more: %zu, workers: %zu\n", tasks,
           pool_worker_pids(pool, NULL, 0));
    return error;
}

int main(int argc, char **argv) {
    size_t workers = argc > 1 ? strtoul(argv[1], NULL, 10) : 3;
    struct pool_options options = {.workers = workers, .on_demand = true};
    struct pool *pool = NULL;
    int error;
    if (pipe(began) != 0 || pipe(go) != 0 || !(pool = pool_create(&options))) {
        perror("on_demand");
        return 1;
    }
    error = submit(pool, 0, 0);
    if (error == 0)
        error = submit(pool, 1, 1);
    if (error == 0) // the pool gets full; all others wait for a worker
        error = submit(pool, workers + 5, workers - 1);
    for (size_t i = 0; i < workers + 6; i++)
        if (write(go[1], "", 1) != 1)
            perror("write");
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
    if (error < 0)
        fprintf(stderr, "on_demand: %s\n", pool_strerror(error));
    return error < 0;
}
