// SPDX-License-Identifier: MIT
// What the client's files share: the pool and its results, in private memory.
//
// Runs in: client.
#ifndef CLIENT_H
#define CLIENT_H

#include "internal.h"

// ==== client_memory.c: the allocator of the arena's heap ====================

enum { MEMORY_CLASSES = 40, MEMORY_BINS = 32 };

struct memory {
    char *base;        // of the heap
    uint32_t pages;    // it has
    uint32_t top;      // pages from here on are free
    uint32_t touched;  // pages from here on have never been used: zero
    struct page *page; // what client_memory.c knows of each
    uint32_t free_run[MEMORY_BINS];   // first free run of 2^n pages and up
    uint32_t partial[MEMORY_CLASSES]; // first slab with a free block
};

bool client_memory_init(struct pool *pool);
void client_memory_end(struct memory *memory);
void *client_memory_take(struct memory *memory, size_t size, bool zeroed);
void client_memory_give(struct memory *memory, void *block);

// ==== client_ring.c: entries for chunks =====================================

struct ring_page {
    uint64_t stretch; // which 256 numbers are on it (their number / 256);
                      // NO_STRETCH: it is free
    uint32_t next;    // free page, from 1; 0: none
    uint16_t live;    // entries not yet retired
};

struct ring {
    uint64_t seq;        // number of the next chunk
    uint32_t pages;      // there are
    uint32_t used;       // have been used so far
    uint32_t free_count; // of these, to be used again, in two lists:
    uint32_t free[2];    // those with room for messages, and others
    struct ring_page *page;
};

bool client_ring_init(struct pool *pool); // of ring.pages pages
void client_ring_end(struct pool *pool);
bool client_ring_has_room(struct pool *pool, uint64_t chunks);
uint32_t client_ring_room(struct pool *pool, uint64_t wanted);
void client_ring_push(struct pool *pool, struct job *job, uint32_t chunk,
                      uint32_t count);
uint64_t client_ring_skip_gap(struct pool *pool, uint64_t seq);
void client_ring_retire(struct pool *pool, uint64_t seq, uint32_t count);

// ==== client_arena.c, client_watch.c ========================================

void *client_map_shared(size_t size); // NULL: it cannot be had
bool client_arena_map(struct pool *pool, const struct pool_options *options);
void client_arena_unmap(struct pool *pool);

bool client_wait_supervisor(struct pool *pool, bool event, int timeout_ms);
void client_glance(struct pool *pool);
void client_break(struct pool *pool);
void client_end_supervisor(struct pool *pool, enum arena_mode mode);

// ==== Results ===============================================================

enum result_flags {
    RESULT_SETTLED = 1,  // ready: status and message are final
    RESULT_DETACHED = 2, // nobody holds the handle: freed when all is done
    RESULT_IN_CALL = 4,  // its callback is running
    RESULT_COPIED = 8,   // a blocking call's: each chunk's results go to `out`
};

struct pool_result {
    struct pool_result *prev, *next; // in one of the pool's lists
    struct pool *pool;
    struct job *job; // NULL: a map of no items
    uint64_t cursor; // number of its first chunk not yet accounted for
    char *message;   // of the first failure; NULL: none
    pool_callback_fn *callback;
    union {
        void *user; // the callback's
        char *out;  // RESULT_COPIED, which has no callback
    };
    uint32_t left; // numbers from the cursor to the end
    int16_t status;
    uint16_t flags;
};
_Static_assert(sizeof(struct pool_result) <= 72, "memory per pending task");

// Lists of results are circular, and begin with one that is no result.
static inline bool client_list_empty(const struct pool_result *list) {
    return list->next == list;
}

enum { RESULT_BLOCK = 128 }; // results allocated at a time

#define POOL_ALIVE 0x706f6f6cu

struct pool {
    uint32_t alive; // POOL_ALIVE; zero in forked children: the page is wiped
    bool closed, broken;
    bool fds_lost; // the program has closed our descriptors: looks now and then
    bool last_look; // looks for the last time before it sleeps
    struct arena *arena;
    struct memory memory;
    struct ring ring;
    int super_fd;     // pidfd of the supervisor; -1: cannot be had
    int user_fd;      // epoll descriptor of pool_fd(); -1: not asked for
    pid_t supervisor; // 0: reaped
    struct pool_result unsettled; // a list, in the order of submission
    struct pool_result due;       // a list: settled, callback not yet called
    struct pool_result settled;   // a list: all others
    struct pool_result *spare;    // freed results, linked by `next`
    struct pool_result *blocks;   // results are allocated in; linked
    struct pool_iter *iters;      // linked
    size_t detached;              // unsettled results that nobody holds
    size_t callbacks;             // not yet called
    size_t called;                // callbacks, so far
    size_t calling;               // running now, one inside the other
    ptrdiff_t readonly_offset; // from a byte of the heap to its read-only twin
    char *trace_path;          // of POOL_TRACE; NULL: not asked for
    uint64_t trace_from;       // first place of what the user has asked for
    size_t trace_limit;        // places from there on
    size_t submissions;
    struct pool_stats stats; // of what has been accounted for
};

// True if this process owns the pool: it may be used here.
static inline bool client_owns(const struct pool *pool) {
    return pool && pool->alive == POOL_ALIVE;
}

// 0, or why tasks of this kind cannot be submitted.
static inline int client_refuses(const struct pool *pool, pool_task_fn *fn,
                                 size_t item_size, size_t result_size) {
    if (!client_owns(pool) || !fn || (item_size | result_size) > UINT32_MAX)
        return POOL_EINVAL;
    return pool->broken ? POOL_EBROKEN : pool->closed ? POOL_ECLOSED : 0;
}

// ==== client_result.c: from finished chunks to ready results ================

struct pool_result *client_result_new(struct pool *pool);
void client_result_drop(struct pool_result *result);
void client_result_list(struct pool_result *list, struct pool_result *result);
void client_result_move(struct pool_result *list, struct pool_result *result);
bool client_result_settled(struct pool_result *result);
uint64_t client_result_awaits(struct pool_result *result);
void client_result_settle(struct pool_result *result);
void client_results_abort(struct pool *pool, int status, const char *why);
void client_result_progress(struct pool_result *result,
                            struct pool_stats *stats);
void client_results_collect(struct pool *pool);
void client_result_call(struct pool_result *result);
bool client_callback_left(struct pool *pool);
void client_results_call(struct pool *pool);
void client_results_end(struct pool *pool);

// ==== client_wait.c: sleeping until something happens =======================

typedef bool client_ready_fn(struct pool *pool, void *what);
int client_wait(struct pool *pool, client_ready_fn *ready, void *what,
                struct pool_result *result, int timeout_ms);

// ==== client_trace.c, client_json.c =========================================

void client_trace_begin(struct pool *pool); // if POOL_TRACE is set
void client_trace_end(struct pool *pool);
void client_json_write(FILE *file, struct pool_trace_event *events,
                       size_t count, const struct pool *pool, uint64_t dropped);

// ==== client_iter.c =========================================================

void client_iters_end(struct pool *pool);

#endif
