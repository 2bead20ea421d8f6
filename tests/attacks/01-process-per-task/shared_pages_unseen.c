// SPDX-License-Identifier: MIT
// Tries: fills shared memory, then drops it from its own tables: the pages stay,
// and no process's memory shows them.
// Score: 0
// Slow: for FULL=1 only
#define _GNU_SOURCE
#include "per_task.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIECES 12
#define SIZE ((size_t)75 << 20)
#define STEP ((size_t)5 << 20)

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    for (int i = 0; i < PIECES; i++) {
        char *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        for (size_t k = 0; at != MAP_FAILED && k < SIZE; k += STEP) {
            memset(at + k, 1, STEP);
            madvise(at + k, STEP, MADV_DONTNEED);
        }
    }
    sleep(5); // holds it
    return 0;
}
