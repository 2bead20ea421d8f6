// SPDX-License-Identifier: MIT
// Exercise 5: a map whose workers take chunks from a shared counter.
#define _GNU_SOURCE
#include "chunked_map.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

// What all processes share. The items need not be in it: a child inherits them.
struct shared {
    atomic_int next; // the first item that nobody has taken
    atomic_int done; // how many have their results
    long results[];
};

// 2 run the task: chunk after chunk, until none is left.
static void serve(struct shared *shared, task_fn *task, const long *items,
                  int count, int chunk) {
    for (;;) {
        int first = atomic_fetch_add(&shared->next, chunk);
        if (first >= count)
            _exit(0);
        for (int i = first; i < first + chunk && i < count; i++) {
            shared->results[i] = task(items[i]);
            atomic_fetch_add(&shared->done, 1);
        }
    }
}

// Waits for a child. Whether it ended as it should.
static int reap(pid_t pid) {
    int status;
    pid_t got;
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    return got == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int pool_map(int workers, task_fn *task, const long *items, int count,
             long *results, int chunk) {
    if (count <= 0)
        return 0;
    if (chunk <= 0)
        chunk = (count + 4 * workers - 1) / (4 * workers);
    if (chunk > count)
        chunk = count; // or the counter runs over the end of its type
    size_t size = sizeof(struct shared) + (size_t)count * sizeof(long);
    struct shared *shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return -1;

    // 1 create the workers
    pid_t pids[workers];
    int started = 0;
    while (started < workers) {
        pid_t pid = fork();
        if (pid < 0)
            break;
        if (pid == 0)
            serve(shared, task, items, count, chunk);
        pids[started++] = pid;
    }

    // 3 reap them
    int good = started > 0;
    for (int i = 0; i < started; i++)
        good = reap(pids[i]) && good;

    // 4 use the results, if they are whole: a task may have called exit(0)
    good = good && atomic_load(&shared->done) == count;
    if (good)
        memcpy(results, shared->results, (size_t)count * sizeof(long));
    munmap(shared, size);
    return good ? 0 : -1;
}
