// SPDX-License-Identifier: MIT
// Every worker draws one "random" number. Are they different?
//
//     cc same_random.c -I../../lib ../../build/gcc/lib/libpool.a
//     ./a.out [WORKERS]        (then: ./a.out 2 seed)
#include "pool.h"
#include <err.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

struct answer {
    pid_t pid;
    int drawn;
};
static size_t workers = 2;
static atomic_size_t *begun; // in a shared page, as in lesson 2

// The initialiser: once in each worker, before its first task.
static int seed(void *arg) {
    unsigned number;
    (void)arg;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        return 1;
    srand(number);
    return 0;
}

// The task: waits until all have begun, so that each is in another worker.
static int draw(const void *arg, size_t arg_size, void *result, size_t size) {
    (void)arg, (void)arg_size, (void)size;
    atomic_fetch_add(begun, 1);
    while (atomic_load(begun) < workers)
        sched_yield();
    *(struct answer *)result = (struct answer){getpid(), rand()};
    return 0;
}

int main(int argc, char **argv) {
    workers = argc > 1 ? strtoul(argv[1], NULL, 10) : workers;
    begun = mmap(NULL, sizeof *begun, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct pool *pool = pool_create(&(struct pool_options){
        .workers = workers, .init = argc > 2 ? seed : NULL}); // 1 create
    struct answer answers[POOL_MAX_WORKERS];
    if (begun == MAP_FAILED || !pool)
        err(1, "a pool of %zu workers", workers);
    char items[POOL_MAX_WORKERS] = {0};
    int error = pool_map(pool, draw, items, workers, 1, answers,
                         sizeof *answers, 1); // 2 submit, and wait
    if (error < 0)
        errx(1, "pool_map: %s", pool_strerror(error));
    for (size_t i = 0; i < workers; i++)
        printf("worker process %d draws %d\n", answers[i].pid,
               answers[i].drawn);
    pool_destroy(pool);
}
