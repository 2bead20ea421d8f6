// SPDX-License-Identifier: MIT
// In which process does a callback run, and when?
//
//     ./callbacks
#include "pool.h"
#include <poll.h>
#include <unistd.h>

// The task: its own process id. Runs in a worker.
static int who(const void *arg, size_t arg_size, void *result,
               size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    *(pid_t *)result = getpid();
    return 0;
}

static const char *inside = "no pool function"; // what main() has called

static void told(struct pool_result *result, void *user) {
    pid_t worker = 0;
    (void)user;
    if (pool_result_get(result, &worker, sizeof worker, 0) == 0)
        printf("task in process %d, callback in process %d, inside %s\n",
               (int)worker, (int)getpid(), inside);
}

int main(void) {
    struct pool *pool = pool_create(NULL);
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    printf("main runs in process %d\n", (int)getpid());
    int error =
        pool_apply_async(pool, who, NULL, 0, sizeof(pid_t), told, NULL, NULL);
    if (error == 0) {
        // Sleep outside the pool's functions until a result is there.
        struct pollfd ready = {.fd = pool_fd(pool), .events = POLLIN};
        poll(&ready, 1, -1);
        puts("a result is there, and nobody has called back");
        inside = "pool_poll()";
        error = pool_poll(pool, POOL_FOREVER);
    }
    if (error < 0)
        fprintf(stderr, "callbacks: %s\n", pool_strerror(error));
    pool_destroy(pool);
    return error < 0;
}
