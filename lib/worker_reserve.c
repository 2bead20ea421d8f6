// SPDX-License-Identifier: MIT
// How a worker finds chunks to run.
//
// Interface: worker_reserve() reserves some chunks by writing their numbers
// into this worker's slot, [lo, hi). A reservation is a hint: it keeps workers
// out of each other's way, but any worker may claim the chunk. A worker that
// finds all chunks reserved looks into the slots of the others and takes what
// they have not yet claimed, so no chunk waits behind a long one while a worker
// is idle, and none is lost with a worker that dies.
//
// Runs in: worker.
#include "internal.h"

static void set_reservation(struct slot *self, uint64_t lo, uint64_t hi) {
    store_relaxed(&self->lo, lo);
    store_release(&self->hi, hi);
}

// Takes the next chunks in line: few at a time where few are left, so that the
// last ones are spread evenly; else to the end of a cache line of entries, as
// every item of a chunk writes to its line, and two workers would get in each
// other's way. The reservation is written before `next` moves: a worker killed
// between the two has reserved what others get as well.
static bool reserve_next(struct arena *arena, struct slot *self) {
    const uint64_t line = LINE / sizeof(struct entry);
    // Acquire: whoever moved it has reserved, and steal() is to see that.
    uint64_t next = load_acquire(&arena->next);
    for (;;) {
        uint64_t tail = load_acquire(&arena->tail);
        if (next >= tail)
            return false;
        uint64_t share = (tail - next) / (2 * arena->options.workers);
        uint64_t hi = next + MAX(1, MIN(share, RESERVE_MAX));
        if (hi - next >= line)
            hi = hi / line * line;
        set_reservation(self, next, hi);
        if (atomic_compare_exchange_strong(&arena->next, &next, hi))
            return true;
    }
}

// Work stealing: takes one chunk that another worker has reserved and not
// claimed.
static bool steal(struct arena *arena, struct slot *self, struct slot *other) {
    uint64_t lo = load_relaxed(&other->lo);
    uint64_t hi = load_relaxed(&other->hi);
    // Written at this moment: what is torn is ignored, or tried in vain.
    if (hi - lo > RESERVE_MAX)
        return false;
    // Chunks above `next` are not reserved, whatever a failed try has written.
    uint64_t next = load_relaxed(&arena->next);
    for (; lo < hi && lo < next; lo++) {
        uint64_t word = load_relaxed(&arena_entry(arena, lo)->word);
        if (word_ready(word, lo)) {
            set_reservation(self, lo, lo + 1);
            return true;
        }
    }
    return false;
}

bool worker_reserve(struct arena *arena, struct slot *self) {
    if (reserve_next(arena, self))
        return true;
    size_t count = arena->options.workers;
    size_t index = (size_t)(self - arena->slots);
    for (size_t i = 1; i < count; i++)
        if (steal(arena, self, &arena->slots[(index + i) % count]))
            return true;
    return false;
}
