// SPDX-License-Identifier: MIT
// A task that never ends, in a pool with a time limit: who ends it?
//
//     ./time_limit [LIMIT-IN-MS]
#include "pool.h"
#include <stdlib.h>
#include <unistd.h>

// The task. Runs in a worker.
static int hangs(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    while (pause() == -1)
        continue;
    return 0;
}

int main(int argc, char **argv) {
    struct pool_options options = {
        .workers = 1, .task_timeout_ms = argc > 1 ? atoi(argv[1]) : 1000};
    struct pool *pool = pool_create(&options);
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    struct pool_result *result = NULL;
    int error = pool_apply_async(pool, hangs, NULL, 0, 0, NULL, NULL, &result);
    if (error < 0) {
        fprintf(stderr, "pool_apply_async: %s\n", pool_strerror(error));
    } else {
        int status = pool_result_get(result, NULL, 0, POOL_FOREVER);
        printf("%s\n\"%s\"\n", pool_strerror(status),
               pool_result_message(result));
    }
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
    return error < 0;
}
