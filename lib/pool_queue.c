// SPDX-License-Identifier: MIT
// Queue calls that the client and its workers both make: finds out which of the
// two this process is, and waits in its way.
//
// Runs in: client and workers.
#include "internal.h"

// The slot of a worker of the queue's pool; NULL: the client, or a stranger.
static struct slot *own_slot(struct pool_queue *queue, struct pool **pool) {
    struct slot *slot;
    struct arena *arena = arena_queue_home(queue, pool);
    return worker_arena(&slot) == arena ? slot : NULL;
}

static int queue_call(struct pool_queue *queue, enum queue_side side,
                      void *item, int timeout_ms) {
    if (!queue || !item)
        return POOL_EINVAL;
    struct pool *pool;
    struct slot *slot = own_slot(queue, &pool);
    if (slot)
        return arena_queue_wait(queue, side, item, slot, timeout_ms);
    return client_queue_wait(pool, queue, side, item, timeout_ms);
}

int pool_queue_put(struct pool_queue *queue, const void *item, int timeout_ms) {
    return queue_call(queue, QUEUE_PUT, (void *)item, timeout_ms);
}

int pool_queue_get(struct pool_queue *queue, void *item, int timeout_ms) {
    return queue_call(queue, QUEUE_GET, item, timeout_ms);
}

void pool_queue_close(struct pool_queue *queue) {
    struct pool *pool;
    if (queue)
        arena_queue_close(queue, own_slot(queue, &pool));
}
