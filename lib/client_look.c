// SPDX-License-Identifier: MIT
// Looking inside: statistics and process ids.
//
// Runs in: client.
#include "client.h"

int pool_stats(struct pool *pool, struct pool_stats *stats) {
    if (!client_owns(pool) || !stats)
        return POOL_EINVAL;
    struct arena *arena = pool->arena;
    client_glance(pool);
    client_results_collect(pool);
    *stats = pool->stats;
    stats->respawned = atomic_load(&arena->respawned);
    stats->supervisor = pool->supervisor;
    uint64_t next = atomic_load(&arena->next);
    struct pool_result *result = pool->unsettled.next;
    for (; result != &pool->unsettled && result->cursor < next;
         result = result->next)
        client_result_progress(result, stats);
    for (unsigned i = 0; i < arena->options.workers; i++) {
        struct slot *slot = &arena->slots[i];
        struct entry *entry = arena_entry(arena, atomic_load(&slot->lo));
        bool held = word_held_by(atomic_load(&entry->word), i);
        bool alive = atomic_load(&slot->pid) != 0;
        stats->workers += alive;
        stats->idle += alive && !held;
    }
    return 0;
}

size_t pool_worker_pids(struct pool *pool, pid_t *pids, size_t capacity) {
    if (!client_owns(pool))
        return 0;
    client_glance(pool);
    size_t count = 0;
    for (size_t i = 0; i < pool->arena->options.workers; i++) {
        int pid = atomic_load(&pool->arena->slots[i].pid);
        if (pid && pids && count < capacity)
            pids[count] = pid;
        count += pid != 0;
    }
    return count;
}
