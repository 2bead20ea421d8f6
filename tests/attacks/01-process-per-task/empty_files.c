// SPDX-License-Identifier: MIT
// Tries: makes empty files for ever: they fit any limit of bytes, and a million
// of them takes a gigabyte of the kernel's memory.
// Score: 0
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
    char name[64];
    (void)task;
    (void)count;
    (void)results;
    int who = fork() == 0;
    for (int i = 0;; i++) {
        snprintf(name, sizeof name, "/%s/%d", who ? "tmp" : "dev/shm", i);
        sys(259, -100, (long)name, 0100644, 0); // mknodat
    }
}
