// SPDX-License-Identifier: MIT
// Exercise 6: close, join, terminate as a state machine.
//
//              close            join
//   OPEN ───────────► CLOSED ───────────► JOINED
//     │                 │ terminate          ▲
//     │ terminate       ▼          join      │
//     └──────────► TERMINATED ───────────────┘
//
// It begins where your exercise 4 ended, without its callbacks. What is yours is
// marked TODO.
#include "lifecycle.h"

#include <stdlib.h>

enum state { OPEN, CLOSED, TERMINATED, JOINED };

// TODO: a worker, as in exercise 4.

struct result {
    long item, value;
    int status; // 0, POOL_ENOTREADY, POOL_ECANCELLED
};

struct pool {
    enum state state;
    struct result *result;
    int given, room; // results 0 … given - 1
    int next;        // the first that no worker has got yet
    // TODO: the workers
};

// 1 create the workers
struct pool *pool_create(int workers, task_fn *task) {
    // TODO: as in exercise 4
    (void)workers;
    (void)task;
    return NULL;
}

// 2 submit
int pool_apply_async(struct pool *pool, long item) {
    // TODO: as in exercise 4, but not in every state.
    (void)pool;
    (void)item;
    return POOL_ENOMEM;
}

// 5 use the results
int pool_result_status(struct pool *pool, int number, long *result) {
    // TODO: in which states is there something to take in?
    (void)pool;
    (void)number;
    (void)result;
    return POOL_EINVAL;
}

// 3 close
int pool_close(struct pool *pool) {
    // TODO
    (void)pool;
    return POOL_EINVAL;
}

int pool_terminate(struct pool *pool) {
    // TODO
    (void)pool;
    return POOL_EINVAL;
}

// 4 join
int pool_join(struct pool *pool) {
    // TODO
    (void)pool;
    return POOL_EINVAL;
}

void pool_destroy(struct pool *pool) {
    // TODO: terminate and join where that has not been done.
    (void)pool;
}
