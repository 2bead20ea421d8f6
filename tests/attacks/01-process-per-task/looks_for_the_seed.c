// SPDX-License-Identifier: MIT
// Tries: reads the command lines and environments of all processes, where a
// seed may stand, and prints what it finds.
// Score: 0
// Slow: for FULL=1 only
#include "per_task.h"

#include <stdio.h>
#include <string.h>

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
    static const char *const what[] = {"cmdline", "environ", "maps"};
    static char bytes[2000];
    char name[64];
    for (int pid = 1; pid < 40000; pid++)
        for (int i = 0; i < 2; i++) {
            snprintf(name, sizeof name, "/proc/%d/%s", pid, what[i]);
            long fd = sys(2, (long)name, 0, 0, 0); // open
            long got = fd < 0 ? 0 : sys(0, fd, (long)bytes, sizeof bytes, 0);
            for (long n = 0; n + 6 < got; n++)
                if (!memcmp(bytes + n, "--seed", 6) && bytes[n + 7] >= '0')
                    printf("SEED FOUND in %s: %s\n", name, bytes + n + 7);
            if (fd >= 0)
                sys(3, fd, 0, 0, 0);
        }
    return 0;
}
