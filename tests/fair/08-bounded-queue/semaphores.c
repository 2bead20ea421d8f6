// SPDX-License-Identifier: MIT
// Right, but not as expected: semaphores for room and items; who is woken by
// the closing wakes the next.
#include "queue.h"

#include <errno.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#define MOST 100000

struct queue {
    sem_t lock, items, room;
    bool closed;
    int first, last;
    int capacity;
    long item[MOST]; // far more than is used: pages that are not touched are
                     // free
};

static void down(sem_t *s) {
    while (sem_wait(s) != 0 && errno == EINTR)
        continue;
}

struct queue *queue_create(int capacity) {
    if (capacity < 1)
        return NULL;
    struct queue *q = mmap(NULL, sizeof *q, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (q == MAP_FAILED || sem_init(&q->lock, 1, 1) < 0 ||
        sem_init(&q->items, 1, 0) < 0 ||
        sem_init(&q->room, 1, (unsigned)capacity) < 0)
        return NULL;
    q->capacity = capacity;
    return q;
}

int queue_put(struct queue *q, long item) {
    down(&q->room);
    down(&q->lock);
    bool closed = q->closed;
    if (!closed) {
        q->item[q->last] = item;
        q->last = (q->last + 1) % MOST;
    }
    sem_post(&q->lock);
    sem_post(closed ? &q->room : &q->items); // closed: the next one's turn
    return closed ? -1 : 0;
}

int queue_get(struct queue *q, long *item) {
    down(&q->items);
    down(&q->lock);
    bool empty = q->first == q->last; // only when it is closed
    if (!empty) {
        *item = q->item[q->first];
        q->first = (q->first + 1) % MOST;
    }
    sem_post(&q->lock);
    sem_post(empty ? &q->items : &q->room);
    return empty ? -1 : 0;
}

void queue_close(struct queue *q) {
    down(&q->lock);
    q->closed = true;
    sem_post(&q->lock);
    sem_post(&q->items);
    sem_post(&q->room);
}

void queue_destroy(struct queue *q) { munmap(q, sizeof *q); }
