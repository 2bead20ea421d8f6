// SPDX-License-Identifier: MIT
// Queue calls that the client and its workers both make: finds out which of the
// two this process is, and waits in its way.
//
// Runs in: client and workers.
#include "internal.h"

static int queue_call(struct pool_queue *queue, enum queue_side side,
                      void *item, int timeout_ms) {
    struct queue_request request = {queue, side, item, POOL_ETIMEDOUT};
    if (!queue || !item)
        return POOL_EINVAL;
    struct slot *slot = worker_slot(queue->arena);
    return slot ? arena_queue_wait(&request, slot, timeout_ms)
                : client_queue_wait(&request, timeout_ms);
}

int pool_queue_put(struct pool_queue *queue, const void *item, int timeout_ms) {
    return queue_call(queue, QUEUE_PUT, (void *)item, timeout_ms);
}

int pool_queue_get(struct pool_queue *queue, void *item, int timeout_ms) {
    return queue_call(queue, QUEUE_GET, item, timeout_ms);
}

void pool_queue_close(struct pool_queue *queue) {
    if (queue)
        arena_queue_close(queue, worker_slot(queue->arena));
}
