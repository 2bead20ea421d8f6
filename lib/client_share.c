// SPDX-License-Identifier: MIT
// What the program and its tasks share: memory, and queues, which lie in it.
//
// In a queue the client waits as it waits for everything, with callbacks that
// fall due and an eye on the supervisor.
//
// Runs in: client.
#include "client.h"

void *pool_alloc(struct pool *pool, size_t size) {
    if (!client_owns(pool) || size == 0)
        return errno = EINVAL, NULL;
    void *memory = client_memory_take(&pool->memory, size, true);
    if (!memory) { // what nobody waits for may have finished meanwhile
        client_results_collect(pool);
        errno = ENOMEM; // unless there is room now
        memory = client_memory_take(&pool->memory, size, true);
    }
    return memory;
}

void pool_release(struct pool *pool, void *memory) {
    if (client_owns(pool) && memory)
        client_memory_give(&pool->memory, memory);
}

struct pool_queue *pool_queue_create(struct pool *pool, size_t item_size,
                                     size_t capacity) {
    size_t size = arena_queue_size(item_size, capacity);
    if (item_size == 0 || capacity == 0 || size == 0)
        return errno = EINVAL, NULL;
    struct pool_queue *queue = pool_alloc(pool, size);
    if (queue)
        arena_queue_init(queue, pool->arena, pool, item_size, capacity);
    return queue;
}

void pool_queue_destroy(struct pool_queue *queue) {
    if (queue)
        pool_release(queue->pool, queue);
}

// Tries once more; says first that it waits if it is about to sleep.
static bool queue_ready(struct pool *pool, void *what) {
    struct queue_request *request = what;
    if (request->rc != POOL_ETIMEDOUT)
        return true;
    if (pool->last_look)
        arena_queue_await(request->queue, true);
    request->rc = arena_queue_try(request, NULL);
    if (request->rc == POOL_ETIMEDOUT && !pool->supervisor)
        request->rc = pool->broken ? POOL_EBROKEN : POOL_ECLOSED;
    return request->rc != POOL_ETIMEDOUT;
}

int client_queue_wait(struct queue_request *request, int timeout_ms) {
    struct pool *pool = request->queue->pool;
    if (!client_owns(pool))
        return POOL_EINVAL;
    int rc = client_wait(pool, queue_ready, request, NULL, timeout_ms);
    arena_queue_await(request->queue, false);
    return rc == POOL_EINVAL ? rc : request->rc;
}
