// SPDX-License-Identifier: MIT
// Your pool on something visible: make try7. Runs in: your process and the
// workers.
#include "survive.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static long task(long item) {
    if (item == 3)
        raise(SIGKILL);
    if (item == 6)
        exit(9);
    return item * item;
}

int main(void) {
    long items[10], results[10] = {0};
    int fates[10] = {0};
    for (int i = 0; i < 10; i++)
        items[i] = i;
    struct pool *pool = pool_create(2, task);
    if (!pool) {
        printf("pool_create gave NULL.\n");
        return 1;
    }
    printf("pool_map returned %d.\n",
           pool_map(pool, items, 10, results, fates));
    for (int i = 0; i < 10; i++)
        if (fates[i] == FATE_DONE)
            printf("  item %d: done, %ld\n", i, results[i]);
        else if (fates[i] >= FATE_EXIT)
            printf("  item %d: exit(%d)\n", i, fates[i] - FATE_EXIT);
        else
            printf("  item %d: killed by signal %d\n", i, fates[i]);
    pool_destroy(pool);
    return 0;
}
