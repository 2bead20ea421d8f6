// SPDX-License-Identifier: MIT
// Your pool on something visible: make try11. Runs in: the client and its
// workers.
#include "minipool.h"

#include <math.h>
#include <signal.h>
#include <string.h>

// As in the notes: pow(i, 2), but one of them dies.
static int task(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    int i;
    memcpy(&i, arg, arg_size);
    if (i == 13)
        raise(SIGKILL);
    double power = pow(i, 2);
    memcpy(result, &power, result_size);
    return 0;
}

static void told(struct pool_result *result, void *user) {
    double power;
    int error = pool_result_get(result, &power, sizeof power, 0);
    if (error)
        printf("  %d: %s\n", *(int *)user, pool_strerror(error));
    else
        printf("  %d: %.0f\n", *(int *)user, power);
}

int main(void) {
    struct pool *pool = pool_create(NULL);
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    int items[20];
    for (int i = 0; i < 20; i++) {
        items[i] = i;
        int error = pool_apply_async(pool, task, &items[i], sizeof items[i],
                                     sizeof(double), told, &items[i], NULL);
        if (error)
            printf("submitting %d: %s\n", i, pool_strerror(error));
    }
    printf("close: %s\n", pool_strerror(pool_close(pool)));
    printf("join: %s\n", pool_strerror(pool_join(pool)));
    pool_destroy(pool);
    return 0;
}
