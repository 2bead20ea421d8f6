// SPDX-License-Identifier: MIT
// Three ways in which a task can fail: what is your program told?
//
//     ./three_ways
#include "pool.h"
#include <stdlib.h>

enum way { REFUSES, CRASHES, EXITS };
static char *volatile nowhere = (char *)1; // no memory is there

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
    }
    return 0;
}

int main(void) {
    static const char *const names[] = {"refuses", "crashes", "exits"};
    struct pool *pool = pool_create(&(struct pool_options){.workers = 1});
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    int error = 0;
    for (enum way way = REFUSES; way <= EXITS; way++) {
        struct pool_result *result = NULL;
        error = pool_apply_async(pool, fails, &way, sizeof way, 0, NULL, NULL,
                                 &result);
        if (error < 0) {
            fprintf(stderr, "pool_apply_async: %s\n", pool_strerror(error));
            break;
        }
        int status = pool_result_get(result, NULL, 0, POOL_FOREVER);
        printf("%-8s %s\n         \"%s\"\n", names[way], pool_strerror(status),
               pool_result_message(result));
        pool_result_free(result);
    }
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
    return error < 0;
}
