// SPDX-License-Identifier: MIT
// Four ways in which a task can fail: what is your program told?
//
//     ./four_ways [LIMIT-IN-MS]
#include "pool.h"
#include <stdlib.h>
#include <unistd.h>

enum way { REFUSES, CRASHES, EXITS, HANGS };
static int *volatile nowhere;

// The task. Runs in a worker.
static int fails(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    switch (*(const enum way *)arg) {
    case REFUSES:
        return pool_fail("this word is not for me");
    case CRASHES:
        *nowhere = 1;
        break;
    case EXITS:
        exit(3);
    case HANGS:
        for (;;)
            pause();
    }
    return 0;
}

int main(int argc, char **argv) {
    static const char *const names[] = {"refuses", "crashes", "exits", "hangs"};
    struct pool_options options = {.workers = 1};
    struct pool *pool = pool_create(&options);
    for (enum way way = REFUSES; way <= HANGS; way++) {
        struct pool_result *result;
        if (way == HANGS) { // another pool, whose tasks have a time limit
            pool_destroy(pool);
            options.task_timeout_ms = argc > 1 ? atoi(argv[1]) : 1000;
            pool = pool_create(&options);
        }
        int error = pool_apply_async(pool, fails, &way, sizeof way, 0, NULL,
                                     NULL, &result);
        if (error < 0) {
            fprintf(stderr, "pool_apply_async: %s\n", pool_strerror(error));
            break;
        }
        error = pool_result_wait(result, POOL_FOREVER);
        printf("%-8s %s\n         \"%s\"\n", names[way],
               pool_strerror(pool_result_status(result)),
               pool_result_message(result));
        pool_result_free(result);
    }
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
    return 0;
}
