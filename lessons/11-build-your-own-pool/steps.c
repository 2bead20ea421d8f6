// SPDX-License-Identifier: MIT
// Tries the pool that you type into my.c, after each step (here the second):
// cc ... -DSTEP=2 -include my.c steps.c -o steps && ./steps
#ifndef STEP
#define STEP 5
#include "mypool.c"
#endif
#include <signal.h>
#include <stdio.h>
static char bytes[1 << 20]; // more than a socket holds
#if STEP >= 2
static int twice(const void *arg, size_t arg_size, void *result, size_t size) {
    (void)arg_size, (void)size;
    *(int *)result = *(const int *)arg * 2;
    return *(const int *)arg < 0 ? raise(SIGKILL) : 0;
}
#endif

int main(void) {
    int pair[2];
    setvbuf(stdout, NULL, _IOLBF, 0); // or a child prints what was printed
    bool ok = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0;
    if (fork() == 0)
        _exit(!get(pair[1], bytes, sizeof bytes) || !put(pair[1], bytes, 1));
    close(pair[1]);
    ok = ok && put(pair[0], bytes, sizeof bytes) && get(pair[0], bytes, 1);
    ok = ok && wait(NULL) > 0 && !get(pair[0], bytes, 1);
    printf("step 1: %s\n", ok ? "all bytes came, then the end" : "NOT YET");
#if STEP >= 2
    struct order order = {twice, 4, 4};
    int items[100] = {21, -1, 4}, results[100], status[100];
    ok = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0;
    if (fork() == 0)
        close(pair[0]), worker_main(pair[1]);
    ok = ok && put(pair[0], &order, sizeof order) && put(pair[0], items, 4);
    ok = ok && get(pair[0], status, 4) && get(pair[0], results, 4);
    close(pair[0]), close(pair[1]), wait(NULL);
    printf("step 2: %s\n", ok && results[0] == 42 ? "2 x 21 = 42" : "NOT YET");
#endif
#if STEP >= 3
    struct mypool *pool;
    mypool_destroy(pool = mypool_create(3));
    printf("step 3: %s\n", wait(NULL) < 0 ? "destroy left none" : "NOT YET");
#endif
#if STEP >= 4
    struct worker *worker = (pool = mypool_create(1))->worker;
    for (size_t i = 0; i < 3; i++) // the second kills its worker
        ok = ok && give(pool, worker, &order, (char *)items, i) &&
             take(pool, worker, &order, (char *)results, status);
    ok = ok && status[1] == POOL_ELOST && results[2] == 8;
    printf("step 4: %s\n", ok ? "one is lost, the next is done" : "NOT YET");
    mypool_destroy(pool);
#endif
#if STEP >= 5
    pool = mypool_create(3);
    ok = mypool_map(pool, twice, items, 100, 4, results, 4, status);
    ok = ok && results[0] == 42 && status[1] == POOL_ELOST && results[2] == 8;
    printf("step 5: %s\n", ok ? "a map, and one item is lost" : "NOT YET");
#endif
}
