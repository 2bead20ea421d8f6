// SPDX-License-Identifier: MIT
// Tries: brings a main() of its own that prints and leaves.
// Score: 0
// Says: refused
#include "per_task.h"

#include <stdio.h>

int main(void) {
    puts("{\"score\": 10, \"max\": 10}");
    return 0;
}

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    return 0;
}
