// SPDX-License-Identifier: MIT
// The supervisor as the client sees it: watching it, ending it, and what is
// left to do when it has died.
//
// Runs in: client.
#include "client.h"

#include <sys/epoll.h>

enum {
    NO_PIDFD_MS = 250, // between looks at the supervisor, without a pidfd
    END_MS = FINI_MS + KILLED_MS + GRACE_MS + 4000, // then it is killed
    STOPPED_MS = 1000,     // between tries to continue one that is stopped
    WORKERS_END_MS = 5000, // for workers to follow it
};

// Waits up to `timeout_ms` for the supervisor's end, and for the client's
// eventfd too if `event` is set. True: the supervisor has ended.
bool client_wait_supervisor(struct pool *pool, bool event, int timeout_ms) {
    bool hears = event && !pool->fds_lost;
    struct pollfd fds[] = {{hears ? pool->arena->client_event : -1, POLLIN, 0},
                           {pool->super_fd, POLLIN, 0}};
    if ((pool->super_fd < 0 || hears != event) &&
        (timeout_ms < 0 || timeout_ms > NO_PIDFD_MS))
        timeout_ms = NO_PIDFD_MS;
    int ready = poll(fds, 2, timeout_ms);
    if (ready > 0 && (fds[0].revents | fds[1].revents) & POLLNVAL)
        return pool->super_fd = -1, pool->fds_lost = true, false;
    if (ready > 0 && fds[1].revents)
        return true;
    if (pool->super_fd >= 0)
        return false;
    siginfo_t info = {.si_pid = 0};
    int rc;
    while ((rc = waitid(P_PID, (id_t)pool->supervisor, &info,
                        WEXITED | WNOHANG | WNOWAIT)) < 0 &&
           errno == EINTR)
        continue;
    return rc < 0 ? errno == ECHILD : info.si_pid != 0;
}

// For calls that look without waiting, perhaps again and again: sees if the
// supervisor has died, and calls a worker, lest the one on its way is stopped.
void client_glance(struct pool *pool) {
    arena_wake_one_more(pool->arena);
    if (pool->supervisor && client_wait_supervisor(pool, false, 0))
        client_break(pool);
}

static void reap_supervisor(struct pool *pool, int *status) {
    sys_reap(pool->supervisor, status, 0);
    arena_trace(pool->arena, .kind = POOL_TRACE_DEATH, .worker = -1,
                .pid = pool->supervisor, .status = *status);
    pool->supervisor = 0;
    if (pool->user_fd >= 0 && pool->super_fd >= 0)
        epoll_ctl(pool->user_fd, EPOLL_CTL_DEL, pool->super_fd, NULL);
    sys_close(&pool->super_fd);
}

// Orphaned workers die with the supervisor, but not in its last instruction:
// waits until they have, so that nothing runs when the pool is said to be gone.
static void await_orphans(struct pool *pool) {
    uint64_t start = sys_now_ns();
    for (size_t i = 0; i < pool->arena->options.workers; i++) {
        int pid = atomic_load(&pool->arena->slots[i].pid);
        if (!pid)
            continue;
        int fd = sys_pidfd_open(pid), left;
        struct pollfd poller = {.fd = fd, .events = POLLIN};
        do // without a pidfd, look every millisecond
            left = sys_ms_left(start, WORKERS_END_MS);
        while (left && (fd >= 0 ? poll(&poller, 1, left) < 0
                                : kill(pid, 0) == 0 && poll(NULL, 0, 1) <= 0));
        sys_close(&fd);
        atomic_store(&pool->arena->slots[i].pid, 0);
    }
}

// The supervisor is dead without having been asked to end.
void client_break(struct pool *pool) {
    struct arena *arena = pool->arena;
    char why[POOL_MESSAGE_SIZE], how[128] = "is gone";
    int pid = pool->supervisor, status = -1;
    reap_supervisor(pool, &status);
    pool->broken = true;
    if (status != -1)
        sys_describe_exit(how, sizeof how, status);
    snprintf(why, sizeof why, "supervisor %d %s", pid, how);
    if ((status == -1 || WIFEXITED(status)) && arena->reason[0])
        snprintf(why, sizeof why, "%s", arena->reason);
    await_orphans(pool);
    client_results_abort(pool, POOL_EBROKEN, why);
}

// Has the supervisor end all workers and itself.
void client_end_supervisor(struct pool *pool, enum arena_mode mode) {
    if (!pool->supervisor)
        return;
    atomic_store(&pool->arena->mode, mode);
    sys_event_signal(pool->arena->super_event);
    uint64_t start = sys_now_ns();
    while (!client_wait_supervisor(pool, false, STOPPED_MS))
        kill(pool->supervisor, sys_ms_left(start, END_MS) ? SIGCONT : SIGKILL);
    int status = -1;
    reap_supervisor(pool, &status);
    await_orphans(pool);
}
