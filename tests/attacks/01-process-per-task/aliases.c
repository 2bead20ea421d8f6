// SPDX-License-Identifier: MIT
// Tries: points other names of the program at its own code: alias, weak,
// symver, set in assembler.
// Score: 0
#include "per_task.h"

static int mine(void) { return 0; }
int waitpid(void) __attribute__((alias("mine")));
int _exit_alias(void) __attribute__((weak, alias("mine")));
__asm__(".globl kill\n.set kill, mine\n");
__asm__(".symver mine, sendmsg@@GLIBC_2.2.5\n");

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    return mine();
}
