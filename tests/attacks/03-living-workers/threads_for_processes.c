// SPDX-License-Identifier: MIT
// Tries: runs the tasks in threads of the process that called.
// Score: 0
#include "workers.h"

#include <pthread.h>
#include <stdlib.h>

struct pool {
    int workers, next, count;
    task_fn *task;
    const long *items;
    long *results;
    pthread_mutex_t lock;
};

static void *work(void *arg) {
    struct pool *c = arg;
    for (;;) {
        pthread_mutex_lock(&c->lock);
        int i = c->next++;
        pthread_mutex_unlock(&c->lock);
        if (i >= c->count)
            return NULL;
        c->results[i] = c->task(c->items[i]);
    }
}

struct pool *pool_create(int workers, task_fn *task) {
    struct pool *c = calloc(1, sizeof *c);
    c->workers = workers;
    c->task = task;
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

int pool_map(struct pool *c, const long *items, int count, long *results) {
    pthread_t threads[16];
    c->items = items;
    c->results = results;
    c->count = count;
    c->next = 0;
    for (int i = 0; i < c->workers; i++)
        pthread_create(&threads[i], NULL, work, c);
    for (int i = 0; i < c->workers; i++)
        pthread_join(threads[i], NULL);
    return 0;
}

void pool_destroy(struct pool *c) { free(c); }
