// SPDX-License-Identifier: MIT
// The pool of threads (see threads.h): one lock, two conditions, one counter.
// Runs in: client; thread_main() and what it calls in its threads.
#include "threads.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct threads {
    pthread_mutex_t lock; // of all that is not atomic
    pthread_cond_t work, done;
    bool ending;
    size_t maps;  // submitted so far
    size_t busy;  // threads that have not ended the latest map
    size_t count; // threads
    // The latest map. Constant while threads are busy.
    pool_task_fn *task;
    const char *items;
    char *results;
    size_t tasks, item_size, result_size;
    atomic_size_t next, failed;
    pthread_t thread[];
};

static void run_tasks(struct threads *t) {
    for (size_t i; (i = atomic_fetch_add(&t->next, 1)) < t->tasks;)
        if (t->task(t->items + i * t->item_size, t->item_size,
                    t->results + i * t->result_size, t->result_size) != 0)
            atomic_fetch_add(&t->failed, 1);
}

static void *thread_main(void *arg) {
    struct threads *t = arg;
    pthread_mutex_lock(&t->lock);
    for (size_t seen = 0;; seen++) {
        while (t->maps == seen && !t->ending)
            pthread_cond_wait(&t->work, &t->lock);
        if (t->ending)
            break;
        pthread_mutex_unlock(&t->lock);
        run_tasks(t);
        pthread_mutex_lock(&t->lock);
        if (--t->busy == 0)
            pthread_cond_signal(&t->done);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

struct threads *threads_create(size_t count) {
    struct threads *t = calloc(1, sizeof *t + count * sizeof *t->thread);
    if (!t)
        return NULL;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->work, NULL);
    pthread_cond_init(&t->done, NULL);
    for (; t->count < count; t->count++) {
        int error = pthread_create(&t->thread[t->count], NULL, thread_main, t);
        if (error) {
            threads_destroy(t);
            errno = error;
            return NULL;
        }
    }
    return t;
}

size_t threads_map(struct threads *t, pool_task_fn *task, const void *items,
                   size_t count, size_t item_size, void *results,
                   size_t result_size) {
    pthread_mutex_lock(&t->lock);
    t->task = task;
    t->items = items, t->tasks = count, t->item_size = item_size;
    t->results = results, t->result_size = result_size;
    atomic_store(&t->next, 0);
    atomic_store(&t->failed, 0);
    t->busy = t->count;
    t->maps++;
    pthread_cond_broadcast(&t->work);
    while (t->busy > 0)
        pthread_cond_wait(&t->done, &t->lock);
    pthread_mutex_unlock(&t->lock);
    return atomic_load(&t->failed);
}

void threads_destroy(struct threads *t) {
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->ending = true;
    pthread_cond_broadcast(&t->work);
    pthread_mutex_unlock(&t->lock);
    for (size_t i = 0; i < t->count; i++)
        pthread_join(t->thread[i], NULL);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->work);
    pthread_cond_destroy(&t->done);
    free(t);
}
