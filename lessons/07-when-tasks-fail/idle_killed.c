// SPDX-License-Identifier: MIT
// kill -9 of all workers, while they have nothing to do. Is anything lost?
//
//     ./idle_killed [WORKERS] [TASKS]
#include "pool.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t workers;
static atomic_size_t *came; // shared by all processes

// A task: which process runs it? It waits for the others, so that each worker
// runs one. Runs in a worker.
static int tell_pid(const void *arg, size_t arg_size, void *result,
                    size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    atomic_fetch_add(came, 1);
    while (atomic_load(came) < workers)
        usleep(1000);
    *(pid_t *)result = getpid();
    return 0;
}

// A task. Runs in a worker.
static int square(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    size_t number = *(const size_t *)arg;
    (void)arg_size, (void)result_size;
    *(size_t *)result = number * number;
    return 0;
}

int main(int argc, char **argv) {
    workers = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
    size_t tasks = argc > 2 ? strtoul(argv[2], NULL, 10) : 200;
    size_t items[tasks + 1], results[tasks + 1], right = 0;
    pid_t pids[workers + 1];
    for (size_t i = 0; i < tasks; i++)
        items[i] = i;

    came = mmap(NULL, sizeof *came, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    int error =
        pool_map(pool, tell_pid, NULL, workers, 0, pids, sizeof *pids, 1);
    for (size_t i = 0; i < workers && error == 0; i++) {
        siginfo_t end; // is awaited where the workers are this process's own
        kill(pids[i], SIGKILL);
        waitid(P_PID, (id_t)pids[i], &end, WEXITED | WNOWAIT);
    }
    if (error == 0)
        error = pool_map(pool, square, items, tasks, sizeof *items, results,
                         sizeof *results, 1);
    for (size_t i = 0; i < tasks && error == 0; i++)
        right += results[i] == i * i;
    printf("workers killed: %zu, right results: %zu of %zu\n", workers, right,
           tasks);
    pool_destroy(pool);
    return 0;
}
