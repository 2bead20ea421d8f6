// SPDX-License-Identifier: MIT
// Exercise 11's calls. Results have numbers, from 0, that the judge gives; a
// result's number is its task's id, too. Runs in: driver.
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver.h"
#include "minipool.h"

#define MOST 400
#define NOT_SET (-1000)

// What a callback does, beside telling. The judge's enum has the same order.
enum kind { NONE, TELLS, SUBMITS, CLOSES, TERMINATES, ASKS, NO_HANDLE };

static struct pool *pools[2] DRIVER_HOLDS, *mine DRIVER_HOLDS;
static struct pool_result *handle[MOST] DRIVER_HOLDS;

static int task(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    long value = 0;
    if (arg_size == sizeof value)
        memcpy(&value, arg, sizeof value);
    value = driver_task(arg_size == sizeof value ? driver_id(value) : -1);
    if (result_size == sizeof value)
        memcpy(result, &value, sizeof value);
    return 0;
}

static int failing_task(const void *arg, size_t arg_size, void *result,
                        size_t result_size) {
    task(arg, arg_size, result, result_size);
    return 5;
}

// What it returns is no byte, and may be one of the library's own errors.
static int oddly_failing_task(const void *arg, size_t arg_size, void *result,
                              size_t result_size) {
    static const int failure[] = {5, 256, -1, POOL_ECANCELLED, 1 << 30};
    task(arg, arg_size, result, result_size);
    long item;
    memcpy(&item, arg, sizeof item);
    return failure[(unsigned long)driver_id(item) % 5];
}

// Fails from item 6 on.
static int late_failing_task(const void *arg, size_t arg_size, void *result,
                             size_t result_size) {
    long item;
    task(arg, arg_size, result, result_size);
    memcpy(&item, arg, sizeof item);
    return driver_id(item) >= 6;
}

// Whether it is aligned for every type of that size, as far as there are any.
static bool is_aligned(const void *at, size_t size) {
    size_t to = _Alignof(max_align_t);
    while (to > 1 && size % to != 0)
        to /= 2;
    return size == 0 || (uintptr_t)at % to == 0;
}

// Each byte of the result is one of the argument's, and one more; without any,
// its own place.
static int bytes_task(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    const unsigned char *from = arg;
    for (size_t i = 0; i < result_size; i++)
        ((unsigned char *)result)[i] =
            (unsigned char)(arg_size ? from[i % arg_size] + 1u : i);
    return !is_aligned(arg, arg_size) || !is_aligned(result, result_size);
}

static void reply(struct wire *m, int64_t value) {
    m->value[0] = value;
    m->count = 1;
}

// which, workers -> made, errno
static void call_create(struct wire *m) {
    int64_t workers = m->value[1]; // -1: options that say 0
    struct pool_options options = {.workers =
                                       workers < 0 ? 0 : (size_t)workers};
    errno = 0;
    mine = pools[m->value[0]] = pool_create(workers ? &options : NULL);
    m->value[1] = errno;
    driver_made(mine);
    reply(m, mine != NULL);
    m->count = 2;
}

// From here on calls are for this one.
static void call_choose(struct wire *m) {
    mine = pools[m->value[0]];
    m->count = 0;
}

static void tell(struct pool_result *result, int64_t number) {
    long value = NOT_SET;
    int status = pool_result_get(result, &value, sizeof value, 0);
    driver_event(number, value, status);
}

static void tells(struct pool_result *result, void *user) {
    tell(result, *(int *)user);
}

static void submits(struct pool_result *result, void *user) {
    static int numbers[MOST];
    int number = *(int *)user;
    for (int i = 1; i <= 30; i++) {
        long item = driver_item(number + i);
        numbers[number + i] = number + i;
        pool_apply_async(mine, task, &item, sizeof item, sizeof item, tells,
                         &numbers[number + i], NULL);
    }
    tell(result, number);
}

static void closes(struct pool_result *result, void *user) {
    pool_close(mine);
    tell(result, *(int *)user);
}

static void terminates(struct pool_result *result, void *user) {
    pool_terminate(mine);
    tell(result, *(int *)user);
}

// Waits until the judge lets it go on.
static void asks(struct pool_result *result, void *user) {
    driver_task(1000 + *(int *)user);
    tell(result, *(int *)user);
}

// number, kind of callback, whether the task fails -> returned
static void call_async(struct wire *m) {
    static pool_callback_fn *const callback[] = {
        NULL, tells, submits, closes, terminates, asks, tells};
    static int numbers[MOST];
    int number = (int)m->value[0];
    long item = driver_item(number);
    numbers[number] = number;
    handle[number] = NULL;
    reply(m, pool_apply_async(
                 mine, m->value[2] ? failing_task : task, &item, sizeof item,
                 sizeof item, callback[m->value[1]], &numbers[number],
                 m->value[1] == NO_HANDLE ? NULL : &handle[number]));
}

// how many -> how many were taken, until one was not; nobody holds their handles
static void call_asyncs(struct wire *m) {
    int64_t taken = 0;
    for (long item = 0; taken < m->value[0]; taken++)
        if (pool_apply_async(mine, task, &item, sizeof item, sizeof item, NULL,
                             NULL, NULL) != 0)
            break;
    reply(m, taken);
}

static int printing_task(const void *arg, size_t arg_size, void *result,
                         size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    fputs("task", stdout);
    return 0;
}

// A pool of one worker, and output that the judge does not see -> returned, how
// much of it is there when the result is ready
static void call_prints(struct wire *m) {
    struct pool_options options = {.workers = 1};
    char text[100];
    int ends[2], before = dup(STDOUT_FILENO);
    int64_t error = NOT_SET, length = 0;
    fflush(stdout);
    if (before >= 0 && pipe(ends) == 0) {
        dup2(ends[1], STDOUT_FILENO);
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        struct pool *pool = pool_create(&options);
        driver_made(pool);
        if (pool)
            error = pool_apply(pool, printing_task, NULL, 0, NULL, 0);
        for (ssize_t n; (n = read(ends[0], text, sizeof text)) > 0;)
            length += n;
        dup2(before, STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
    }
    close(before);
    reply(m, error);
    m->value[1] = length;
    m->count = 2;
}

// number, whether it fails -> returned, result
static void call_apply(struct wire *m) {
    long item = driver_item(m->value[0]), result = NOT_SET;
    reply(m, pool_apply(mine, m->value[1] ? oddly_failing_task : task, &item,
                        sizeof item, &result, sizeof result));
    m->value[1] = result;
    m->count = 2;
}

// sizes of argument and result -> returned, right bytes
static void call_bytes(struct wire *m) {
    size_t arg_size = (size_t)m->value[0], size = (size_t)m->value[1];
    unsigned char *arg = malloc(arg_size + 1), *result = calloc(1, size + 1);
    int64_t right = 0;
    for (size_t i = 0; arg && i < arg_size; i++)
        arg[i] = (unsigned char)(i * 7 % 251);
    reply(m, !arg || !result
                 ? NOT_SET
                 : pool_apply(mine, bytes_task, arg_size ? arg : NULL, arg_size,
                              size ? result : NULL, size));
    for (size_t i = 0; result && arg && i < size; i++)
        right +=
            result[i] == (unsigned char)(arg_size ? arg[i % arg_size] + 1u : i);
    m->value[1] = right;
    m->count = 2;
    free(arg);
    free(result);
}

// What is wrong in one way each -> what was returned
static void call_wrong(struct wire *m) {
    long item = 0, result;
    m->value[0] = pool_apply(NULL, task, &item, sizeof item, &result, 8);
    m->value[1] = pool_apply(mine, NULL, &item, sizeof item, &result, 8);
    m->value[2] = pool_apply(mine, task, NULL, sizeof item, &result, 8);
    m->value[3] = pool_apply(mine, task, &item, sizeof item, NULL, 8);
    m->value[4] = pool_apply_async(mine, NULL, &item, 8, 8, NULL, NULL, NULL);
    m->value[5] = pool_map(NULL, task, &item, 1, 8, &result, 8, 1);
    m->value[6] = pool_map(mine, task, NULL, 1, 8, &result, 8, 1);
    m->count = 7;
}

// count, which fail (0: none, 1: all, 2: from 6 on), chunksize, 1: items and
// results of no size -> returned, results
static void call_map(struct wire *m) {
    static long items[RACE_ITEMS], results[RACE_ITEMS];
    int count = (int)m->value[0];
    bool empty = m->value[3] != 0;
    for (int i = 0; i < count; i++) {
        items[i] = driver_item(i);
        results[i] = NOT_SET;
    }
    pool_task_fn *fn = m->value[1] == 0   ? task
                       : m->value[1] == 1 ? failing_task
                                          : late_failing_task;
    reply(m, pool_map(mine, fn, empty ? NULL : items, (size_t)count,
                      empty ? 0 : sizeof *items, empty ? NULL : results,
                      empty ? 0 : sizeof *results, (size_t)m->value[2]));
    for (int i = 0; i < count && i < MOST; i++)
        m->value[1 + i] = results[i];
    m->count = 1 + (uint32_t)(count < MOST ? count : MOST);
}

static int count_task(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    long item;
    (void)arg_size;
    memcpy(&item, arg, sizeof item);
    driver_count(item);
    item = 3 * item + 1;
    memcpy(result, &item, result_size);
    return 0;
}

// count, chunksize -> returned, items not run once, wrong results
static void call_many(struct wire *m) {
    static long items[RACE_ITEMS], results[RACE_ITEMS];
    int64_t count = m->value[0], wrong = 0;
    for (int64_t i = 0; i < count; i++)
        items[i] = i;
    driver_race_test(0);
    reply(m, pool_map(mine, count_task, items, (size_t)count, sizeof *items,
                      results, sizeof *results, (size_t)m->value[1]));
    for (int64_t i = 0; i < count; i++)
        wrong += results[i] != 3 * i + 1;
    m->value[1] = driver_count_not_once(count);
    m->value[2] = wrong;
    m->count = 3;
}

// number, timeout -> returned
static void call_wait(struct wire *m) {
    reply(m, pool_result_wait(handle[m->value[0]], (int)m->value[1]));
}

static void call_ready(struct wire *m) {
    reply(m, pool_result_ready(handle[m->value[0]]));
}

static void call_status(struct wire *m) {
    reply(m, pool_result_status(handle[m->value[0]]));
}

// number, timeout, size -> returned, result, what is behind it
static void call_get(struct wire *m) {
    long result[4] = {NOT_SET, NOT_SET, NOT_SET, NOT_SET};
    reply(m, pool_result_get(handle[m->value[0]], m->value[2] ? result : NULL,
                             (size_t)m->value[2], (int)m->value[1]));
    m->value[1] = result[0];
    m->value[2] = result[1];
    m->count = 3;
}

static void call_free(struct wire *m) {
    pool_result_free(m->value[0] < 0 ? NULL : handle[m->value[0]]);
    m->count = 0;
}

static void call_close(struct wire *m) { reply(m, pool_close(mine)); }
static void call_terminate(struct wire *m) { reply(m, pool_terminate(mine)); }
static void call_join(struct wire *m) { reply(m, pool_join(mine)); }

static void call_destroy(struct wire *m) {
    pool_destroy(mine);
    pool_destroy(NULL);
    driver_destroyed(mine);
    m->count = 0;
}

DRIVER_CALLS(call_create, call_choose, call_async, call_asyncs, call_prints,
             call_apply, call_bytes, call_wrong, call_map, call_many, call_wait,
             call_ready, call_status, call_get, call_free, call_close,
             call_terminate, call_join, call_destroy);
