// SPDX-License-Identifier: MIT
// Exercise 11: a pool of your own. All of it is yours; minipool.h says what each
// function promises.
#define _GNU_SOURCE
#include "minipool.h"

#include <errno.h>

struct pool {
    size_t workers;
};

struct pool_result {
    struct pool *pool;
};

// 1 create
struct pool *pool_create(const struct pool_options *options) {
    (void)options;
    errno = ENOSYS;
    return NULL;
}

// 2 submit
int pool_apply_async(struct pool *pool, pool_task_fn *fn, const void *arg,
                     size_t arg_size, size_t result_size,
                     pool_callback_fn *callback, void *user,
                     struct pool_result **out) {
    (void)pool, (void)fn, (void)arg, (void)arg_size, (void)result_size;
    (void)callback, (void)user, (void)out;
    return POOL_ESYS;
}

int pool_apply(struct pool *pool, pool_task_fn *fn, const void *arg,
               size_t arg_size, void *result, size_t result_size) {
    (void)pool, (void)fn, (void)arg, (void)arg_size, (void)result;
    (void)result_size;
    return POOL_ESYS;
}

int pool_map(struct pool *pool, pool_task_fn *fn, const void *items,
             size_t count, size_t item_size, void *results, size_t result_size,
             size_t chunksize) {
    (void)pool, (void)fn, (void)items, (void)count, (void)item_size;
    (void)results, (void)result_size, (void)chunksize;
    return POOL_ESYS;
}

// 5 use
int pool_result_wait(struct pool_result *result, int timeout_ms) {
    (void)result, (void)timeout_ms;
    return POOL_ESYS;
}

bool pool_result_ready(struct pool_result *result) {
    (void)result;
    return false;
}

int pool_result_status(struct pool_result *result) {
    (void)result;
    return POOL_ESYS;
}

int pool_result_get(struct pool_result *result, void *out, size_t out_size,
                    int timeout_ms) {
    (void)result, (void)out, (void)out_size, (void)timeout_ms;
    return POOL_ESYS;
}

void pool_result_free(struct pool_result *result) { (void)result; }

// 3 close
int pool_close(struct pool *pool) {
    (void)pool;
    return POOL_ESYS;
}

int pool_terminate(struct pool *pool) {
    (void)pool;
    return POOL_ESYS;
}

// 4 join
int pool_join(struct pool *pool) {
    (void)pool;
    return POOL_ESYS;
}

void pool_destroy(struct pool *pool) { (void)pool; }
