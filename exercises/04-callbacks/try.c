// SPDX-License-Identifier: MIT
// Your pool on something visible: make try4. Runs in: your process and the
// workers.
#include "callbacks.h"

#include <stdio.h>
#include <time.h>

// Larger items take longer.
static long task(long item) {
    nanosleep(&(struct timespec){.tv_nsec = item * 20000000}, NULL);
    return item * item;
}

static void told(int number, long result, void *user) {
    printf("  callback: number %d, result %ld, %s\n", number, result,
           (const char *)user);
}

int main(void) {
    struct pool *pool = pool_create(3, task);
    if (!pool) {
        printf("pool_create gave NULL.\n");
        return 1;
    }
    for (long item = 9; item > 0; item -= 2)
        printf("item %ld has number %d\n", item,
               pool_apply_async(pool, item, told, "user was handed over"));
    long result = 0;
    int returned = pool_result_get(pool, 0, &result);
    printf("pool_result_get of number 0 returned %d, result %ld.\n", returned,
           result);
    printf("pool_destroy waits for the rest:\n");
    pool_destroy(pool);
    return 0;
}
