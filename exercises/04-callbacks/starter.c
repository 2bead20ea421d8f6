// SPDX-License-Identifier: MIT
// Exercise 4: results and callbacks on top of workers that live on.
//
// It begins where your exercise 3 ended: the workers, their pipes, and how an
// item comes to one of them. What is yours is marked TODO.
#include "callbacks.h"

#include <stdlib.h>

// TODO: a worker, as in exercise 3.

struct result {
    long item, value;
    int ready;
    callback_fn *callback;
    void *user;
};

struct pool {
    struct result *result;
    int given, room; // results 0 … given - 1
    int next;        // the first that no worker has got yet
    // TODO: the workers
};

// 1 create the workers
struct pool *pool_create(int workers, task_fn *task) {
    // TODO: as in exercise 3
    (void)workers;
    (void)task;
    return NULL;
}

// 2 serve
// TODO: as in exercise 3

// TODO: give idle workers the items that wait: results from pool->next on.

// TODO: take a worker's result: store it, feed, and only then tell. The callback
// may submit, and pool->result may move meanwhile.

// 3 submit
int pool_apply_async(struct pool *pool, long item, callback_fn *callback,
                     void *user) {
    // TODO: one more result (pool->result grows by realloc), then feed.
    (void)pool;
    (void)item;
    (void)callback;
    (void)user;
    return -1;
}

// 4 use the results
int pool_result_ready(struct pool *pool, int number) {
    // TODO: take what is there, without waiting.
    (void)pool;
    (void)number;
    return 0;
}

int pool_result_get(struct pool *pool, int number, long *result) {
    // TODO: take what comes, until it is ready.
    (void)pool;
    (void)number;
    (void)result;
    return -1;
}

// 5 close and join
void pool_destroy(struct pool *pool) {
    // TODO: wait for all that was submitted; then as in exercise 3.
    (void)pool;
}
