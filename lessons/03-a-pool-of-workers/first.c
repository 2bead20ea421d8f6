// SPDX-License-Identifier: MIT
// The first program: 100 powers on a pool of one worker per CPU.
// Runs in: client, except power(), which runs in the workers.
//! [first]
#include "pool.h"
#include <math.h>

struct power {
    double base, exponent;
};

// The task. Runs in a worker.
static int power(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    const struct power *p = arg;
    if (arg_size != sizeof *p || result_size != sizeof(double))
        return pool_fail("power: wrong sizes");
    *(double *)result = pow(p->base, p->exponent);
    return 0;
}

int main(void) {
    struct pool_result *results[100];
    double square, sum = 0;
    int error;

    // 1 create the pool: no options, so one worker per CPU
    struct pool *pool = pool_create(NULL);
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    // 2 submit: returns at once, a worker computes pow(i, 2)
    for (int i = 0; i < 100; i++) {
        struct power p = {i, 2};
        error = pool_apply_async(pool, power, &p, sizeof p, sizeof square, NULL,
                                 NULL, &results[i]);
        if (error < 0)
            goto failed;
    }
    // 3 close: no more tasks will come
    if ((error = pool_close(pool)) < 0)
        goto failed;
    // 4 join: every task has ended, every worker is gone
    if ((error = pool_join(pool)) < 0)
        goto failed;
    // 5 use the results
    for (int i = 0; i < 100; i++) {
        error = pool_result_get(results[i], &square, sizeof square, 0);
        if (error < 0)
            goto failed;
        sum += square;
    }
    printf("0 + 1 + 4 + ... + 9801 = %.0f\n", sum);
    pool_destroy(pool); // frees the results too
    return 0;

failed:
    fprintf(stderr, "first: %s\n", pool_strerror(error));
    pool_destroy(pool);
    return 1;
}
//! [first]
