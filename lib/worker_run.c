// SPDX-License-Identifier: MIT
// A worker's work: claim a chunk, run its items, publish each.
//
// Interface: between claiming a chunk and moving its word to a final state, a
// worker may be killed at any instruction. The word says which item it had
// started; super_account() reports that one lost and makes the rest READY
// again. Nothing here locks, and nothing allocates shared memory.
//
// Runs in: worker.
#include "internal.h"

// Out of the loop over items, which is the price of an item.
#define UNLIKELY __attribute__((cold, noinline))

// Makes room for a result of `size` in front of the guard page.
static UNLIKELY bool grow_result(struct worker *self, size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (size + page - 1) / page * page;
    char *memory = sys_map_private(room + page);
    if (!memory)
        return false;
    if (mprotect(memory + room, page, PROT_NONE) != 0) {
        munmap(memory, room + page);
        return false;
    }
    if (self->result_guard)
        munmap(self->result_guard - self->result_room,
               self->result_room + page);
    self->result_guard = memory + room;
    self->result_room = room;
    return true;
}

// Stands in for a task where its result finds no room.
static int no_memory(const void *arg, size_t arg_size, void *result,
                     size_t result_size) {
    (void)arg, (void)arg_size, (void)result;
    return pool_fail("no memory for a result of %zu bytes", result_size);
}

// Sets the time by which the item must be done, and wakes the supervisor if it
// means to sleep longer than that.
static UNLIKELY void start_clock(struct worker *self) {
    struct arena *arena = self->arena;
    uint64_t deadline =
        sys_now_ns() + (uint64_t)arena->options.task_timeout_ms * 1000000;
    atomic_store(&self->slot->deadline_ns, deadline);
    if (atomic_load(&arena->super_wakes_ns) > deadline &&
        !sys_event_signal(arena->super_event))
        worker_end(self, EXIT_FAILURE);
}

// After a task has returned: a child that it forked must not go on as if it
// were the worker, and what it printed comes out before its result does. glibc's
// __fpending() looks at the same fields; calling it for every item takes as long
// as the rest.
static inline void clean_up(const struct worker *self) {
    if (__builtin_expect(!self->arena, 0))
        _exit(EXIT_FAILURE);
#ifdef __GLIBC__
    bool printed =
        stdout->_IO_write_ptr != stdout->_IO_write_base || stdout->_mode > 0;
#else
    bool printed = __fpending(stdout) != 0;
#endif
    if (__builtin_expect(printed, 0))
        sys_flush(stdout);
}

// Records a failure: one byte per item, one message per chunk. Returns
// the bit that says so in the chunk's word.
static UNLIKELY uint64_t record_failure(struct worker *self,
                                        struct entry *entry, uint64_t word,
                                        enum pool_error error, uint64_t first,
                                        int rc) {
    struct job *job = arena_job(self->arena, entry);
    job_statuses(job)[first + word_done(word)] = (uint8_t)-error;
    if (!self->first_error)
        self->first_error = error;
    char *message = arena_message(self->arena, entry);
    if (!self->message[0])
        pool_fail("task returned %d", rc);
    if (!(word & WORD_FAULT) && message)
        memcpy(message, self->message, POOL_MESSAGE_SIZE);
    return WORD_FAULT;
}

// Where items have a time limit, the supervisor may have been quicker; then it
// kills this worker any moment.
static UNLIKELY void stop_clock(struct worker *self) {
    uint64_t deadline = atomic_load(&self->slot->deadline_ns);
    while (
        deadline == DEADLINE_PASSED ||
        !atomic_compare_exchange_strong(&self->slot->deadline_ns, &deadline, 0))
        pause();
}

// Moves the word on: the item is published.
static inline void advance(struct worker *self, struct entry *entry,
                           uint64_t next, bool limited) {
    if (limited)
        stop_clock(self);
    store_release(&entry->word, next);
}

// Begins the event of a run of `count` items from the one that is next.
static UNLIKELY struct trace_mark trace_run(struct worker *self, uint64_t seq,
                                            uint64_t first, uint32_t count) {
    self->first_error = 0;
    return arena_trace(self->arena, .kind = POOL_TRACE_RUN, .task = seq,
                       .first = first, .count = count,
                       .worker = (int)self->index, .pid = getpid());
}

// Runs items from the one that `word` says is next up to `stop`, and publishes
// each but the last: its word is the caller's to store. This loop is the price
// of an item, so it holds nothing but what changes from item to item.
ALWAYS_INLINE uint64_t run_items(struct worker *self, struct entry *entry,
                                 struct job *job, uint64_t word, uint64_t first,
                                 uint32_t stop, bool limited,
                                 const size_t size) {
    const size_t arg_size = job->item_size;
    const uint64_t place = first + word_done(word);
    const bool fits = size <= self->result_room || grow_result(self, size);
    pool_task_fn *const fn = fits ? job->fn : no_memory;
    char *const result = fits && size ? self->result_guard - size : NULL;
    const char *arg = arg_size ? job->input + place * arg_size : NULL;
    char *output = job->output + place * size;
    for (uint32_t left = stop - word_done(word);;) {
        if (limited)
            start_clock(self);
        self->message[0] = '\0';
        int rc = fn(arg, arg_size, result, size);
        clean_up(self);
        if (__builtin_expect(rc != 0, 0))
            word |= record_failure(self, entry, word,
                                   fits ? POOL_ETASK : POOL_ENOROOM, first, rc);
        else if (size)
            memcpy(output, result, size); // NOLINT: NULL has size 0
        word += WORD_ITEM;
        if (--left == 0)
            return word;
        arg = (const char *)((uintptr_t)arg + arg_size); // NULL stays NULL
        output += size;
        advance(self, entry, word, limited);
    }
}

// Runs what is left of a claimed chunk. Returns with its word final, or READY
// for another worker where this one's time is over.
static void run_chunk(struct worker *self, struct entry *entry, uint64_t word,
                      uint64_t seq) {
    struct job *job = arena_job(self->arena, entry);
    uint32_t done = word_done(word);
    uint64_t first;
    uint32_t count = arena_chunk_items(job, entry, &first);
    uint32_t stop = done + (uint32_t)MIN(count - done, self->budget);
    self->budget -= stop - done;
    struct trace_mark mark = {.record = NULL};
    if (load_relaxed(&self->arena->trace))
        mark = trace_run(self, seq, first + done, stop - done);
    word = word_make(CHUNK_RUNNING, self->index, word & WORD_FAULT, done);
    bool limited = self->arena->options.task_timeout_ms != 0;
    // Most results are one word, and most items have no time limit: a loop for
    // them alone has fewer steps.
    if (!limited && job->result_size == sizeof(uint64_t))
        word = run_items(self, entry, job, word, first, stop, false, 8);
    else
        word = run_items(self, entry, job, word, first, stop, limited,
                         job->result_size);
    if (mark.record)
        arena_trace_end(mark, self->first_error);
    enum chunk_state state = stop == count ? CHUNK_DONE : CHUNK_READY;
    word = word_make(state, WORD_LAP(seq), word & WORD_FAULT, stop);
    advance(self, entry, word, limited);
}

// Claims and runs the reserved chunks that are still to be had. The client is
// told of finished ones when this worker turns to something else, at the latest
// before it starts the chunk of another job: that one may take long.
void worker_run_reserved(struct worker *self) {
    struct arena *arena = self->arena;
    struct slot *slot = self->slot;
    uint64_t seq = load_relaxed(&slot->lo);
    uint64_t hi = load_relaxed(&slot->hi);
    // None, or a predecessor died between its two stores.
    if (seq >= hi || hi - seq > RESERVE_MAX)
        return;
    uint64_t untold = seq;
    uint32_t job = 0;
    for (; seq < hi; seq++) {
        struct entry *entry = arena_entry(arena, seq);
        uint64_t word = load_relaxed(&entry->word);
        if (!word_ready(word, seq))
            continue;
        store_relaxed(&slot->lo, seq);
        uint64_t claimed = word_claim(word, self->index);
        // Claiming is the one race: of all who see it READY, one gets it.
        if (!atomic_compare_exchange_strong(&entry->word, &word, claimed))
            continue;
        if (job && entry->job != job) {
            if (!arena_finished(arena, untold, seq - 1))
                worker_end(self, EXIT_FAILURE);
            untold = seq;
        }
        job = entry->job;
        run_chunk(self, entry, claimed, seq);
        if (self->budget == 0) {
            // `fini` may take long: others go on with what is left here.
            arena_finished(arena, untold, seq);
            if (arena->options.fini)
                arena_wake_all(arena);
            worker_end(self, EXIT_SUCCESS);
        }
    }
    store_relaxed(&slot->lo, hi);
    if (!arena_finished(arena, untold, hi - 1))
        worker_end(self, EXIT_FAILURE); // a task closed the descriptor
}
