// SPDX-License-Identifier: MIT
// The same tasks with a process for each, and on a pool: what does it cost?
//
//     ./saves [WORKERS] [TASKS]
#include "pool.h"
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

// The task: next to nothing. Runs in a worker.
static int twice(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg_size, (void)result_size;
    *(int *)result = 2 * *(const int *)arg;
    return 0;
}

// The same in a process of its own, as in lesson 1.
static int forked(int number) {
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(2 * number % 100);
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status);
}

int main(int argc, char **argv) {
    struct pool_options options = {
        .workers = argc > 1 ? strtoul(argv[1], NULL, 10) : 0};
    int tasks = argc > 2 ? atoi(argv[2]) : 1000, done = 0, error = 0;

    double start = now_us();
    for (int i = 0; i < tasks; i++)
        done += forked(i);
    double each = (now_us() - start) / tasks;

    start = now_us();
    struct pool *pool = pool_create(&options);
    if (!pool || done < tasks) {
        perror("saves");
        return 1;
    }
    for (int i = 0; i < tasks && error == 0; i++)
        error = pool_apply_async(pool, twice, &i, sizeof i, sizeof i, NULL,
                                 NULL, NULL);
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
    printf("a process for each: %.1f us a task\n", each);
    printf("a pool, its making included: %.1f us a task\n",
           (now_us() - start) / tasks);
    return error < 0;
}
