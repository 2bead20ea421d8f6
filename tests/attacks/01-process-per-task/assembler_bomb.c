// SPDX-License-Identifier: MIT
// Tries: has the assembler repeat itself for ever.
// Score: 0
// Judge: -
// Says: does not compile
#include "per_task.h"

__asm__(".rept 2000000000\n.quad 1, 2, 3, 4\n.endr\n");

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    return results[0] = count;
}
