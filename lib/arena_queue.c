// SPDX-License-Identifier: MIT
// Bounded first-in first-out queues that survive the death of their users.
//
// Interface: a queue is a ring of cells. Put number t and get number t use cell
// t % capacity, whose word is the truth about it:
//
//      EMPTY(t) -> WRITING(t, by whom) -> FULL(t) -> READING(t, by whom)
//          ^                                                |
//          +---- EMPTY(t + capacity) <----------------------+
//
// `tail` and `head` only say where to look first; whoever finds them behind
// moves them on. There is no lock. When a worker dies inside, the supervisor
// turns its WRITING(t) into EMPTY(t + capacity), as if item t had been put and
// got, and its READING(t) back into FULL(t); a slot names the one cell that may
// need this. After Dmitry Vyukov's bounded queue, with owners in the words.
//
// Runs in: client and workers; arena_queue_repair() in the supervisor.
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum cell_state { CELL_EMPTY, CELL_WRITING, CELL_FULL, CELL_READING };

// Bits 0-3 state, 4-15 owner, 16-63 the number of the put and get.
#define CELL_WORD(state, owner, t)                                             \
    ((state) | (owner) << 4 | (uint64_t)(t) << 16)

struct queue_cell {
    _Atomic uint64_t word;
    char item[];
};

struct pool_queue {
    // Constant.
    struct arena *arena;
    struct pool *pool; // the client's private pointer
    size_t item_size;
    size_t capacity;
    size_t stride; // from cell to cell
    // Written by any user.
    _Alignas(LINE) _Atomic uint64_t tail;
    _Alignas(LINE) _Atomic uint64_t head;
    _Alignas(LINE) _Atomic uint32_t closed;
    _Atomic uint32_t client_waits;
    _Atomic uint32_t waiting[2]; // by side: some worker sleeps, or is about to
    _Atomic uint32_t changes[2]; // the futexes they sleep on
    _Alignas(LINE) char cells[];
};

static struct queue_cell *queue_cell(struct pool_queue *queue, uint64_t t) {
    return (struct queue_cell *)(queue->cells +
                                 t % queue->capacity * queue->stride);
}

static size_t queue_stride(size_t item_size) {
    return (sizeof(struct queue_cell) + item_size + 7) / 8 * 8;
}

size_t arena_queue_size(size_t item_size, size_t capacity) {
    size_t bytes;
    if (item_size > UINT32_MAX || capacity > UINT32_MAX ||
        __builtin_mul_overflow(queue_stride(item_size), capacity, &bytes) ||
        __builtin_add_overflow(bytes, sizeof(struct pool_queue), &bytes))
        return 0;
    return bytes;
}

// `queue` is zeroed memory of the arena.
void arena_queue_init(struct pool_queue *queue, struct arena *arena,
                      struct pool *pool, size_t item_size, size_t capacity) {
    queue->arena = arena;
    queue->pool = pool;
    queue->item_size = item_size;
    queue->capacity = capacity;
    queue->stride = queue_stride(item_size);
    for (size_t i = 0; i < capacity; i++)
        atomic_init(&queue_cell(queue, i)->word, CELL_WORD(CELL_EMPTY, 0u, i));
}

struct arena *arena_queue_home(struct pool_queue *queue, struct pool **pool) {
    *pool = queue->pool;
    return queue->arena;
}

static void queue_wake(struct pool_queue *queue, enum queue_side side) {
    atomic_store(&queue->waiting[side], 0);
    atomic_fetch_add(&queue->changes[side], 1);
    sys_futex_wake(&queue->changes[side]);
}

static void queue_wake_all(struct pool_queue *queue) {
    queue_wake(queue, QUEUE_PUT);
    queue_wake(queue, QUEUE_GET);
    if (atomic_exchange(&queue->client_waits, 0))
        sys_event_signal(queue->arena->client_event);
}

// Something happened that `side` may wait for. All of that side are woken: one
// alone could be killed on its way, and with it the wake.
static void queue_notify(struct pool_queue *queue, enum queue_side side,
                         struct slot *slot) {
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&queue->waiting[side], memory_order_relaxed))
        queue_wake(queue, side);
    if (atomic_load_explicit(&queue->client_waits, memory_order_relaxed) &&
        atomic_exchange(&queue->client_waits, 0) &&
        !sys_event_signal(queue->arena->client_event) && slot) {
        sys_each_output(sys_flush);
        _exit(EXIT_FAILURE); // a task closed the descriptor: see worker_main.c
    }
}

// Moves a hint on from `t`, unless somebody else has.
static void queue_advance(_Atomic uint64_t *hint, uint64_t t) {
    atomic_compare_exchange_strong(hint, &t, t + 1);
}

// Moves `head` back to an item that is there again.
static void queue_rewind(struct pool_queue *queue, uint64_t t) {
    uint64_t head = atomic_load(&queue->head);
    while (head > t && !atomic_compare_exchange_weak(&queue->head, &head, t))
        continue;
}

// Item `h` is being got by somebody else: leaves it behind. If that one has
// been killed meanwhile and its item put back, goes back to it.
static void queue_pass(struct pool_queue *queue, struct queue_cell *cell,
                       uint64_t h, struct slot *slot) {
    if (slot) // if we are killed here, the supervisor goes back to it
        atomic_store(&slot->cell, cell);
    queue_advance(&queue->head, h);
    if (atomic_load(&cell->word) == CELL_WORD(CELL_FULL, 0u, h))
        queue_rewind(queue, h);
}

// Takes the cell over from `word`, leaving a note for the supervisor first.
static bool queue_claim(struct queue_cell *cell, uint64_t word,
                        uint64_t claimed, struct slot *slot) {
    if (slot)
        atomic_store(&slot->cell, cell);
    return atomic_compare_exchange_strong(&cell->word, &word, claimed);
}

static int queue_put(struct pool_queue *queue, const void *item, uint64_t self,
                     struct slot *slot) {
    for (;;) {
        if (atomic_load(&queue->closed))
            return POOL_ECLOSED;
        uint64_t t = atomic_load(&queue->tail);
        struct queue_cell *cell = queue_cell(queue, t);
        uint64_t word = atomic_load(&cell->word);
        if (word >> 16 < t) { // still holds item t - capacity
            if (atomic_load(&queue->tail) == t)
                return POOL_ETIMEDOUT;
        } else if (word != CELL_WORD(CELL_EMPTY, 0u, t)) {
            queue_advance(&queue->tail, t); // item t is somebody else's
        } else if (queue_claim(cell, word, CELL_WORD(CELL_WRITING, self, t),
                               slot)) {
            // Closed meanwhile: a get that saw that may have given up already.
            bool late = atomic_load(&queue->closed);
            if (!late)
                memcpy(cell->item, item, queue->item_size);
            atomic_store(&cell->word,
                         late ? CELL_WORD(CELL_EMPTY, 0u, t + queue->capacity)
                              : CELL_WORD(CELL_FULL, 0u, t));
            queue_advance(&queue->tail, t);
            return late ? POOL_ECLOSED : 0;
        }
    }
}

static int queue_get(struct pool_queue *queue, void *item, uint64_t self,
                     struct slot *slot) {
    for (;;) {
        bool closed = atomic_load(&queue->closed);
        uint64_t h = atomic_load(&queue->head);
        struct queue_cell *cell = queue_cell(queue, h);
        uint64_t word = atomic_load(&cell->word);
        unsigned state = word & 15;
        if (word >> 16 > h) {
            queue_advance(&queue->head, h); // item h has been got
        } else if (word >> 16 == h && state == CELL_READING) {
            queue_pass(queue, cell, h, slot);
        } else if (word >> 16 == h && state == CELL_FULL) {
            if (!queue_claim(cell, word, CELL_WORD(CELL_READING, self, h),
                             slot))
                continue;
            memcpy(item, cell->item, queue->item_size);
            atomic_store(&cell->word,
                         CELL_WORD(CELL_EMPTY, 0u, h + queue->capacity));
            queue_advance(&queue->head, h);
            return 0;
        } else if (atomic_load(&queue->head) == h) {
            // Empty, or its writer is not done, or a slow reader of the lap
            // before is not: all of them notify us when they are.
            return closed && state != CELL_WRITING ? POOL_ECLOSED
                                                   : POOL_ETIMEDOUT;
        }
    }
}

int arena_queue_try(struct pool_queue *queue, enum queue_side side, void *item,
                    struct slot *slot) {
    uint64_t self = QUEUE_CLIENT;
    if (slot) {
        self = (uint64_t)(slot - queue->arena->slots);
        atomic_store(&slot->queue, queue);
    }
    int rc = side == QUEUE_PUT ? queue_put(queue, item, self, slot)
                               : queue_get(queue, item, self, slot);
    if (rc != POOL_ETIMEDOUT)
        queue_notify(queue, side == QUEUE_PUT ? QUEUE_GET : QUEUE_PUT, slot);
    if (slot) {
        atomic_store(&slot->queue, NULL);
        atomic_store(&slot->cell, NULL);
    }
    return rc;
}

// The client sleeps in its own way; it only wants to be told.
void arena_queue_await(struct pool_queue *queue, bool waiting) {
    atomic_store(&queue->client_waits, waiting);
    atomic_thread_fence(memory_order_seq_cst); // see queue_notify()
}

// Tries, and sleeps on the side's futex between tries.
int arena_queue_wait(struct pool_queue *queue, enum queue_side side, void *item,
                     struct slot *slot, int timeout_ms) {
    uint64_t start = sys_now_ns();
    for (;;) {
        int rc = arena_queue_try(queue, side, item, slot);
        if (rc != POOL_ETIMEDOUT || timeout_ms == 0)
            return rc;
        uint32_t seen = atomic_load(&queue->changes[side]);
        atomic_store(&queue->waiting[side], 1);
        atomic_thread_fence(memory_order_seq_cst); // see queue_notify()
        rc = arena_queue_try(queue, side, item, slot);
        if (rc != POOL_ETIMEDOUT)
            return rc;
        int left = sys_ms_left(start, timeout_ms);
        if (left == 0)
            return POOL_ETIMEDOUT;
        sys_futex_wait(&queue->changes[side], seen, left);
    }
}

// Undoes what a dead worker had half done, and passes on what it may have been
// about to tell.
void arena_queue_repair(struct slot *slot, unsigned worker) {
    struct pool_queue *queue = atomic_exchange(&slot->queue, NULL);
    struct queue_cell *cell = atomic_exchange(&slot->cell, NULL);
    if (!queue)
        return;
    uint64_t word = cell ? atomic_load(&cell->word) : 0, t = word >> 16;
    if (word == CELL_WORD(CELL_WRITING, (uint64_t)worker, t))
        atomic_store(&cell->word,
                     CELL_WORD(CELL_EMPTY, 0u, t + queue->capacity));
    else if (word == CELL_WORD(CELL_READING, (uint64_t)worker, t))
        atomic_store(&cell->word, word = CELL_WORD(CELL_FULL, 0u, t));
    if (word == CELL_WORD(CELL_FULL, 0u, t))
        queue_rewind(queue, t);
    queue_wake_all(queue);
}

size_t pool_queue_size(struct pool_queue *queue) {
    if (!queue)
        return 0;
    uint64_t head = atomic_load(&queue->head), end = head + queue->capacity;
    size_t size = 0;
    for (uint64_t t = head; t != end; t++) { // counted: a put may have died
        uint64_t word = atomic_load(&queue_cell(queue, t)->word);
        if (word == CELL_WORD(CELL_FULL, 0u, t))
            size++;
        else if (word == CELL_WORD(CELL_EMPTY, 0u, t))
            break;
    }
    return size;
}

void arena_queue_close(struct pool_queue *queue, struct slot *slot) {
    if (slot) // killed before it has woken all, the supervisor does
        atomic_store(&slot->queue, queue);
    atomic_store(&queue->closed, 1);
    queue_wake_all(queue);
    if (slot)
        atomic_store(&slot->queue, NULL);
}
