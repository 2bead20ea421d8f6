// SPDX-License-Identifier: MIT
// Looking inside: statistics and process ids. And the calls that hand out arena
// memory to the user: shared arrays and queues.
//
// Runs in: client.
#include "client.h"

#include <errno.h>

int pool_stats(struct pool *pool, struct pool_stats *stats) {
    if (!client_owns(pool) || !stats)
        return POOL_EINVAL;
    struct arena *arena = pool->arena;
    client_notice_death(pool);
    client_results_collect(pool);
    *stats = (struct pool_stats){
        .submitted = pool->submitted,
        .completed = pool->completed,
        .failed = pool->failed,
        .lost = pool->lost,
        .respawned = atomic_load(&arena->respawned),
        .supervisor = pool->supervisor,
    };
    uint64_t next = atomic_load(&arena->next);
    struct pool_result *result = pool->unsettled.next;
    for (; result != &pool->unsettled && result->cursor < next;
         result = result->next)
        client_result_progress(result, next, stats);
    stats->pending = stats->submitted - stats->completed - stats->failed -
                     stats->lost - pool->cancelled;
    for (unsigned i = 0; i < arena->options.workers; i++) {
        struct slot *slot = &arena->slots[i];
        if (!atomic_load(&slot->pid))
            continue;
        struct entry *entry = arena_entry(arena, atomic_load(&slot->lo));
        stats->workers++;
        stats->idle += !word_held_by(atomic_load(&entry->word), i);
    }
    return 0;
}

size_t pool_worker_pids(struct pool *pool, pid_t *pids, size_t capacity) {
    if (!client_owns(pool))
        return 0;
    client_notice_death(pool);
    size_t count = 0;
    for (size_t i = 0; i < pool->arena->options.workers; i++) {
        int pid = atomic_load(&pool->arena->slots[i].pid);
        if (pid && pids && count < capacity)
            pids[count] = pid;
        count += pid != 0;
    }
    return count;
}

void *pool_alloc(struct pool *pool, size_t size) {
    if (!client_owns(pool) || size == 0) {
        errno = EINVAL;
        return NULL;
    }
    void *memory = client_memory_take(&pool->memory, size, true);
    if (!memory) { // what nobody waits for may have finished meanwhile
        client_results_collect(pool);
        memory = client_memory_take(&pool->memory, size, true);
    }
    if (!memory)
        errno = ENOMEM;
    return memory;
}

void pool_release(struct pool *pool, void *memory) {
    if (client_owns(pool) && memory)
        client_memory_give(&pool->memory, memory);
}

// ---- Queues: the client's part ---------------------------------------------

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

struct queue_wish {
    struct pool_queue *queue;
    enum queue_side side;
    void *item;
    int rc;
};

// Tries once more; says first that it waits if it is about to sleep.
static bool queue_ready(struct pool *pool, void *what) {
    struct queue_wish *wish = what;
    if (wish->rc != POOL_ETIMEDOUT)
        return true;
    if (pool->dozing)
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
    struct queue_wish wish = {queue, side, item, POOL_ETIMEDOUT};
    client_wait(pool, queue_ready, &wish, NULL, timeout_ms);
    arena_queue_await(queue, false);
    return wish.rc;
}
