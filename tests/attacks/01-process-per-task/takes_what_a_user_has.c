// SPDX-License-Identifier: MIT
// Tries: takes all of what the kernel counts by user or by machine: queued
// signals, timers, terminals, inotify, and lowers the priority of all others.
// Score: 0
#include "per_task.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

// How often a call works, at most 2000 times.
static int often(long n, long a, long b, long c) {
    int count = 0;
    while (count < 2000 && sys(n, a, b, c, 0) >= 0)
        count++;
    return count;
}

int run_all(task_fn *task, int count, int results[]) {
    char id[8];
    sigset_t all;
    (void)task;
    (void)count;
    (void)results;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    int signals = 0;
    while (signals < 2000 &&
           sigqueue(getpid(), SIGRTMIN, (union sigval){0}) == 0)
        signals++;
    int timers = often(222, 1, 0, (long)id); // timer_create
    int terminals = often(2, (long)"/dev/ptmx", 2, 0);
    int watches = often(253, 0, 0, 0) + often(294, 0, 0, 0); // inotify_init
    int priorities = often(251, 3, 0, 3 << 13); // ioprio_set, the whole user
    if (signals > 1000 || timers > 1000 || terminals || watches || priorities)
        printf("DOOR %d IS OPEN\n", (signals > 1000) + 2 * (timers > 1000) +
                                        4 * !!terminals + 8 * !!watches +
                                        16 * !!priorities);
    fflush(stdout);
    exit(0);
}
