// SPDX-License-Identifier: MIT
// Exercise 8: a bounded queue: a ring in a shared mapping, one lock, and two
// conditions to wait for.
#define _GNU_SOURCE
#include "queue.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>

// 1 what is shared. Everything in it works across processes: no pointers.
struct queue {
    pthread_mutex_t lock;
    pthread_cond_t not_full, not_empty;
    int closed;
    int capacity, count;
    int first; // place of the oldest item
    long item[];
};

static size_t size_for(int capacity) {
    return sizeof(struct queue) + (size_t)capacity * sizeof(long);
}

// 2 create
struct queue *queue_create(int capacity) {
    if (capacity < 1)
        return NULL;
    struct queue *queue = mmap(NULL, size_for(capacity), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (queue == MAP_FAILED)
        return NULL;
    queue->capacity = capacity;
    pthread_mutexattr_t mutex;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&queue->lock, &mutex);
    pthread_mutexattr_destroy(&mutex);
    pthread_condattr_t cond;
    pthread_condattr_init(&cond);
    pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&queue->not_full, &cond);
    pthread_cond_init(&queue->not_empty, &cond);
    pthread_condattr_destroy(&cond);
    return queue;
}

// 3 put
int queue_put(struct queue *queue, long item) {
    pthread_mutex_lock(&queue->lock);
    while (queue->count == queue->capacity && !queue->closed)
        pthread_cond_wait(&queue->not_full, &queue->lock);
    int closed = queue->closed;
    if (!closed) {
        queue->item[(queue->first + queue->count) % queue->capacity] = item;
        queue->count++;
        pthread_cond_signal(&queue->not_empty);
    }
    pthread_mutex_unlock(&queue->lock);
    return closed ? -1 : 0;
}

// 4 get
int queue_get(struct queue *queue, long *item) {
    pthread_mutex_lock(&queue->lock);
    while (queue->count == 0 && !queue->closed)
        pthread_cond_wait(&queue->not_empty, &queue->lock);
    int got = queue->count > 0;
    if (got) {
        *item = queue->item[queue->first];
        queue->first = (queue->first + 1) % queue->capacity;
        queue->count--;
        pthread_cond_signal(&queue->not_full);
    }
    pthread_mutex_unlock(&queue->lock);
    return got ? 0 : -1;
}

// 5 close
void queue_close(struct queue *queue) {
    pthread_mutex_lock(&queue->lock);
    queue->closed = 1;
    pthread_cond_broadcast(&queue->not_full);
    pthread_cond_broadcast(&queue->not_empty);
    pthread_mutex_unlock(&queue->lock);
}

// 6 destroy
void queue_destroy(struct queue *queue) {
    munmap(queue, size_for(queue->capacity));
}
