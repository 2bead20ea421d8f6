// SPDX-License-Identifier: MIT
// Your run_all() on something visible: make try1. Runs in: your process and the
// tasks'.
#include "per_task.h"

#include <stdio.h>
#include <unistd.h>

static int task(int index) {
    printf("  task %d runs in process %d, a child of %d\n", index, getpid(),
           getppid());
    fflush(stdout);
    return 10 * index;
}

int main(void) {
    int results[4] = {-1000, -1000, -1000, -1000};
    printf("This is process %d.\n", getpid());
    fflush(stdout); // or each child prints it again
    int returned = run_all(task, 4, results);
    printf("run_all returned %d; the results are %d, %d, %d, %d.\n", returned,
           results[0], results[1], results[2], results[3]);
    return 0;
}
