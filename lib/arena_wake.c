// SPDX-License-Identifier: MIT
// Sleeping and waking across processes.
//
// Interface: whoever wants to sleep says so in shared memory, then looks once
// more for what it waits for, then sleeps. Whoever makes something happen does
// it first and then looks for sleepers. Both put a full fence between the two
// steps, so at least one sees the other:
//
//      sleeper                      waker
//      mark asleep                  publish
//      fence                        fence
//      look: nothing there          look: nobody asleep      <- impossible
//
// A read-modify-write is such a fence on x86, not in C nor on ARM or POWER, so
// every fence is written out. tests/model/litmus holds each of these pairs.
//
// So nobody makes a system call to wake someone who is awake. A process killed
// in the middle leaves a stale mark, which costs one needless call, or a wake
// undelivered, which super_account() makes up for by waking all who may wait.
//
// Runs in: any process.
#include "internal.h"

void bitmap_set(_Atomic uint64_t *bitmap, unsigned worker) {
    atomic_fetch_or(&bitmap[worker / 64], UINT64_C(1) << worker % 64);
}

// True if the mark was there: then this caller is the one who took it away.
bool bitmap_clear(_Atomic uint64_t *bitmap, unsigned worker) {
    uint64_t bit = UINT64_C(1) << worker % 64;
    if (!(atomic_load(&bitmap[worker / 64]) & bit))
        return false;
    return atomic_fetch_and(&bitmap[worker / 64], ~bit) & bit;
}

// If the worker is about to go to sleep and sets `wake` to 0 after this store,
// its look, which follows, sees what this caller has seen.
void arena_wake_slot(struct slot *slot) {
    atomic_thread_fence(memory_order_seq_cst);
    atomic_store(&slot->wake, 1);
    sys_futex_wake(&slot->wake);
}

static size_t bitmap_words(const struct arena *arena) {
    return (arena->options.workers + 63) / 64;
}

size_t arena_count_looking(struct arena *arena) {
    size_t count = 0;
    for (size_t i = 0; i < bitmap_words(arena); i++)
        count += (size_t)__builtin_popcountll(load_relaxed(&arena->looking[i]));
    return count;
}

// Wakes up to `count` sleepers, lowest index first, so that few tasks keep to
// few workers. They count as looking from here on. That mark is made first:
// made last, it could come when the worker has long found work, and would stay.
static void wake_sleepers(struct arena *arena, size_t count) {
    for (size_t i = 0; i < bitmap_words(arena); i++) {
        uint64_t asleep = load_relaxed(&arena->asleep[i]);
        for (; asleep && count; asleep &= asleep - 1) {
            unsigned worker = (unsigned)(i * 64) + __builtin_ctzll(asleep);
            bitmap_set(arena->looking, worker);
            if (bitmap_clear(arena->asleep, worker))
                count--;
            else // awake, or soon; a mark too few only costs a call too many
                bitmap_clear(arena->looking, worker);
            arena_wake_slot(&arena->slots[worker]);
        }
    }
}

static bool any(const struct arena *arena, _Atomic uint64_t *bitmap) {
    uint64_t bits = 0;
    for (size_t i = 0; i < bitmap_words(arena); i++)
        bits |= load_relaxed(&bitmap[i]);
    return bits;
}

// Sees to it that somebody comes for chunks that nobody has reserved: wakes one
// sleeper, unless a worker is looking already. Who finds work takes its mark
// off, takes the work, and makes this call in turn. So as many wake as there is
// work for, one after the other, and short tasks are over before many are.
//
// What changes least is asked for first: while nobody sleeps, a client that
// submits reads no line that busy workers write.
void arena_wake_one(struct arena *arena) {
    atomic_thread_fence(memory_order_seq_cst);
    if (any(arena, arena->asleep) && !any(arena, arena->looking) &&
        atomic_load(&arena->next) < atomic_load(&arena->tail))
        wake_sleepers(arena, 1);
}

// As above, but trusts nobody who is marked as looking: that one may be stopped
// (so another is woken), or still asleep, because its waker was stopped between
// clearing its mark and the futex call (so it is woken again).
void arena_wake_one_more(struct arena *arena) {
    if (atomic_load(&arena->next) >= atomic_load(&arena->tail))
        return;
    wake_sleepers(arena, 1);
    for (unsigned i = 0; i < arena->options.workers; i++)
        if (atomic_load(&arena->looking[i / 64]) >> i % 64 & 1)
            arena_wake_slot(&arena->slots[i]);
}

// After a death, or where a worker leaves work behind: whatever the dead one has
// set or was about to do is made up for. It may have taken a sleeper's mark off
// and not lived to wake it, so all are woken, marked or not. Marks of the living
// that are lost here only cost needless calls.
void arena_wake_all(struct arena *arena) {
    for (size_t i = 0; i < bitmap_words(arena); i++) {
        atomic_store(&arena->looking[i], 0);
        atomic_store(&arena->asleep[i], 0);
    }
    for (size_t i = 0; i < arena->options.workers; i++)
        arena_wake_slot(&arena->slots[i]);
}

// Tells the client that chunks `from` … `to` are finished, if it sleeps until
// one of them is. Numbers are compared as the directory sees them: a hint from
// before the directory was reused reaches the same entry by another number.
// False: the client could not be told.
bool arena_finished(struct arena *arena, uint64_t from, uint64_t to) {
    atomic_thread_fence(memory_order_seq_cst);
    uint64_t awaited = load_relaxed(&arena->awaited);
    if (awaited == AWAIT_NOTHING)
        return true;
    uint64_t positions = (arena->directory_mask + 1) * RING_PAGE;
    if (awaited != AWAIT_ANY &&
        (awaited - AWAIT_CHUNK(from)) % positions > to - from)
        return true;
    // If two workers finish at once, one signals. If the client has asked for
    // another chunk meanwhile, whoever finishes that one signals.
    return !atomic_compare_exchange_strong(&arena->awaited, &awaited,
                                           AWAIT_NOTHING) ||
           sys_event_signal(arena->client_event);
}
