// SPDX-License-Identifier: MIT
// Tiny tasks: a process for each, or a pool made for them? How long is either?
//
//     ./break_even [WORKERS] [RUNS]
#include "pool.h"
#include <err.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64, CELLS = 14 }; // 1, 2, 4 ... 64 tasks, both ways
static long items[MOST];

static double now(void) { // in microseconds
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

// The task, of any size: it does nothing. Runs in a worker, or in a child.
static int idle(const void *a, size_t a_size, void *r, size_t r_size) {
    (void)a, (void)a_size, (void)r, (void)r_size;
    return 0;
}

static void with_forks(size_t tasks) {
    for (size_t i = 0; i < tasks; i++) {
        pid_t pid = fork();
        if (pid < 0)
            err(1, "fork");
        if (pid == 0)
            _exit(idle(&items[i], sizeof *items, NULL, 0));
        waitpid(pid, NULL, 0);
    }
}

static void with_a_pool(size_t tasks, size_t workers) {
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool || pool_map(pool, idle, items, tasks, sizeof *items, NULL, 0, 0))
        errx(1, "no pool of %zu", workers);
    pool_destroy(pool);
}

int main(int argc, char **argv) {
    size_t workers = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
    int runs = argc > 2 ? atoi(argv[2]) : 12, order[CELLS] = {0};
    srand((unsigned)now());
    for (int i = 0; i < runs * CELLS; i++) {
        for (int k = 0; i % CELLS == 0 && k < CELLS; k++) { // a round's order
            int other = rand() % (k + 1);                   // by lot
            order[k] = order[other], order[other] = k;
        }
        size_t cell = (size_t)order[i % CELLS], tasks = 1u << cell / 2;
        double took = now();
        cell % 2 ? with_a_pool(tasks, workers) : with_forks(tasks);
        took = now() - took;
        printf("%s %3zu: %.1f\n", cell % 2 ? "pool" : "fork", tasks, took);
    }
}
