// SPDX-License-Identifier: MIT
// One of eight tasks never ends. Which process runs it, and where does it hang?
//
//     cc -g stuck.c -I../../lib ../../build/gcc/lib/libpool.a -o stuck
//     ./stuck                  (it does not end by itself: Ctrl-C)
#include "pool.h"
#include <err.h>
#include <unistd.h>

enum { TASKS = 8, BAD = 3 };

static void wait_for_nothing(int number) {
    while (number == BAD)
        pause();
}

// The task. Runs in a worker.
static int square(const void *arg, size_t arg_size, void *result, size_t size) {
    (void)arg_size, (void)size;
    int number = *(const int *)arg;
    wait_for_nothing(number);
    *(int *)result = number * number;
    return 0;
}

int main(void) {
    struct pool_result *results[TASKS];
    int error = 0, value;
    alarm(600); // should nobody end it
    struct pool *pool = pool_create(&(struct pool_options){.workers = 2});
    if (!pool)
        err(1, "pool_create");
    for (int i = 0; i < TASKS && error == 0; i++)
        error = pool_apply_async(pool, square, &i, sizeof i, sizeof value, NULL,
                                 NULL, &results[i]);
    for (int i = 0; i < TASKS && error == 0; i++)
        if (i != BAD)
            error =
                pool_result_get(results[i], &value, sizeof value, POOL_FOREVER);
    if (error < 0)
        errx(1, "%s", pool_strerror(error));
    printf("process %d has %d of %d results\n", getpid(), TASKS - 1, TASKS);
    fflush(stdout);
    pool_result_get(results[BAD], &value, sizeof value, POOL_FOREVER);
    pool_destroy(pool);
}
