// SPDX-License-Identifier: MIT
// Right, but not as expected: a pipe is the queue, a semaphore counts its room,
// a flag closes it.
#include "queue.h"

#include <stddef.h>

#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

struct queue {
    sem_t room;
    atomic_int is_closed;
    int in, out;   // items: whole, for they are short
    int ping, end; // readable for ever when it is closed
};

struct queue *queue_create(int capacity) {
    if (capacity < 1)
        return NULL;
    int items[2], end[2];
    struct queue *q = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (q == MAP_FAILED || pipe(items) < 0 || pipe(end) < 0 ||
        sem_init(&q->room, 1, (unsigned)capacity) < 0)
        return NULL;
    fcntl(items[0], F_SETFL, O_NONBLOCK);
    q->out = items[0];
    q->in = items[1];
    q->end = end[0];
    q->ping = end[1];
    return q;
}

int queue_put(struct queue *q, long item) {
    while (sem_wait(&q->room) < 0) {
    }
    if (atomic_load(&q->is_closed)) {
        sem_post(&q->room);
        return -1;
    }
    return write(q->in, &item, sizeof item) < 0 ? -1 : 0;
}

int queue_get(struct queue *q, long *item) {
    struct pollfd fds[2] = {{q->out, POLLIN, 0}, {q->end, POLLIN, 0}};
    for (;;) {
        if (poll(fds, 2, -1) < 0)
            continue;
        if (read(q->out, item, sizeof *item) == sizeof *item) {
            sem_post(&q->room);
            return 0;
        }
        if (fds[1].revents && !(fds[0].revents & POLLIN))
            return -1;
    }
}

void queue_close(struct queue *q) {
    atomic_store(&q->is_closed, 1);
    if (write(q->ping, "", 1) < 0) {
        // Closed before: it is readable already.
    }
    sem_post(&q->room);
}

void queue_destroy(struct queue *q) {
    close(q->in);
    close(q->out);
    close(q->ping);
    close(q->end);
    sem_destroy(&q->room);
    munmap(q, 4096);
}
