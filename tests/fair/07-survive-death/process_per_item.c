// SPDX-License-Identifier: MIT
// Right, but not as expected: a process for each item, never more than asked
// for; fates from waitpid.
#include "brave.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct answer {
    int is_there;
    long value;
};

int brave_run(int workers, task_fn *task, const long *items, int count,
              long *results, int *fates) {
    pid_t *pids = calloc((size_t)count + 1, sizeof *pids);
    size_t size = ((size_t)count + 1) * sizeof(struct answer);
    struct answer *answer = mmap(NULL, size, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int running = 0, next = 0, ended = 0, status;
    if (!pids || answer == MAP_FAILED)
        return -1;
    while (ended < count) {
        while (running < workers && next < count) {
            pids[next] = fork();
            if (pids[next] == 0) {
                answer[next].value = task(items[next]);
                answer[next].is_there = 1;
                _exit(0);
            }
            running++;
            next++;
        }
        pid_t pid = waitpid(-1, &status, 0);
        for (int i = 0; i < next; i++) {
            if (pids[i] != pid)
                continue;
            pids[i] = 0;
            running--;
            ended++;
            results[i] = answer[i].value;
            fates[i] = answer[i].is_there    ? FATE_DONE
                       : WIFSIGNALED(status) ? WTERMSIG(status)
                                             : FATE_EXIT + WEXITSTATUS(status);
        }
    }
    munmap(answer, size);
    free(pids);
    return 0;
}
