// SPDX-License-Identifier: MIT
// Tries: has the assembler read files that never end, and fill the disk.
// Score: 0
// Judge: -
// Says: does not compile
#include "per_task.h"

__asm__(".fill 1 << 40, 1, 1\n.include \"/dev/zero\"");

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    return results[0];
}
