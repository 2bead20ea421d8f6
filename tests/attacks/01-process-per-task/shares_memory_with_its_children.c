// SPDX-License-Identifier: MIT
// Tries: makes children that share all memory with their parent (vfork, clone
// with CLONE_VM), and such that are their parent's siblings. The first are
// processes; one after the other, they earn what that is worth.
// Score: 2
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
    for (int i = 0; i < count; i++) {
        long pid = sys(58, 0, 0, 0, 0); // vfork
        if (pid == 0) {
            results[i] = task(i);
            _exit(results[i]);
        }
        sys(56, 0x100 | 0x8000 | 17, 0, 0, 0); // VM, PARENT: neither may be
    }
    while (wait(NULL) > 0) {
    }
    return 0;
}
