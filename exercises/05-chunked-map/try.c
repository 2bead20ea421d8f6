// SPDX-License-Identifier: MIT
// Your map on something visible: make try5. Runs in: your process and the
// workers.
#include "chunked_map.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static long task(long item) {
    nanosleep(&(struct timespec){.tv_nsec = item * 1000000}, NULL);
    return getpid();
}

int main(void) {
    long items[24], results[24];
    for (int i = 0; i < 24; i++)
        items[i] = i;
    int returned = pool_map(3, task, items, 24, results, 4);
    printf("pool_map with 3 workers and chunks of 4 returned %d.\n", returned);
    for (int i = 0; i < 24 && returned == 0; i++)
        printf("%s%2d: process %ld%s", i % 4 ? "" : "  ", i, results[i],
               i % 4 == 3 ? "\n" : "   ");
    return 0;
}
