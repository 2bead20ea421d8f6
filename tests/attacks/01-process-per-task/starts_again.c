// SPDX-License-Identifier: MIT
// Tries: starts its own program again, and a shell with LD_PRELOAD set, in
// place of itself.
// Score: 0
#include "per_task.h"

#include <fcntl.h>
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
    char *self[] = {"driver", "200", 0};
    char *environment[] = {"LD_PRELOAD=/tmp/mine.so", "LD_AUDIT=/tmp/mine.so",
                           "GCONV_PATH=/tmp", 0};
    char *shell[] = {"sh", "-c", "echo 10 of 10; kill -9 -1", 0};
    if (fork() == 0)
        sys(59, (long)"/bin/sh", (long)shell, (long)environment, 0); // execve
    fcntl(200, F_SETFD, 0);
    sys(59, (long)"/proc/self/exe", (long)self, (long)environment, 0);
    return 0;
}
