// SPDX-License-Identifier: MIT
// Queues from the client's side: making them, and waiting in one as the client
// waits for everything, with callbacks that fall due and an eye on the
// supervisor.
//
// Runs in: client.
#include "client.h"

#include <errno.h>

struct pool_queue *pool_queue_create(struct pool *pool, size_t item_size,
                                     size_t capacity) {
    size_t size = arena_queue_size(item_size, capacity);
    if (item_size == 0 || capacity == 0 || size == 0) {
        errno = EINVAL;
        return NULL;
    }
    struct pool_queue *queue = pool_alloc(pool, size);
    if (queue)
        arena_queue_init(queue, pool->arena, pool, item_size, capacity);
    return queue;
}

void pool_queue_destroy(struct pool_queue *queue) {
    struct pool *pool;
    if (!queue)
        return;
    arena_queue_home(queue, &pool);
    pool_release(pool, queue);
}

struct queue_request {
    struct pool_queue *queue;
    enum queue_side side;
    void *item;
    int rc;
};

// Tries once more; says first that it waits if it is about to sleep.
static bool queue_ready(struct pool *pool, void *what) {
    struct queue_request *wish = what;
    if (wish->rc != POOL_ETIMEDOUT)
        return true;
    if (pool->last_look)
        arena_queue_await(wish->queue, true);
    wish->rc = arena_queue_try(wish->queue, wish->side, wish->item, NULL);
    if (wish->rc == POOL_ETIMEDOUT && !pool->supervisor)
        wish->rc = pool->broken ? POOL_EBROKEN : POOL_ECLOSED;
    return wish->rc != POOL_ETIMEDOUT;
}

int client_queue_wait(struct pool *pool, struct pool_queue *queue,
                      enum queue_side side, void *item, int timeout_ms) {
    if (!client_owns(pool))
        return POOL_EINVAL;
    struct queue_request wish = {queue, side, item, POOL_ETIMEDOUT};
    int rc = client_wait(pool, queue_ready, &wish, NULL, timeout_ms);
    arena_queue_await(queue, false);
    return rc == POOL_EINVAL ? rc : wish.rc;
}
