// SPDX-License-Identifier: MIT
// One of many tasks aborts: how many results are left?
//
//     cc crash.c -I../../lib ../../build/gcc/lib/libpool.a
//     ./a.out processes        (then: ./a.out threads)
#include "pool.h"
#include <err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { TASKS = 20, BAD = 7 };
static int numbers[TASKS], squares[TASKS];

// The task. Number BAD fails as a wrong assert() does.
static int square(const void *arg, size_t arg_size, void *result, size_t size) {
    (void)arg_size, (void)size;
    int number = *(const int *)arg;
    if (number == BAD)
        abort();
    *(int *)result = number * number;
    return 0;
}

static void *thread_main(void *arg) {
    square(arg, sizeof(int), &squares[(int *)arg - numbers], sizeof(int));
    return NULL;
}

static void with_threads(void) {
    pthread_t threads[TASKS];
    for (int i = 0; i < TASKS; i++)
        if (pthread_create(&threads[i], NULL, thread_main, &numbers[i]) != 0)
            errx(1, "pthread_create failed");
    for (int i = 0; i < TASKS; i++)
        pthread_join(threads[i], NULL);
}

static void with_processes(void) {
    struct pool *pool = pool_create(&(struct pool_options){.workers = 2});
    if (!pool)
        err(1, "pool_create");
    int error = pool_map(pool, square, numbers, TASKS, sizeof *numbers, squares,
                         sizeof *squares, 1);
    printf("pool_map: %s\n", pool_strerror(error));
    pool_destroy(pool);
}

int main(int argc, char **argv) {
    int right = 0;
    for (int i = 0; i < TASKS; i++)
        numbers[i] = i + 1;
    if (argc > 1 && strcmp(argv[1], "threads") == 0)
        with_threads();
    else
        with_processes();
    for (int i = 0; i < TASKS; i++)
        right += squares[i] == numbers[i] * numbers[i];
    printf("results that are right: %d of %d\n", right, TASKS);
}
