// SPDX-License-Identifier: MIT
// Tries: leaves shared memory, semaphores and queues behind, of all kinds
// there are, with the longest life.
// Score: 0
#include "per_task.h"

#include <fcntl.h>
#include <sys/mman.h>
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
    for (long key = 4711; key < 4720; key++) {
        long id = sys(29, key, 1 << 20, 01666, 0); // shmget
        sys(30, id, 0, 0, 0);                      // shmat
        sys(64, key, 10, 01666, 0);                // semget
        sys(68, key, 01666, 0, 0);                 // msgget
    }
    sys(240, (long)"poolschool-attack", 0102, 0666, 0); // mq_open
    long fd = shm_open("/poolschool-attack", O_CREAT | O_RDWR, 0666);
    if (fd >= 0)
        write((int)fd, "left", 4);
    return 0;
}
