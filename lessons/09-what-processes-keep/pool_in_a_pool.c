// SPDX-License-Identifier: MIT
// A task makes a pool of its own. What if the task's worker is killed?
//
//     cc pool_in_a_pool.c -I../../lib ../../build/gcc/lib/libpool.a
//     ./a.out
#include "pool.h"
#include <err.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>

struct answer {
    long squares[10];
    pid_t workers[2]; // of the inner pool
};

static int square(const void *arg, size_t arg_size, void *result, size_t size) {
    (void)arg_size, (void)size;
    *(long *)result = *(const long *)arg * *(const long *)arg;
    return 0;
}

// A task of the outer pool. Its own pool is still there when it returns.
static int outer(const void *arg, size_t arg_size, void *result, size_t size) {
    (void)arg, (void)arg_size, (void)size;
    const long items[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct answer *answer = result;
    struct pool *inner = pool_create(&(struct pool_options){.workers = 2});
    if (!inner)
        return pool_fail("no pool in a pool");
    pool_worker_pids(inner, answer->workers, 2);
    return pool_map(inner, square, items, 10, sizeof *items, answer->squares,
                    sizeof(long), 1);
}

int main(void) {
    struct answer answer;
    struct pollfd ends[2];
    pid_t worker;
    struct pool *pool = pool_create(&(struct pool_options){.workers = 1});
    if (!pool)
        err(1, "pool_create");
    int error = pool_apply(pool, outer, NULL, 0, &answer, sizeof answer);
    if (error < 0)
        errx(1, "pool_apply: %s", pool_strerror(error));
    printf("the inner pool says: 9 * 9 = %ld\n", answer.squares[9]);
    for (int i = 0; i < 2; i++) { // a pidfd is readable once its process ends
        ends[i] = (struct pollfd){pidfd_open(answer.workers[i], 0), POLLIN, 0};
        if (ends[i].fd < 0)
            err(1, "pidfd_open");
    }
    printf("inner workers that have ended: %d\n", poll(ends, 2, 0));
    if (pool_worker_pids(pool, &worker, 1) == 1 && kill(worker, SIGKILL) == 0)
        printf("the outer worker, process %d, is killed\n", worker);
    if (poll(&ends[0], 1, -1) != 1 || poll(&ends[1], 1, -1) != 1)
        err(1, "poll");
    printf("inner workers that have ended: %d\n", poll(ends, 2, 0));
    pool_destroy(pool);
}
