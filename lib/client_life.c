// SPDX-License-Identifier: MIT
// A pool's life as the client sees it: create, close, terminate, join, destroy.
//
// Runs in: client.
#include "client.h"

#include <sys/eventfd.h>

// ---- Creating --------------------------------------------------------------

// What is wiped in every child: the client's pool and a worker's self. So each
// process finds there what it has written itself, and children that tasks or
// the program fork find nothing.
struct own {
    struct pool pool;
    struct worker worker;
};

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
    arena->worker = &((struct own *)pool)->worker;
    client_trace_begin(pool);
    if (!arena->options.on_demand)
        atomic_store(&arena->wanted, (unsigned)arena->options.workers);
    arena->client_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    arena->super_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (arena->client_event < 0 || arena->super_event < 0)
        return false;
    struct sigaction action; // of a worker: not its own wish
    if (sigaction(SIGINT, NULL, &action) == 0)
        arena->ignores_ctrl_c =
            action.sa_handler == SIG_IGN && pool_worker_index() < 0;
    sys_each_output(sys_flush);
    sigset_t mask;
    int self_fd = sys_pidfd_open(arena->client);
    pool->supervisor = sys_fork(&mask);
    if (pool->supervisor == 0)
        super_main(arena, self_fd, &mask);
    sys_close(&self_fd);
    if (pool->supervisor < 0)
        return pool->supervisor = 0, false;
    pool->super_fd = sys_pidfd_open(pool->supervisor);
    // Only the client has this bookkeeping: it is made after the fork.
    if (!client_memory_init(pool) || !client_ring_init(pool)) {
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
    if (exact.workers < 1 || exact.workers > POOL_MAX_WORKERS ||
        exact.task_timeout_ms < 0 || exact.max_retries > UINT16_MAX)
        return errno = EINVAL, NULL;
    struct own *own = sys_map_private(sizeof *own);
    if (!own)
        return NULL;
    if (madvise(own, sizeof *own, MADV_WIPEONFORK) != 0) {
        munmap(own, sizeof *own);
        return errno = ENOTSUP, NULL; // before Linux 4.14
    }
    struct pool *pool = &own->pool;
    pool->unsettled.prev = pool->unsettled.next = &pool->unsettled;
    pool->due.prev = pool->due.next = &pool->due;
    pool->settled.prev = pool->settled.next = &pool->settled;
    pool->super_fd = pool->user_fd = -1;
    if (client_arena_map(pool, &exact) && launch(pool)) {
        pool->alive = POOL_ALIVE;
        return pool;
    }
    int error = errno;
    pool_delete(pool);
    errno = error;
    return NULL;
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
    pool_delete(pool);
}
