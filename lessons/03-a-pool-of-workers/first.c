// SPDX-License-Identifier: MIT
// The first program: 100 powers on a pool of one worker per CPU.
//
//     ./first
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
    double square = 0, sum = 0;
    int error = 0;

    struct pool *pool = pool_create(NULL); // 1 create: one worker per CPU
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    for (int i = 0; i < 100 && error == 0; i++) {
        struct power p = {i, 2}; // 2 submit: returns at once
        error = pool_apply_async(pool, power, &p, sizeof p, sizeof square, NULL,
                                 NULL, &results[i]);
    }
    pool_close(pool); // 3 close: no more tasks will come
    pool_join(pool);  // 4 join: every task has ended, every worker is gone
    for (int i = 0; i < 100 && error == 0; i++) { // 5 use the results
        error = pool_result_get(results[i], &square, sizeof square, 0);
        sum += square;
    }
    if (error < 0)
        fprintf(stderr, "first: %s\n", pool_strerror(error));
    else
        printf("0 + 1 + 4 + ... + 9801 = %.0f\n", sum);
    pool_destroy(pool); // frees the results too
    return error < 0;
}
//! [first]
