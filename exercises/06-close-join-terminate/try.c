// SPDX-License-Identifier: MIT
// Your pool on something visible: make try6. Runs in: your process and the
// workers.
#include "lifecycle.h"

#include <stdio.h>
#include <time.h>

static long task(long item) {
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    return item * item;
}

static void show(struct pool *pool) {
    for (int i = 0; i < 6; i++) {
        long result = 0;
        int status = pool_result_status(pool, i, &result);
        printf("  number %d: status %d, result %ld\n", i, status, result);
    }
}

int main(void) {
    for (int terminates = 0; terminates < 2; terminates++) {
        struct pool *pool = pool_create(2, task);
        if (!pool) {
            printf("pool_create gave NULL.\n");
            return 1;
        }
        for (long item = 0; item < 6; item++)
            pool_apply_async(pool, item);
        printf("join before anything else: %d\n", pool_join(pool));
        if (terminates)
            printf("terminate: %d\n", pool_terminate(pool));
        else
            printf("close: %d\n", pool_close(pool));
        printf("join: %d\n", pool_join(pool));
        show(pool);
        pool_destroy(pool);
    }
    return 0;
}
