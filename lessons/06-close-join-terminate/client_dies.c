// SPDX-License-Identifier: MIT
// A program is killed in the middle, and can end nothing. What becomes of its
// workers, whose tasks never end?
//
//     ./client_dies [WORKERS]
#include "pool.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int news[2]; // a pipe: a task that runs says so with a byte

static int endless(const void *arg, size_t arg_size, void *result,
                   size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    if (write(news[1], "", 1) != 1)
        return pool_fail("nobody reads the news");
    for (;;)
        pause();
}

int main(int argc, char **argv) {
    size_t workers = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
    struct pool *pool = NULL;
    char byte;

    if (pipe(news) == 0)
        pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    for (size_t i = 0; i < workers; i++) {
        int error =
            pool_apply_async(pool, endless, NULL, 0, 0, NULL, NULL, NULL);
        if (error < 0) {
            fprintf(stderr, "pool_apply_async: %s\n", pool_strerror(error));
            return 1;
        }
    }
    for (size_t i = 0; i < workers; i++)
        if (read(news[0], &byte, 1) != 1)
            return 1;
    printf("tasks that run: %zu; now this program is killed\n", workers);
    fflush(stdout);
    kill(getpid(), SIGKILL); // no handler, no clean-up, no pool_destroy()
    return 0;
}
