// SPDX-License-Identifier: MIT
// Wrong: semaphores count room and items, but two producers may take the same
// place, and two consumers the same item: nothing is locked.
// Loses: wakes
// Points: 8
// Says: Is all of it locked
#define _GNU_SOURCE
#include "queue.h"

#include <errno.h>
#include <semaphore.h>
#include <stddef.h>
#include <sys/mman.h>

struct queue {
    sem_t items, room;
    int closed;
    int capacity;
    int first, last;
    long item[];
};

static size_t size_for(int capacity) {
    return sizeof(struct queue) + (size_t)capacity * sizeof(long);
}

static void down(sem_t *semaphore) {
    while (sem_wait(semaphore) < 0 && errno == EINTR) {
    }
}

struct queue *queue_create(int capacity) {
    struct queue *queue = mmap(NULL, size_for(capacity), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (queue == MAP_FAILED)
        return NULL;
    queue->capacity = capacity;
    if (sem_init(&queue->items, 1, 0) < 0 ||
        sem_init(&queue->room, 1, (unsigned)capacity) < 0) {
        munmap(queue, size_for(capacity));
        return NULL;
    }
    return queue;
}

int queue_put(struct queue *queue, long item) {
    down(&queue->room);
    if (queue->closed) {
        sem_post(&queue->room);
        return -1;
    }
    queue->item[queue->last] = item;
    queue->last = (queue->last + 1) % queue->capacity;
    sem_post(&queue->items);
    return 0;
}

int queue_get(struct queue *queue, long *item) {
    down(&queue->items);
    int left;
    sem_getvalue(&queue->items, &left);
    if (queue->closed && left == 0) { // what close posted: it stays for all
        sem_post(&queue->items);
        return -1;
    }
    *item = queue->item[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    sem_post(&queue->room);
    return 0;
}

void queue_close(struct queue *queue) {
    queue->closed = 1;
    sem_post(&queue->room);
    sem_post(&queue->items);
}

void queue_destroy(struct queue *queue) {
    munmap(queue, size_for(queue->capacity));
}
