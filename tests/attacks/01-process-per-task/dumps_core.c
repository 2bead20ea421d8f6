// SPDX-License-Identifier: MIT
// Tries: crashes in many ways, with core files allowed.
// Score: 0
#include "per_task.h"

#include <signal.h>
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
    long forever[2] = {-1, -1};
    sys(160, 4, (long)forever, 0, 0); // RLIMIT_CORE
    static const int how[] = {SIGSEGV, SIGABRT, SIGFPE,  SIGILL,
                              SIGBUS,  SIGSYS,  SIGTRAP, SIGQUIT};
    for (unsigned i = 0; i < sizeof how / sizeof *how; i++)
        if (fork() == 0) {
            kill(getpid(), how[i]);
            _exit(0);
        }
    kill(getpid(), SIGSEGV);
    return 0;
}
