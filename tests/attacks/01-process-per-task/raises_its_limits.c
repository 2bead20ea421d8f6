// SPDX-License-Identifier: MIT
// Tries: raises every limit, and asks for a high priority and for real time.
// Score: 0
// Slow: for FULL=1 only
#include "per_task.h"

#include <stdio.h>
#include <unistd.h>

// A system call without libc, which an import list does not see.
static long sys(long n, long a, long b, long c, long d) {
    long result;
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
}

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    long forever[2] = {-1, -1}, one = 50;
    int raised = 0;
    for (int what = 0; what < 16; what++) {
        long now[2], more[2];
        sys(97, what, (long)now, 0, 0); // getrlimit
        more[0] = more[1] = now[1] + 1;
        raised += now[1] != -1 && sys(160, what, (long)more, 0, 0) == 0;
        raised += now[1] != -1 && sys(302, 0, what, (long)forever, 0) == 0;
    }
    raised += sys(141, 0, 0, -20, 0) == 0;        // setpriority
    raised += sys(144, 0, 1, (long)&one, 0) == 0; // sched_setscheduler
    if (raised)
        printf("raised %d limits\n", raised);
    for (int i = 0; i < 50; i++)
        fork();
    for (;;) {
    }
}
