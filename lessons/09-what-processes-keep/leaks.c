// SPDX-License-Identifier: MIT
// A task that forgets to close a file: what do the tasks after it find?
//
//     cc leaks.c -I../../lib ../../build/gcc/lib/libpool.a -o leaks
//     ./leaks [TASKS [LIFE]]   (LIFE: tasks, then a worker is replaced)
#include "pool.h"
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int calls, tasks = 12; // each process has its own
static int met[2][2];         // two pipes: all workers have them

struct answer {
    pid_t pid;
    int calls, descriptor;
};

// The task. Numbers 0 and 5 wait for each other, so both workers take part.
static int leak(const void *arg, size_t arg_size, void *result, size_t size) {
    (void)arg_size, (void)size;
    int number = *(const int *)arg;
    char byte = 0;
    if (tasks > 5 && (number == 0 || number == 5) &&
        (write(met[number == 0][1], &byte, 1) != 1 ||
         read(met[number == 5][0], &byte, 1) != 1))
        return pool_fail("the two tasks did not meet");
    int descriptor = open("/dev/null", O_RDONLY); // never closed
    *(struct answer *)result = (struct answer){getpid(), ++calls, descriptor};
    return descriptor < 0;
}

int main(int argc, char **argv) {
    tasks = argc > 1 ? atoi(argv[1]) : tasks;
    size_t life = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    size_t count = tasks > 0 ? (size_t)tasks : 0;
    int *items = calloc(count + 1, sizeof *items);
    struct answer *answers = calloc(count + 1, sizeof *answers);
    if (!items || !answers || pipe(met[0]) < 0 || pipe(met[1]) < 0)
        err(2, "for %zu tasks", count);
    for (int i = 0; i < tasks; i++)
        items[i] = i;
    struct pool *pool = pool_create(&(struct pool_options){
        .workers = 2, .max_tasks_per_worker = life}); // 1 create
    if (!pool)
        err(1, "pool_create");
    int error = pool_map(pool, leak, items, count, sizeof *items, answers,
                         sizeof *answers, 5); // 2 submit, 5 at a time, and wait
    for (int i = 0; i < tasks; i++)
        printf("task %d: process %d, its task number %d, descriptor %d\n", i,
               answers[i].pid, answers[i].calls, answers[i].descriptor);
    printf("the client's calls: %d\n", calls);
    pool_destroy(pool);
    if (error < 0)
        errx(1, "pool_map: %s", pool_strerror(error));
}
