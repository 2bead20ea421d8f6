// SPDX-License-Identifier: MIT
// A pool's life as the client sees it: create, close, terminate, join, destroy.
//
// Runs in: client.
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MEMORY_LEAST = 1 << 18, // for less, an arena is refused
    END_MS = 4000,          // for the supervisor to end, then it is killed
    WORKERS_END_MS = 1000,  // for workers to follow it
};

#define MEMORY_MOST (UINT64_C(1) << 36) // entries name jobs in 32 bits of 16 B
#define RING_MOST (UINT64_C(1) << 25)   // entries

// ---- The arena's memory ----------------------------------------------------

static size_t default_memory(void) {
    uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES);
    uint64_t half = pages * (uint64_t)sysconf(_SC_PAGESIZE) / 2;
    return half < MEMORY_MOST ? half : MEMORY_MOST;
}

static size_t place(size_t *size, size_t bytes) {
    size_t at = *size;
    *size += (bytes + 4095) / 4096 * 4096;
    return at;
}

// Maps an arena with a quarter of `memory` for the ring, the rest for the heap.
// Messages come on top: address space that is only touched by failures.
static bool map_arena(struct pool *pool, const struct pool_options *options,
                      size_t memory) {
    size_t entries = memory / 4 / sizeof(struct entry);
    if (entries > RING_MOST)
        entries = RING_MOST;
    size_t pages = entries / RING_PAGE, directory = 2;
    while (directory < pages)
        directory *= 2;
    size_t size = 0;
    place(&size, sizeof(struct arena));
    size_t slots = place(&size, options->workers * sizeof(struct slot));
    size_t map = place(&size, directory * sizeof(uint32_t));
    size_t ring = place(&size, entries * sizeof(struct entry));
    if (size + 16 * 4096 > memory)
        return errno = EINVAL, false;
    size_t heap_size = (memory - size) / 4096 * 4096;
    size_t messages = place(&size, entries * POOL_MESSAGE_SIZE);
    size_t heap = place(&size, heap_size);
    struct arena *arena =
        mmap(NULL, size, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena == MAP_FAILED)
        return false;
    char *base = (char *)arena;
    // A second mapping of the heap's pages: an old size of 0 asks for that. It
    // is refused under Valgrind; then inputs are not protected from tasks.
    char *window = mremap(base + heap, 0, heap_size, MREMAP_MAYMOVE);
    if (window != MAP_FAILED)
        mprotect(window, heap_size, PROT_READ);
    else
        window = base + heap;
    madvise(arena, size, MADV_DONTDUMP);
    pool->arena = arena;
    pool->window = window - (base + heap);
    arena->options = *options;
    arena->options.memory = memory;
    arena->size = size;
    arena->slots = (struct slot *)(base + slots);
    arena->directory = (_Atomic uint32_t *)(base + map);
    arena->directory_mask = directory - 1;
    arena->ring = (struct entry *)(base + ring);
    arena->messages = (char(*)[POOL_MESSAGE_SIZE])(base + messages);
    arena->heap = base + heap;
    arena->cpus = sys_cpu_count();
    arena->client = getpid();
    arena->client_event = arena->super_event = -1;
    pool->ring.pages = (uint32_t)pages;
    return true;
}

static size_t heap_bytes(const struct arena *arena) {
    return arena->size - (size_t)(arena->heap - (const char *)arena);
}

static void unmap_arena(struct pool *pool) {
    struct arena *arena = pool->arena;
    if (!arena)
        return;
    size_t heap_size = heap_bytes(arena);
    client_memory_end(&pool->memory);
    client_ring_end(pool);
    sys_close(&arena->client_event);
    sys_close(&arena->super_event);
    if (pool->window)
        munmap(arena->heap + pool->window, heap_size);
    munmap(arena, arena->size);
    pool->arena = NULL;
}

// Takes less where the system refuses so much address space (RLIMIT_AS, strict
// overcommit): `memory` is what the arena may use at most.
static bool reserve_arena(struct pool *pool,
                          const struct pool_options *options) {
    size_t memory = options->memory ? options->memory : default_memory();
    if (memory > MEMORY_MOST)
        memory = MEMORY_MOST;
    if (memory < MEMORY_LEAST)
        return errno = EINVAL, false;
    while (!map_arena(pool, options, memory)) {
        int error = errno;
        unmap_arena(pool);
        errno = error;
        if (error == EINVAL || memory / 2 < MEMORY_LEAST)
            return false;
        memory /= 2;
    }
    return true;
}

static void end_supervisor(struct pool *pool, enum arena_mode mode);

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
        return NULL;
    }
    struct pool *pool = &own->pool;
    struct list *lists[] = {&pool->unsettled, &pool->due, &pool->settled};
    for (size_t i = 0; i < 3; i++)
        lists[i]->next = lists[i]->prev = (struct pool_result *)lists[i];
    pool->super_fd = pool->user_fd = -1;
    return pool;
}

static void pool_delete(struct pool *pool) {
    client_iters_end(pool);
    client_results_end(pool);
    sys_close(&pool->user_fd);
    sys_close(&pool->super_fd);
    unmap_arena(pool);
    munmap(pool, sizeof(struct own));
}

static void reap_supervisor(struct pool *pool, int *status) {
    sys_reap(pool->supervisor, status, 0);
    pool->supervisor = 0;
    if (pool->user_fd >= 0 && pool->super_fd >= 0)
        epoll_ctl(pool->user_fd, EPOLL_CTL_DEL, pool->super_fd, NULL);
    sys_close(&pool->super_fd);
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
    fflush(NULL);
    sigset_t mask;
    pool->supervisor = sys_fork(&mask);
    if (pool->supervisor == 0)
        super_main(arena, &mask);
    if (pool->supervisor < 0)
        return pool->supervisor = 0, false;
    pool->super_fd = sys_pidfd_open(pool->supervisor);
    // Only the client has this bookkeeping: it is made after the fork.
    if (!client_memory_init(&pool->memory, arena->heap, heap_bytes(arena)) ||
        !client_ring_init(pool)) {
        end_supervisor(pool, MODE_TERMINATE);
        return errno = ENOMEM, false;
    }
    client_wait(pool, has_started, NULL, NULL, POOL_FOREVER);
    if (!pool->broken)
        return true;
    errno = arena->start_error ? arena->start_error : ECHILD;
    return false;
}

struct pool *pool_create(const struct pool_options *options) {
    struct pool_options exact = {0};
    if (options)
        exact = *options;
    if (exact.workers == 0)
        exact.workers = sys_cpu_count();
    if (!options_valid(&exact)) {
        errno = EINVAL;
        return NULL;
    }
    struct pool *pool = pool_new();
    if (!pool)
        return NULL;
    bool ready = reserve_arena(pool, &exact);
    if (ready) {
        pool->arena->worker = &((struct own *)pool)->worker;
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

// Orphaned workers die with the supervisor, but not in its last instruction:
// waits until they have, so that nothing runs when the pool is said to be gone.
static void await_orphans(struct pool *pool) {
    uint64_t end = sys_now_ns() + (uint64_t)WORKERS_END_MS * 1000000;
    for (size_t i = 0; i < pool->arena->options.workers; i++) {
        int pid = atomic_load(&pool->arena->slots[i].pid);
        int fd = pid ? sys_pidfd_open(pid) : -1;
        if (fd < 0)
            continue;
        uint64_t now = sys_now_ns();
        struct pollfd poller = {.fd = fd, .events = POLLIN};
        while (now < end &&
               poll(&poller, 1, (int)((end - now) / 1000000) + 1) < 0)
            now = sys_now_ns();
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
    if (arena->reason[0]) {
        snprintf(why, sizeof why, "%s", arena->reason);
    } else {
        if (status != -1)
            sys_describe_exit(how, sizeof how, status);
        snprintf(why, sizeof why, "supervisor %d %s", pid, how);
    }
    await_orphans(pool);
    client_results_abort(pool, POOL_EBROKEN, why);
}

// Has the supervisor end all workers and itself.
static void end_supervisor(struct pool *pool, enum arena_mode mode) {
    if (!pool->supervisor)
        return;
    atomic_store(&pool->arena->mode, mode);
    sys_event_signal(pool->arena->super_event);
    if (!client_supervisor_gone(pool, END_MS))
        kill(pool->supervisor, SIGKILL); // stopped, perhaps
    int status;
    reap_supervisor(pool, &status);
    await_orphans(pool);
}

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
    end_supervisor(pool, MODE_TERMINATE);
    client_results_abort(pool, POOL_ECANCELLED, "cancelled by pool_terminate");
    client_results_call(pool);
    return 0;
}

static bool all_settled(struct pool *pool, void *what) {
    (void)what;
    client_results_collect(pool);
    return client_list_empty(&pool->unsettled);
}

int pool_join(struct pool *pool) {
    if (!client_owns(pool))
        return POOL_EINVAL;
    if (!pool->closed)
        return POOL_ERUNNING;
    client_wait(pool, all_settled, NULL, NULL, POOL_FOREVER);
    end_supervisor(pool, MODE_STOP);
    client_results_call(pool);
    return 0;
}

void pool_destroy(struct pool *pool) {
    if (!client_owns(pool) || pool->calling)
        return;
    pool_terminate(pool);
    pool_delete(pool);
}
