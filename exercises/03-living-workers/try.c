// SPDX-License-Identifier: MIT
// Your pool on something visible: make try3. Runs in: your process and the
// workers.
#include "workers.h"

#include <stdio.h>
#include <unistd.h>

// The number of the process, and the last three digits of the square.
static long task(long item) { return getpid() * 1000L + item * item % 1000; }

int main(void) {
    long items[12], results[12];
    for (int i = 0; i < 12; i++)
        items[i] = i;
    struct pool *pool = pool_create(3, task);
    if (!pool) {
        printf("pool_create gave NULL.\n");
        return 1;
    }
    for (int call = 1; call <= 2; call++) {
        int returned = pool_map(pool, items, 12, results);
        printf("pool_map, call %d, returned %d.\n", call, returned);
        for (int i = 0; i < 12 && returned == 0; i++)
            printf("  worker %ld: %ld squared ends in %ld\n", results[i] / 1000,
                   items[i], results[i] % 1000);
    }
    pool_destroy(pool);
    return 0;
}
