// SPDX-License-Identifier: MIT
// Two tasks fail, and nobody asks for the first: what is printed?
//
//     ./forgotten_error
#include "pool.h"

// The task fails, and says why. Runs in a worker.
static int fails(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    return pool_fail("no word number %d", *(const int *)arg);
}

int main(void) {
    struct pool_result *kept = NULL;
    struct pool *pool = pool_create(NULL);
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    int first = 1, second = 2; // the first is thrown away, the second is kept
    int error = pool_apply_async(pool, fails, &first, sizeof first, 0, NULL,
                                 NULL, NULL);
    if (error == 0)
        error = pool_apply_async(pool, fails, &second, sizeof second, 0, NULL,
                                 NULL, &kept);
    if (error < 0)
        fprintf(stderr, "pool_apply_async: %s\n", pool_strerror(error));
    pool_close(pool);
    pool_join(pool);
    puts("both tasks have ended");
    if (kept)
        printf("the one that was kept says: %s\n", pool_result_message(kept));
    pool_destroy(pool);
    return error < 0;
}
