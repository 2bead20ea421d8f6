// SPDX-License-Identifier: MIT
// Ends a pool whose workers all run a task, with five more tasks waiting, by
// the calls that you name: in which orders is the work done?
//
//     ./orders WORKERS close|submit|terminate|join|destroy…
#include "pool.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int gate[2]; // a pipe: each task takes one byte of it, and is done
static size_t done, cancelled;

static int patient(const void *arg, size_t arg_size, void *result,
                   size_t result_size) {
    char byte;
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    return read(gate[0], &byte, 1) == 1 ? 0 : pool_fail("the gate is gone");
}

static void told(struct pool_result *result, void *unused) {
    (void)unused;
    *(pool_result_status(result) == 0 ? &done : &cancelled) += 1;
}

// One call of that name. Before a join that waits, the gate is opened.
static int call(struct pool *pool, const char *name, size_t bytes) {
    static bool closed;
    if (strcmp(name, "close") == 0) {
        closed = true;
        return pool_close(pool);
    }
    if (strcmp(name, "terminate") == 0)
        return pool_terminate(pool);
    if (strcmp(name, "submit") == 0)
        return pool_apply_async(pool, patient, NULL, 0, 0, told, NULL, NULL);
    for (size_t i = 0; closed && i < bytes; i++)
        if (write(gate[1], "", 1) != 1)
            return POOL_ESYS;
    return pool_join(pool);
}

int main(int argc, char **argv) {
    size_t workers = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
    struct pool *pool = NULL;
    if (pipe(gate) == 0)
        pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    for (size_t i = 0; i < workers + 5; i++)
        pool_apply_async(pool, patient, NULL, 0, 0, told, NULL, NULL);
    for (int i = 2; i < argc && strcmp(argv[i], "destroy") != 0; i++)
        printf("%s: %s\n", argv[i],
               pool_strerror(call(pool, argv[i], workers + 5)));
    pool_destroy(pool);
    printf("tasks done: %zu, cancelled: %zu\n", done, cancelled);
    return 0;
}
