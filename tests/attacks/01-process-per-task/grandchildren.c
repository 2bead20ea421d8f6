// SPDX-License-Identifier: MIT
// Tries: has each task run by a grandchild whose parent ends at once: nobody
// need wait for it.
// Score: 0
#include "per_task.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int run_all(task_fn *task, int count, int results[]) {
    volatile int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < count; i++)
        shared[i] = -1;
    for (int i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid < 0)
            return -1;
        if (pid == 0) {
            if (fork() == 0)
                shared[i] = task(i);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
    for (int i = 0; i < count; i++) {
        while (shared[i] == -1)
            usleep(1000);
        results[i] = shared[i];
    }
    munmap((void *)shared, 4096);
    return 0;
}
