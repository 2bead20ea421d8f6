// SPDX-License-Identifier: MIT
// Exercise 6's calls. A result's number is its task's id, too. Runs in: driver.
#include "driver.h"
#include "lifecycle.h"

#define NOT_SET (-1000)

static struct pool *pool DRIVER_HOLDS;

static long task(long item) { return driver_task(driver_id(item)); }

static void reply(struct wire *m, int64_t value) {
    m->value[0] = value;
    m->count = 1;
}

static void call_create(struct wire *m) {
    pool = pool_create((int)m->value[0], task);
    driver_made(pool);
    reply(m, pool != NULL);
}

static void call_async(struct wire *m) {
    reply(m, pool_apply_async(pool, driver_item(m->value[0])));
}

// id of the first item, how many -> how many were taken, until one was not
static void call_many(struct wire *m) {
    int64_t first = m->value[0], count = m->value[1];
    int64_t i = 0;
    while (i < count && pool_apply_async(pool, driver_item(first + i)) >= 0)
        i++;
    reply(m, i);
}

static long count(long item) {
    driver_count(item);
    return 3 * item + 1;
}

// how many -> how many were taken, and of those: run not once, wrong results; by
// a pool of its own, which is closed and joined
static void call_all(struct wire *m) {
    struct pool *many = pool_create(2, count);
    int64_t n = m->value[0], taken = 0, wrong = 0;
    driver_made(many);
    driver_race_test(0);
    while (many && taken < n && pool_apply_async(many, taken) >= 0)
        taken++;
    if (many) {
        pool_close(many);
        pool_join(many);
    }
    for (int64_t i = 0; i < taken; i++) {
        long result = NOT_SET;
        wrong += pool_result_status(many, (int)i, &result) != 0 ||
                 result != 3 * i + 1;
    }
    reply(m, taken);
    m->value[1] = driver_count_not_once(taken);
    m->value[2] = wrong;
    m->count = 3;
}

static void call_status(struct wire *m) {
    long result = NOT_SET;
    reply(m, pool_result_status(pool, (int)m->value[0], &result));
    m->value[1] = result;
    m->count = 2;
}

static void call_close(struct wire *m) { reply(m, pool_close(pool)); }
static void call_terminate(struct wire *m) { reply(m, pool_terminate(pool)); }
static void call_join(struct wire *m) { reply(m, pool_join(pool)); }

static void call_destroy(struct wire *m) {
    pool_destroy(pool);
    driver_destroyed(pool);
    m->count = 0;
}

DRIVER_CALLS(call_create, call_async, call_many, call_all, call_status,
             call_close, call_terminate, call_join, call_destroy);
