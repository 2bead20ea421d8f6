// SPDX-License-Identifier: MIT
// Exercise 4's calls. A result's number is its task's id, too. Runs in: driver.
#include "driver.h"
#include "callbacks.h"

#include <stdlib.h>

#define MOST 1100
#define NOT_SET (-1000)

static struct pool *pool DRIVER_HOLDS;

static long task(long item) { return driver_task(driver_id(item)); }

static void tells(int number, long result, void *user) {
    driver_event(number, result, *(int *)user);
}

// Submits 40 more from inside the callback: the results may have to move. They
// have callbacks, too.
static void tells_and_submits(int number, long result, void *user) {
    static int users[MOST];
    for (int i = 1; i <= 40; i++) {
        users[number + i] = 7 * (number + i);
        pool_apply_async(pool, driver_item(number + i), tells,
                         &users[number + i]);
    }
    driver_event(number, result, *(int *)user);
}

static void call_create(struct wire *m) {
    pool = pool_create((int)m->value[0], task);
    driver_made(pool);
    m->value[0] = pool != NULL;
    m->count = 1;
}

// id of the item, kind of callback (0 none, 1 tells, 2 submits), user -> number
static void call_async(struct wire *m) {
    static callback_fn *const kind[] = {NULL, tells, tells_and_submits};
    static int user[MOST];
    int id = (int)m->value[0];
    user[id] = (int)m->value[2];
    static void *in_the_way; // so that a list that grows must move
    m->value[0] =
        pool_apply_async(pool, driver_item(id), kind[m->value[1]], &user[id]);
    in_the_way = in_the_way ? in_the_way : malloc(4096);
    m->count = 1;
}

// id of the first item, how many -> how many were taken, until one was not
static void call_many(struct wire *m) {
    int64_t first = m->value[0], count = m->value[1];
    int64_t i = 0;
    while (i < count &&
           pool_apply_async(pool, driver_item(first + i), NULL, NULL) >= 0)
        i++;
    m->value[0] = i;
    m->count = 1;
}

static long count(long item) {
    driver_count(item);
    return 3 * item + 1;
}

// how many -> how many were taken, and of those: run not once, wrong results; by
// a pool of its own
static void call_all(struct wire *m) {
    struct pool *many = pool_create(2, count);
    int64_t n = m->value[0], taken = 0, wrong = 0;
    driver_made(many);
    driver_race_test(0);
    while (many && taken < n && pool_apply_async(many, taken, NULL, NULL) >= 0)
        taken++;
    for (int64_t i = 0; i < taken; i++) {
        long result = NOT_SET;
        wrong +=
            pool_result_get(many, (int)i, &result) != 0 || result != 3 * i + 1;
    }
    m->value[0] = taken;
    m->value[1] = driver_count_not_once(taken);
    m->value[2] = wrong;
    m->count = 3; // that it is never ended is no concern of this check
}

static void call_ready(struct wire *m) {
    m->value[0] = pool_result_ready(pool, (int)m->value[0]);
    m->count = 1;
}

static void call_get(struct wire *m) {
    long result = NOT_SET;
    m->value[0] = pool_result_get(pool, (int)m->value[0], &result);
    m->value[1] = result;
    m->count = 2;
}

static void call_destroy(struct wire *m) {
    pool_destroy(pool);
    driver_destroyed(pool);
    m->count = 0;
}

DRIVER_CALLS(call_create, call_async, call_many, call_all, call_ready, call_get,
             call_destroy);
