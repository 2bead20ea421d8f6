// SPDX-License-Identifier: MIT
// Many tasks, few workers: which process runs how many, and whose child is it?
//
//     ./shares [WORKERS] [TASKS]
#include "pool.h"
#include <stdlib.h>
#include <unistd.h>

static int others[2]; // a pipe: every task but the first writes a byte into it

// The task: who runs it? The first one lasts until all others have ended.
static int who(const void *arg, size_t arg_size, void *result,
               size_t result_size) {
    size_t wait = *(const size_t *)arg;
    char byte = 0;
    (void)arg_size, (void)result_size;
    for (size_t i = 0; i < wait; i++)
        if (read(others[0], &byte, 1) != 1)
            return pool_fail("the pipe is gone");
    if (wait == 0 && write(others[1], &byte, 1) != 1)
        return pool_fail("the pipe is full");
    ((int *)result)[0] = pool_worker_index();
    ((int *)result)[1] = getpid();
    ((int *)result)[2] = getppid();
    return 0;
}

int main(int argc, char **argv) {
    size_t workers = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
    size_t tasks = argc > 2 ? strtoul(argv[2], NULL, 10) : 100;
    struct pool_result **results = calloc(tasks, sizeof *results);
    int(*seen)[4] = calloc(workers, sizeof *seen), error = 0, answer[3] = {0};
    struct pool_options options = {.workers = workers};
    struct pool *pool = NULL;
    if (!results || !seen || pipe(others) != 0 ||
        !(pool = pool_create(&options)))
        return perror("shares"), 1;
    printf("your program is process %d, its workers: %zu\n", (int)getpid(),
           pool_worker_pids(pool, NULL, 0));
    for (size_t i = 0; i < tasks && error == 0; i++) {
        size_t wait = i == 0 && workers > 1 ? tasks - 1 : 0;
        error = pool_apply_async(pool, who, &wait, sizeof wait, sizeof answer,
                                 NULL, NULL, &results[i]);
    }
    for (size_t i = 0; i < tasks && error == 0; i++) {
        error =
            pool_result_get(results[i], answer, sizeof answer, POOL_FOREVER);
        int *row = seen[answer[0]]; // its process, parent, tasks; the first?
        row[0] = answer[1], row[1] = answer[2], row[2]++, row[3] |= i == 0;
    }
    for (size_t i = 0; i < workers && error == 0; i++)
        printf("worker %zu: process %d, child of process %d, ran %d%s\n", i,
               seen[i][0], seen[i][1], seen[i][2],
               seen[i][3] ? ", the first" : "");
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool), free(results), free(seen);
    return error < 0;
}
