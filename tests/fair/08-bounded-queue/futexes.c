// SPDX-License-Identifier: MIT
// Right, but not as expected: a ticket lock and futexes by hand, without
// pthread or semaphores.
#define _GNU_SOURCE
#include "queue.h"

#include <stddef.h>

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct queue {
    atomic_uint lock;    // 0 free, 1 held, 2 held and wanted
    atomic_uint changes; // counts puts, gets and the closing
    uint32_t closed;
    unsigned head, count, capacity;
    size_t size;
    long item[];
};

static void sleep_while(atomic_uint *word, unsigned value) {
    syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void lock(struct queue *q) {
    unsigned expected = 0;
    if (atomic_compare_exchange_strong(&q->lock, &expected, 1))
        return;
    while (atomic_exchange(&q->lock, 2) != 0)
        sleep_while(&q->lock, 2);
}

static void unlock(struct queue *q) {
    if (atomic_exchange(&q->lock, 0) == 2)
        syscall(SYS_futex, &q->lock, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void changed(struct queue *q) {
    atomic_fetch_add(&q->changes, 1);
    syscall(SYS_futex, &q->changes, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

struct queue *queue_create(int capacity) {
    if (capacity < 1)
        return NULL;
    size_t size = sizeof(struct queue) + (size_t)capacity * sizeof(long);
    struct queue *q = mmap(0, size, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (q == MAP_FAILED)
        return 0;
    q->capacity = (unsigned)capacity;
    q->size = size;
    return q;
}

int queue_put(struct queue *q, long item) {
    int result = -1;
    lock(q);
    while (!q->closed && q->count == q->capacity) {
        unsigned seen = atomic_load(&q->changes);
        unlock(q);
        sleep_while(&q->changes, seen);
        lock(q);
    }
    if (!q->closed) {
        q->item[(q->head + q->count++) % q->capacity] = item;
        changed(q);
        result = 0;
    }
    unlock(q);
    return result;
}

int queue_get(struct queue *q, long *item) {
    int result = -1;
    lock(q);
    while (!q->closed && q->count == 0) {
        unsigned seen = atomic_load(&q->changes);
        unlock(q);
        sleep_while(&q->changes, seen);
        lock(q);
    }
    if (q->count > 0) {
        *item = q->item[q->head];
        q->head = (q->head + 1) % q->capacity;
        q->count--;
        changed(q);
        result = 0;
    }
    unlock(q);
    return result;
}

void queue_close(struct queue *q) {
    lock(q);
    q->closed = 1;
    changed(q);
    unlock(q);
}

void queue_destroy(struct queue *q) { munmap(q, q->size); }
