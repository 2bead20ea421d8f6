// SPDX-License-Identifier: MIT
// Tries: makes system calls by other doors: those of 32 bits, and of x32, which
// have other numbers than those that are refused.
// Score: 0
#include "per_task.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static long by_interrupt(long n, long a, long b) {
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(n), "b"(a), "c"(b), "d"(0)
                     : "memory");
    return result;
}

static long by_x32(long n, long a, long b) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(n | 0x40000000), "D"(a), "S"(b), "d"(0)
                     : "rcx", "r11", "memory");
    return result;
}

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    for (int door = 0; door < 4; door++) {
        if (fork() == 0) {
            long got = door == 0   ? by_interrupt(26, 0, 0)        // traced
                       : door == 1 ? by_interrupt(310, 1 << 28, 0) // unshare
                       : door == 2 ? by_x32(521, 0, 0)
                                   : by_x32(272, 1 << 28, 0);
            if (got == 0)
                printf("DOOR %d IS OPEN\n", door);
            fflush(stdout);
            _exit(0);
        }
        wait(NULL);
    }
    exit(0);
}
