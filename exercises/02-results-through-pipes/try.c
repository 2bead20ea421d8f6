// SPDX-License-Identifier: MIT
// Your run_all() on something visible: make try2. Runs in: your process and the
// tasks'.
#include "piped.h"

#include <stdio.h>
#include <unistd.h>

static long square(long item) {
    if (item == 3)
        _exit(7); // without a result
    return item * item;
}

int main(void) {
    const long items[] = {2, 3, -1000000007, 0};
    long results[4] = {0};
    int have[4] = {0};
    int came = run_all(square, items, 4, results, have);
    printf("run_all returned %d.\n", came);
    for (int i = 0; i < 4; i++)
        if (have[i])
            printf("  %ld squared is %ld\n", items[i], results[i]);
        else
            printf("  of %ld no result came\n", items[i]);
    return 0;
}
