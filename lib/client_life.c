// SPDX-License-Identifier: MIT
// A pool's life as the client sees it: create, close, terminate, join, destroy.
//
// Runs in: client.
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <sys/mman.h>

// ---- Creating --------------------------------------------------------------

static bool options_valid(const struct pool_options *options) {
    return options->workers >= 1 && options->workers <= POOL_MAX_WORKERS &&
           options->task_timeout_ms >= 0 && options->max_retries <= UINT16_MAX;
}

// What is wiped in every child: the client's pool and a worker's self. So each
// process finds there what it has written itself, and children that tasks or
// the program fork find nothing.
struct own {
    struct pool pool;
    struct worker worker;
};

static struct pool *pool_new(void) {
    struct own *own = sys_map_private(sizeof *own);
    if (!own)
        return NULL;
    if (madvise(own, sizeof *own, MADV_WIPEONFORK) != 0) {
        munmap(own, sizeof *own);
        errno = ENOTSUP; // before Linux 4.14
        return NULL;
    }
    struct pool *pool = &own->pool;
    pool->unsettled.prev = pool->unsettled.next = &pool->unsettled;
    pool->due.prev = pool->due.next = &pool->due;
    pool->settled.prev = pool->settled.next = &pool->settled;
    pool->super_fd = pool->user_fd = -1;
    return pool;
}

static void pool_delete(struct pool *pool) {
    client_iters_end(pool);
    client_results_end(pool);
    sys_close(&pool->user_fd);
    sys_close(&pool->super_fd);
    client_trace_end(pool);
    client_arena_unmap(pool);
    munmap(pool, sizeof(struct own));
}

static bool has_started(struct pool *pool, void *what) {
    (void)what;
    return atomic_load(&pool->arena->started) || pool->broken;
}

// Forks the supervisor and waits until it has forked the workers.
static bool launch(struct pool *pool) {
    struct arena *arena = pool->arena;
    atomic_store(&arena->wanted, arena->options.on_demand
                                     ? 0
                                     : (unsigned)arena->options.workers);
    arena->client_event = sys_event_create();
    arena->super_event = sys_event_create();
    if (arena->client_event < 0 || arena->super_event < 0)
        return false;
    struct sigaction action; // of a worker: not its own wish
    if (sigaction(SIGINT, NULL, &action) == 0)
        arena->ignores_ctrl_c =
            action.sa_handler == SIG_IGN && pool_worker_index() < 0;
    sys_each_output(sys_flush);
    sigset_t mask;
    pool->supervisor = sys_fork(&mask);
    if (pool->supervisor == 0)
        super_main(arena, &mask);
    if (pool->supervisor < 0)
        return pool->supervisor = 0, false;
    pool->super_fd = sys_pidfd_open(pool->supervisor);
    // Only the client has this bookkeeping: it is made after the fork.
    if (!client_memory_init(&pool->memory, arena->heap,
                            client_heap_size(arena)) ||
        !client_ring_init(pool)) {
        client_end_supervisor(pool, MODE_TERMINATE);
        return errno = ENOMEM, false;
    }
    client_wait(pool, has_started, NULL, NULL, POOL_FOREVER);
    if (atomic_load(&arena->started)) // whatever has become of it since
        return true;
    errno = arena->start_error ? arena->start_error : ECHILD;
    return false;
}

struct pool *pool_create(const struct pool_options *options) {
    struct pool_options exact = options ? *options : (struct pool_options){0};
    if (exact.workers == 0)
        exact.workers = sys_quota().cpus;
    if (!options_valid(&exact)) {
        errno = EINVAL;
        return NULL;
    }
    struct pool *pool = pool_new();
    if (!pool)
        return NULL;
    bool ready = client_arena_map(pool, &exact);
    if (ready) {
        pool->arena->worker = &((struct own *)pool)->worker;
        client_trace_begin(pool);
        ready = launch(pool);
    }
    if (!ready) {
        int error = errno;
        pool_delete(pool);
        errno = error;
        return NULL;
    }
    pool->alive = POOL_ALIVE;
    return pool;
}

// ---- Ending ----------------------------------------------------------------

int pool_close(struct pool *pool) {
    if (!client_owns(pool))
        return POOL_EINVAL;
    pool->closed = true;
    return 0;
}

int pool_terminate(struct pool *pool) {
    if (!client_owns(pool))
        return POOL_EINVAL;
    pool->closed = true;
    client_end_supervisor(pool, MODE_TERMINATE);
    client_results_abort(pool, POOL_ECANCELLED, "cancelled by pool_terminate");
    client_results_call(pool);
    return 0;
}

static bool all_done(struct pool *pool, void *what) {
    (void)what;
    client_results_collect(pool);
    return client_list_empty(&pool->unsettled) &&
           (pool->calling || client_list_empty(&pool->due));
}

int pool_wait(struct pool *pool, int timeout_ms) {
    if (!client_owns(pool))
        return POOL_EINVAL;
    return client_wait(pool, all_done, NULL, NULL, timeout_ms);
}

int pool_join(struct pool *pool) {
    if (!client_owns(pool))
        return POOL_EINVAL;
    if (!pool->closed)
        return POOL_ERUNNING;
    int rc = pool_wait(pool, POOL_FOREVER);
    client_end_supervisor(pool, MODE_STOP);
    return rc;
}

void pool_destroy(struct pool *pool) {
    if (!client_owns(pool) || (pool->calling && !client_callback_left(pool)))
        return;
    pool->calling = 0;
    pool_terminate(pool);
    client_trace_write(pool);
    pool_delete(pool);
}
