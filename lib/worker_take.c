// SPDX-License-Identifier: MIT
// How a worker finds chunks to run.
//
// Interface: worker_take() reserves some chunks by writing their numbers into
// this worker's slot, [lo, hi). A reservation is a hint: it keeps workers out
// of each other's way, and it binds nobody. A worker that finds all chunks
// reserved looks into the slots of the others and takes what they have not yet
// claimed, so no chunk waits behind a long one while a worker is idle, and none
// is lost with a worker that dies.
//
// Runs in: worker.
#include "internal.h"

static void take_range(struct slot *self, uint64_t lo, uint64_t hi) {
    atomic_store_explicit(&self->lo, lo, memory_order_relaxed);
    atomic_store_explicit(&self->hi, hi, memory_order_release);
}

// Where to end a reservation: few at a time where few are left, so that the
// last ones are spread evenly; else at the end of a cache line of entries, as
// every item of a chunk writes to its line, and two workers would get in each
// other's way.
static uint64_t take_until(const struct arena *arena, uint64_t next,
                           uint64_t tail) {
    const uint64_t line = LINE / sizeof(struct entry);
    uint64_t share = (tail - next) / (2 * arena->options.workers);
    share = share < 1 ? 1 : share > HINTS_MAX ? HINTS_MAX : share;
    return share < line ? next + share : (next + share) / line * line;
}

// Takes the next chunks in line. The reservation is written before `next`
// moves: a worker killed between the two has reserved what others get as well.
static bool take_next(struct arena *arena, struct slot *self) {
    // Acquire: whoever moved it has reserved, and take_from() is to see that.
    uint64_t next = atomic_load_explicit(&arena->next, memory_order_acquire);
    for (;;) {
        uint64_t tail =
            atomic_load_explicit(&arena->tail, memory_order_acquire);
        if (next >= tail)
            return false;
        uint64_t hi = take_until(arena, next, tail);
        take_range(self, next, hi);
        if (atomic_compare_exchange_strong(&arena->next, &next, hi))
            return true;
    }
}

// Takes one chunk that another worker has reserved and not claimed.
static bool take_from(struct arena *arena, struct slot *self,
                      struct slot *other) {
    uint64_t lo = atomic_load_explicit(&other->lo, memory_order_relaxed);
    uint64_t hi = atomic_load_explicit(&other->hi, memory_order_relaxed);
    if (hi - lo > HINTS_MAX) // read while it was being written
        return false;
    // Chunks above `next` are not reserved, whatever a failed try has written.
    uint64_t next = atomic_load_explicit(&arena->next, memory_order_relaxed);
    for (; lo < hi && lo < next; lo++) {
        uint64_t word = atomic_load_explicit(&arena_entry(arena, lo)->word,
                                             memory_order_relaxed);
        if (word_ready(word, lo)) {
            take_range(self, lo, lo + 1);
            return true;
        }
    }
    return false;
}

bool worker_take(struct arena *arena, struct slot *self) {
    if (take_next(arena, self))
        return true;
    size_t count = arena->options.workers;
    size_t index = (size_t)(self - arena->slots);
    for (size_t i = 1; i < count; i++)
        if (take_from(arena, self, &arena->slots[(index + i) % count]))
            return true;
    return false;
}
