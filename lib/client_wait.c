// SPDX-License-Identifier: MIT
// How the client waits: for a short while awake, then asleep in poll() on its
// eventfd and on the supervisor's pidfd, so that a dead supervisor wakes it
// too.
//
// Runs in: client.
#include "client.h"

#include <sys/epoll.h>

// Watches, without sleeping, for about as long as sleeping would cost. Not
// where workers want every CPU: one that is being woken would be put beside
// another and stay there, while this CPU is soon idle.
static void spin(struct pool *pool, client_ready_fn *ready, void *what,
                 struct pool_result *result) {
    unsigned cpus = pool->arena->cpus;
    uint32_t chunks = result ? result->left : 1;
    if (cpus < 2 || (chunks >= cpus && pool->arena->options.workers >= cpus))
        return;
    uint64_t start = sys_now_ns();
    do {
        sys_relax(10);
        if (ready(pool, what))
            return;
    } while (sys_now_ns() - start < SPIN_NS);
}

static bool callbacks_due(const struct pool *pool) {
    return !pool->calling && !client_list_empty(&pool->due);
}

// Looks; if it is not ready, runs what is due and looks again. Without
// callbacks there is nothing to collect: `ready` looks at what it waits for
// itself.
static bool look(struct pool *pool, client_ready_fn *ready, void *what) {
    if (ready(pool, what))
        return true;
    if (pool->callbacks) {
        client_results_collect(pool);
        client_results_call(pool);
    }
    return ready(pool, what);
}

// Empties the eventfd, and takes back the wish to be woken. With pool_fd() in
// use, whatever finishes from now on calls again; what finished before is
// looked for by the caller.
static void wait_over(struct pool *pool) {
    sys_event_drain(pool->arena->client_event);
    atomic_store(&pool->arena->awaited,
                 pool->user_fd >= 0 ? AWAIT_ANY : AWAIT_NOTHING);
    atomic_thread_fence(memory_order_seq_cst);
}

// What must finish to wake the client: for `result`, or where it waits for no
// single one, the last of them.
static uint64_t to_await(struct pool *pool, struct pool_result *result) {
    if (pool->callbacks || pool->user_fd >= 0)
        return AWAIT_ANY;
    if (!result && !client_list_empty(&pool->unsettled))
        result = pool->unsettled.prev;
    return result ? client_result_awaits(result) : AWAIT_NOTHING;
}

// Marks what is awaited and looks once more; true if it may sleep. A chunk that
// finished before it was marked wakes nobody:
//
//      client                              worker
//      which chunk? 7, it is not done
//                                          7 done; nobody awaits it
//      mark 7, fence, look: 8 is not done
//      sleep                               8 done; nobody awaits it
//
// So `awaited` must be stable across a look: after it, the same chunk must
// still be the one to wait for.
static bool may_sleep(struct pool *pool, client_ready_fn *ready, void *what,
                      struct pool_result *result) {
    uint64_t awaited;
    do {
        awaited = to_await(pool, result);
        atomic_store(&pool->arena->awaited, awaited);
        atomic_thread_fence(memory_order_seq_cst);
        if (pool->callbacks)
            client_results_collect(pool);
        if (callbacks_due(pool) || ready(pool, what))
            return false; // there is something to do at once
    } while (to_await(pool, result) != awaited);
    return true;
}

// Sleeps until a worker finishes what is awaited, or the supervisor dies.
static void doze(struct pool *pool, client_ready_fn *ready, void *what,
                 struct pool_result *result, int timeout_ms) {
    pool->last_look = true;
    bool gone = may_sleep(pool, ready, what, result) && pool->supervisor &&
                client_wait_supervisor(pool, true, timeout_ms);
    pool->last_look = false;
    wait_over(pool);
    if (gone)
        client_break(pool);
}

// Returns 0 or POOL_ETIMEDOUT.
static int wait_ready(struct pool *pool, client_ready_fn *ready, void *what,
                      struct pool_result *result, int timeout_ms) {
    if (look(pool, ready, what))
        return 0;
    if (timeout_ms == 0) {
        client_glance(pool);
        return look(pool, ready, what) ? 0 : POOL_ETIMEDOUT;
    }
    uint64_t start = sys_now_ns();
    for (;;) {
        spin(pool, ready, what, result);
        if (look(pool, ready, what))
            return 0;
        int left = sys_ms_left(start, timeout_ms);
        if (left == 0)
            return POOL_ETIMEDOUT;
        arena_wake_one_more(pool->arena);
        doze(pool, ready, what, result, left);
        if (look(pool, ready, what))
            return 0;
    }
}

// Makes pool_fd() readable if there is something to do, and only then; what
// finishes later makes it so.
static void refresh_user_fd(struct pool *pool) {
    if (pool->user_fd < 0)
        return;
    wait_over(pool);
    client_results_collect(pool);
    if (callbacks_due(pool))
        sys_event_signal(pool->arena->client_event);
}

// Waits until `ready` says so, running callbacks meanwhile. `result`, if that
// is all it waits for, lets workers leave the client asleep until it is done.
// Returns 0 or POOL_ETIMEDOUT; POOL_EINVAL: a callback has left by longjmp().
int client_wait(struct pool *pool, client_ready_fn *ready, void *what,
                struct pool_result *result, int timeout_ms) {
    if (client_callback_left(pool))
        return POOL_EINVAL;
    int rc = wait_ready(pool, ready, what, result, timeout_ms);
    refresh_user_fd(pool);
    return rc;
}

// ---- Callbacks and event loops ---------------------------------------------

// `what` is how many callbacks had been called before.
static bool polled(struct pool *pool, void *what) {
    return pool->called != *(size_t *)what || pool->callbacks == 0 ||
           pool->calling; // none is called inside another: do not wait
}

int pool_poll(struct pool *pool, int timeout_ms) {
    if (!client_owns(pool))
        return POOL_EINVAL;
    size_t before = pool->called;
    int rc = client_wait(pool, polled, &before, NULL, timeout_ms);
    return rc == POOL_EINVAL ? rc : (int)(pool->called - before);
}

int pool_fd(struct pool *pool) {
    if (!client_owns(pool))
        return POOL_EINVAL;
    if (pool->user_fd >= 0)
        return pool->user_fd;
    int fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    if (fd < 0 ||
        epoll_ctl(fd, EPOLL_CTL_ADD, pool->arena->client_event, &event) != 0 ||
        (pool->super_fd >= 0 &&
         epoll_ctl(fd, EPOLL_CTL_ADD, pool->super_fd, &event) != 0)) {
        sys_close(&fd);
        return POOL_ESYS;
    }
    pool->user_fd = fd;
    refresh_user_fd(pool);
    return fd;
}
