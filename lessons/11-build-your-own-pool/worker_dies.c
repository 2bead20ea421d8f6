// SPDX-License-Identifier: MIT
// A worker is killed in its task: what is lost, and whose child is the new one?
//
//     ./worker_dies mine|library [WORKERS] [TASKS]
#include "mypool.h"
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static int setting = 1;   // changed when the pool is there already
static atomic_int *asked; // shared: how many workers are being asked

// The task. -1 kills its worker; n asks n workers what each knows.
static int task(const void *arg, size_t a, void *result, size_t r) {
    int item = *(const int *)arg;
    (void)a, (void)r;
    *(int *)result = setting;
    atomic_fetch_add(asked, item > 0);
    while (atomic_load(asked) < item)
        sched_yield(); // until all workers are here
    return item < 0 ? raise(SIGKILL) : 0;
}

static void map(struct mypool *own, struct pool *pool, const int *items,
                size_t n, int *results) {
    int status[n + 1];
    if (own)
        mypool_map(own, task, items, n, 4, results, 4, status);
    else
        pool_map(pool, task, items, n, 4, results, 4, 1);
}

int main(int argc, char **argv) {
    bool mine = argc < 2 || strcmp(argv[1], "library") != 0;
    size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 2, lost = 0, knows = 0;
    size_t tasks = argc > 3 ? strtoul(argv[3], NULL, 10) : 200;
    int items[tasks + n], results[tasks + n];
    asked = mmap(NULL, sizeof *asked, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct mypool *own = mine ? mypool_create(n) : NULL;
    struct pool_options options = {.workers = n};
    struct pool *pool = mine ? NULL : pool_create(&options);
    if (asked == MAP_FAILED || (!own && !pool))
        return perror("worker_dies"), 1;
    setting = 2;
    for (size_t i = 0; i < tasks + n; i++) // the last n of them ask
        items[i] = i < tasks ? -(i == tasks / 2) : (int)n, results[i] = 0;
    map(own, pool, items, tasks, results);
    map(own, pool, items + tasks, n, results + tasks);
    for (size_t i = 0; i < tasks; i++)
        lost += results[i] == 0;
    for (size_t i = tasks; i < tasks + n; i++)
        knows += results[i] == 2;
    printf("lost items: %zu of %zu\n", lost, tasks);
    printf("workers that know the new setting: %zu of %zu\n", knows, n);
    mine ? mypool_destroy(own) : pool_destroy(pool);
}
