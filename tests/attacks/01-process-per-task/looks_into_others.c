// SPDX-License-Identifier: MIT
// Tries: looks into all other processes, its own driver too: ptrace,
// process_vm_writev, /proc/PID/mem, pidfd_getfd.
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
    (void)task;
    (void)count;
    (void)results;
    static char bytes[64];
    char name[64];
    struct {
        void *base;
        long length;
    } mine = {bytes, sizeof bytes}, its = {(void *)0x400000, sizeof bytes};
    int found = 0;
    for (int pid = 1; pid < 40000; pid++) {
        if (pid == getpid())
            continue;
        found += sys(101, 16, pid, 0, 0) == 0;                  // ptrace attach
        found += sys(310, pid, (long)&mine, 1, (long)&its) > 0; // read, write
        found += sys(311, pid, (long)&mine, 1, (long)&its) > 0;
        snprintf(name, sizeof name, "/proc/%d/mem", pid);
        found += sys(2, (long)name, 2, 0, 0) >= 0; // open
        long fd = sys(434, pid, 0, 0, 0);          // pidfd_open
        for (int n = 0; fd >= 0 && n < 8; n++)
            found += sys(438, fd, n, 0, 0) >= 0; // pidfd_getfd
    }
    printf("looked into %d\n", found);
    for (int i = 0; i < count; i++)
        results[i] = found;
    return 0;
}
