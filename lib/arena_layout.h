// SPDX-License-Identifier: MIT
// The arena: what the client, the supervisor and the workers share.
//
// One anonymous shared mapping, made before the first fork, at the same address
// in every process. From its start to its end:
//
//   struct arena | slots | directory | ring pages | messages | heap
//
// The *ring* holds one entry per chunk of items. An entry's word is the truth
// about its chunk; everything else that tells where work may be found (`tail`,
// `next`, a slot's `lo` and `hi`) is a hint that may be wrong without harm,
// because a chunk is taken only by a compare-and-swap on its word.
//
// A ring page is only ever a ring page: a worker that is stopped between
// reading a hint and its compare-and-swap can meet another chunk there when it
// goes on, never foreign bytes. A READY word carries some bits of its chunk's
// number, so that chunk is not taken by a number it does not have.
//
// The heap, where only the client allocates, holds jobs with their inputs and
// results, queues and pool_alloc() memory. Workers see inputs through a second,
// read-only window on the same bytes.
#ifndef ARENA_LAYOUT_H
#define ARENA_LAYOUT_H

#define _GNU_SOURCE
#include "pool.h"

#include <stdatomic.h>

// Orders weaker than a sequentially consistent one. A *relaxed* load is of a
// hint, or of what this process alone writes; *acquire* and *release* hand over
// what was written before. Fences are written out where they are needed.
#define load_relaxed(object) atomic_load_explicit(object, memory_order_relaxed)
#define load_acquire(object) atomic_load_explicit(object, memory_order_acquire)
#define store_relaxed(object, value)                                           \
    atomic_store_explicit(object, value, memory_order_relaxed)
#define store_release(object, value)                                           \
    atomic_store_explicit(object, value, memory_order_release)

// Numbers of chunks, words and addresses are 64 bits wide, and what processes
// share is written in one piece.
_Static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8, "64-bit only");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
               "a lock could not be shared, and a dead process could hold it");

enum {
    LINE = 64,           // bytes of a cache line
    RING_PAGE = 256,     // entries of a ring page
    RING_LAPS = 1 << 17, // stretches of 256 numbers that a READY word tells
                         // apart: as many as there can be pages
    RESERVE_MAX = 16,    // chunks a worker reserves at a time
    JOB_UNIT = 16,       // an entry names its job in units of these bytes
    BITMAP_WORDS = POOL_MAX_WORKERS / 64,
};

// ---- The word of a chunk ---------------------------------------------------
//
//   bits 0-2   state
//   bit  3     fault: an item of the chunk has failed; its status byte says how
//   bits 4-20  RUNNING: the worker that holds it. READY: its lap, the chunk's
//              number / 256, modulo RING_LAPS, so that a worker with an
//              outdated number leaves it alone
//   bits 21-36 how often the current item's worker has died (for retries)
//   bits 37-63 items done: the next one is running, or is the next to run

enum chunk_state {
    CHUNK_FREE,    // nothing here yet
    CHUNK_READY,   // waits for a worker
    CHUNK_RUNNING, // its worker alone moves it on
    CHUNK_DONE,    // final; with the fault bit: look at the status bytes
};

#define WORD_STATE UINT64_C(7)
#define WORD_FAULT UINT64_C(8)
#define WORD_OWNER ((RING_LAPS - UINT64_C(1)) << 4)
#define WORD_LAP(seq) ((unsigned)((seq) / RING_PAGE % RING_LAPS))
#define WORD_TRY (UINT64_C(1) << 21)
#define WORD_ITEM (UINT64_C(1) << 37)

static inline enum chunk_state word_state(uint64_t word) {
    return (enum chunk_state)(word & WORD_STATE);
}
static inline unsigned word_owner(uint64_t word) {
    return (word & WORD_OWNER) >> 4;
}
static inline unsigned word_lap(uint64_t word) { return word_owner(word); }
static inline unsigned word_tries(uint64_t word) { return word >> 21 & 0xffff; }
static inline uint32_t word_done(uint64_t word) { return word >> 37; }

static inline uint64_t word_make(enum chunk_state state, unsigned owner,
                                 uint64_t fault, uint64_t done) {
    return state | fault | (uint64_t)owner << 4 | done * WORD_ITEM;
}

// True if chunk `seq` waits here, not another that has its entry by now.
static inline bool word_ready(uint64_t word, uint64_t seq) {
    return word_state(word) == CHUNK_READY && word_lap(word) == WORD_LAP(seq);
}

// A READY word as `worker` claims it: items done, tries and fault stay.
static inline uint64_t word_claim(uint64_t word, unsigned worker) {
    return (word & ~(WORD_STATE | WORD_OWNER)) | CHUNK_RUNNING |
           (uint64_t)worker << 4;
}

// True while `worker` has the chunk.
static inline bool word_held_by(uint64_t word, unsigned worker) {
    return word_state(word) == CHUNK_RUNNING && word_owner(word) == worker;
}

struct entry {
    _Atomic uint64_t word;
    uint32_t job;   // offset in the arena / JOB_UNIT; written before READY
    uint32_t chunk; // number of the chunk in its job
};
_Static_assert(sizeof(struct entry) == 16, "four entries to a cache line");

// ---- Jobs: what was submitted ----------------------------------------------

struct job {
    pool_task_fn *fn;
    const char *input; // `count` items, where workers may read them
    char *output;      // `count` results, published by workers
    uint64_t count;
    uint32_t item_size;
    uint32_t result_size;
    uint32_t chunk_size; // items per chunk; the last may have fewer
    uint8_t status[4];   // [0] of a single item; of more, they follow the job
};
_Static_assert(sizeof(struct job) == 48, "a job of 8 + 8 bytes is one line");

// One byte per item: 0, or a pool_error with its sign turned.
static inline uint8_t *job_statuses(struct job *job) {
    return job->count == 1 ? job->status : (uint8_t *)(job + 1);
}

// ---- Slots: one per worker -------------------------------------------------

enum slot_phase { SLOT_STARTING, SLOT_INITIALISING, SLOT_READY, SLOT_RETIRED };

struct slot {
    // Written by the worker. [lo, hi) are the chunks it has reserved; it writes
    // them before it moves `next`, so that they cannot get lost with it. While
    // it holds a chunk, that chunk is `lo`.
    _Alignas(LINE) _Atomic uint64_t lo;
    _Atomic uint64_t hi;
    _Atomic uint64_t deadline_ns;       // of the running item; 0: none;
#define DEADLINE_PASSED UINT64_MAX      // set by the supervisor, who kills it
    _Atomic(struct pool_queue *) queue; // in a put or get there …
    _Atomic(struct queue_cell *) cell;  // … that may hold this cell
    _Atomic uint32_t phase;             // enum slot_phase
    // Written by the supervisor.
    _Alignas(LINE) _Atomic int pid; // 0: no worker in this slot
    uint32_t starts;
    uint32_t failed_starts; // in a row
    // A futex: 0 while the worker means to sleep, 1 wakes it. Written by all.
    _Alignas(LINE) _Atomic uint32_t wake;
    char refusal[POOL_MESSAGE_SIZE]; // the worker's, read when it has exited
};

// ---- The arena -------------------------------------------------------------

enum arena_mode { MODE_RUN, MODE_STOP, MODE_TERMINATE };

struct arena {
    // Constant from the first fork on.
    struct pool_options options; // with workers, memory filled in
    size_t size;                 // of the whole mapping
    struct slot *slots;
    _Atomic uint32_t *directory; // ring page of each 256 sequence numbers
    uint64_t directory_mask;
    struct entry *ring;
    char (*messages)[POOL_MESSAGE_SIZE]; // touched on failure
    size_t message_count;                // of the first entries of the ring
    char *heap;
    size_t heap_size;
    struct worker *worker; // private memory that a worker finds zeroed
    unsigned cpus;         // this process may run on
    bool ignores_ctrl_c;   // the client, from its start or by its own wish
    pid_t client;
    int client_event; // eventfds that wake …
    int super_event;

    // Written by the client.
    _Alignas(LINE) _Atomic uint64_t tail; // next chunk to be submitted
    _Alignas(LINE) _Atomic uint32_t mode; // enum arena_mode
    _Atomic uint32_t wanted;              // workers to be running
    _Atomic(struct trace *) trace;        // NULL: not recording

    // Written by workers: chunks below it are reserved.
    _Alignas(LINE) _Atomic uint64_t next;
    // What wakes the client: a chunk, or one of the two values that are none.
    // Written by the client before it sleeps, cleared by the one who wakes it.
    _Alignas(LINE) _Atomic uint64_t awaited;
#define AWAIT_NOTHING UINT64_C(0)
#define AWAIT_ANY UINT64_C(1)
#define AWAIT_CHUNK(seq) ((seq) + 2)
    // Workers that sleep; workers that look for work and will see any that is
    // submitted now. Set by themselves; cleared by whoever wakes them,
    // and where one has died.
    _Alignas(LINE) _Atomic uint64_t asleep[BITMAP_WORDS];
    _Alignas(LINE) _Atomic uint64_t looking[BITMAP_WORDS];

    // Written by the supervisor.
    _Alignas(LINE) _Atomic uint64_t super_wakes_ns; // its next deadline
    _Atomic uint64_t respawned;
    _Atomic uint32_t started;       // every worker has been forked (futex), or:
    int start_error;                // errno of the fork that failed
    char reason[POOL_MESSAGE_SIZE]; // why it gave up
};

static inline struct entry *arena_entry(struct arena *arena, uint64_t seq) {
    uint64_t slot = seq / RING_PAGE & arena->directory_mask;
    uint32_t page = load_relaxed(&arena->directory[slot]);
    return &arena->ring[(uint64_t)page * RING_PAGE + seq % RING_PAGE];
}

static inline struct job *arena_job(struct arena *arena, struct entry *entry) {
    return (struct job *)((char *)arena + (uint64_t)entry->job * JOB_UNIT);
}

// NULL: there is no room for this entry's.
static inline char *arena_message(struct arena *arena, struct entry *entry) {
    size_t at = (size_t)(entry - arena->ring);
    return at < arena->message_count ? arena->messages[at] : NULL;
}

// Items of an entry's chunk, and the number of the first of them.
static inline uint32_t arena_chunk_items(const struct job *job,
                                         const struct entry *entry,
                                         uint64_t *first) {
    *first = (uint64_t)entry->chunk * job->chunk_size;
    uint64_t left = job->count - *first;
    return left < job->chunk_size ? (uint32_t)left : job->chunk_size;
}

#endif
