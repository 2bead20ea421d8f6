// SPDX-License-Identifier: MIT
// Terminate, then join: what becomes of tasks that are done, run, and wait?
//
//     ./cut_short [WORKERS] [TASKS]
#include "pool.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int news[2]; // a pipe: a task that runs says so with a byte
static size_t done, cancelled;

// Runs in a worker. Without an argument: done at once. With one: never.
static int task(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    (void)arg, (void)result, (void)result_size;
    if (arg_size == 0)
        return 0;
    signal(SIGTERM, SIG_IGN);
    if (write(news[1], "", 1) != 1)
        return pool_fail("nobody reads the news");
    for (;;)
        pause();
}

static void told(struct pool_result *result, void *unused) {
    int status = pool_result_status(result);
    (void)unused;
    done += status == 0;
    cancelled += status == POOL_ECANCELLED;
}

int main(int argc, char **argv) {
    size_t workers = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
    size_t tasks = argc > 2 ? strtoul(argv[2], NULL, 10) : 50;
    struct pool *pool = NULL;
    pid_t pids[256];
    char byte;
    if (workers <= 256 && pipe(news) == 0)
        pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    for (size_t i = 0; i < tasks; i++)
        pool_apply_async(pool, task, NULL, 0, 0, told, NULL, NULL);
    pool_wait(pool, POOL_FOREVER); // these are done
    for (size_t i = 0; i < workers + tasks; i++)
        pool_apply_async(pool, task, "", 1, 0, told, NULL, NULL);
    for (size_t i = 0; i < workers; i++)
        if (read(news[0], &byte, 1) != 1) // these run, all others wait
            return 1;
    for (size_t i = pool_worker_pids(pool, pids, 256); i-- > 0;)
        kill(pids[i], SIGTERM); // what kill(1) sends: please end
    printf("terminate: %s\n", pool_strerror(pool_terminate(pool)));
    printf("join: %s\n", pool_strerror(pool_join(pool)));
    printf("tasks done: %zu, cancelled: %zu\n", done, cancelled);
    pool_destroy(pool);
    return 0;
}
