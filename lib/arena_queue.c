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

enum cell_state { CELL_EMPTY, CELL_WRITING, CELL_FULL, CELL_READING };

// Bits 0-3 state, 4-15 owner, 16-63 the number of the put and get.
#define CELL_WORD(state, owner, t)                                             \
    ((state) | (uint64_t)(owner) << 4 | (uint64_t)(t) << 16)
#define EMPTY(t) CELL_WORD(CELL_EMPTY, 0, t)
#define WRITING(t, owner) CELL_WORD(CELL_WRITING, owner, t)
#define FULL(t) CELL_WORD(CELL_FULL, 0, t)
#define READING(t, owner) CELL_WORD(CELL_READING, owner, t)

struct queue_cell {
    _Atomic uint64_t word;
    char item[];
};

static struct queue_cell *queue_cell(struct pool_queue *queue, uint64_t t) {
    return (struct queue_cell *)(queue->cells +
                                 t % queue->capacity * queue->stride);
}

static size_t queue_stride(size_t item_size) {
    return (sizeof(struct queue_cell) + item_size + 7) / 8 * 8;
}

size_t arena_queue_size(size_t item_size, size_t capacity) {
    if (item_size > UINT32_MAX || capacity > UINT32_MAX ||
        capacity > SIZE_MAX / 2 / queue_stride(item_size))
        return 0;
    return sizeof(struct pool_queue) + capacity * queue_stride(item_size);
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
        atomic_init(&queue_cell(queue, i)->word, EMPTY(i));
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
    if (load_relaxed(&queue->waiting[side]))
        queue_wake(queue, side);
    if (load_relaxed(&queue->client_waits) &&
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
    if (atomic_load(&cell->word) == FULL(h))
        queue_rewind(queue, h);
}

// Takes the cell over from `word`, leaving a note for the supervisor first.
static bool queue_claim(struct queue_cell *cell, uint64_t word,
                        uint64_t claimed, struct slot *slot) {
    if (slot)
        atomic_store(&slot->cell, cell);
    return atomic_compare_exchange_strong(&cell->word, &word, claimed);
}

static int queue_put(const struct queue_request *request, uint64_t self,
                     struct slot *slot) {
    struct pool_queue *queue = request->queue;
    for (;;) {
        if (atomic_load(&queue->closed))
            return POOL_ECLOSED;
        uint64_t t = atomic_load(&queue->tail);
        struct queue_cell *cell = queue_cell(queue, t);
        uint64_t word = atomic_load(&cell->word);
        if (word >> 16 < t) { // still holds item t - capacity
            if (atomic_load(&queue->tail) == t)
                return POOL_ETIMEDOUT;
        } else if (word != EMPTY(t)) {
            queue_advance(&queue->tail, t); // item t is somebody else's
        } else if (queue_claim(cell, word, WRITING(t, self), slot)) {
            // Closed meanwhile: a get that saw that may have given up already.
            bool late = atomic_load(&queue->closed);
            if (!late)
                memcpy(cell->item, request->item, queue->item_size);
            word = late ? EMPTY(t + queue->capacity) : FULL(t);
            atomic_store(&cell->word, word);
            queue_advance(&queue->tail, t);
            return late ? POOL_ECLOSED : 0;
        }
    }
}

static int queue_get(const struct queue_request *request, uint64_t self,
                     struct slot *slot) {
    struct pool_queue *queue = request->queue;
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
        } else if (word == FULL(h)) {
            if (!queue_claim(cell, word, READING(h, self), slot))
                continue;
            memcpy(request->item, cell->item, queue->item_size);
            atomic_store(&cell->word, EMPTY(h + queue->capacity));
            queue_advance(&queue->head, h);
            return 0;
        } else if (atomic_load(&queue->head) == h) {
            // Empty, or its writer is not done, or a slow reader of the lap
            // before is not: all of them notify us when they are.
            closed = closed && state != CELL_WRITING;
            return closed ? POOL_ECLOSED : POOL_ETIMEDOUT;
        }
    }
}

int arena_queue_try(const struct queue_request *request, struct slot *slot) {
    struct pool_queue *queue = request->queue;
    bool put = request->side == QUEUE_PUT;
    uint64_t self = QUEUE_CLIENT;
    if (slot) {
        self = (uint64_t)(slot - queue->arena->slots);
        atomic_store(&slot->queue, queue);
    }
    int rc = (put ? queue_put : queue_get)(request, self, slot);
    if (rc != POOL_ETIMEDOUT)
        queue_notify(queue, put ? QUEUE_GET : QUEUE_PUT, slot);
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
int arena_queue_wait(const struct queue_request *request, struct slot *slot,
                     int timeout_ms) {
    struct pool_queue *queue = request->queue;
    uint64_t start = sys_now_ns();
    for (;;) {
        int rc = arena_queue_try(request, slot);
        if (rc != POOL_ETIMEDOUT || timeout_ms == 0)
            return rc;
        uint32_t seen = atomic_load(&queue->changes[request->side]);
        atomic_store(&queue->waiting[request->side], 1);
        atomic_thread_fence(memory_order_seq_cst); // see queue_notify()
        rc = arena_queue_try(request, slot);
        int left = sys_ms_left(start, timeout_ms);
        if (rc != POOL_ETIMEDOUT || left == 0)
            return rc;
        sys_futex_wait(&queue->changes[request->side], seen, left);
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
    if (word == WRITING(t, worker))
        atomic_store(&cell->word, EMPTY(t + queue->capacity));
    else if (word == READING(t, worker))
        atomic_store(&cell->word, word = FULL(t));
    if (word == FULL(t))
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
        if (word == FULL(t))
            size++;
        else if (word == EMPTY(t))
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
