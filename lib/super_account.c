// SPDX-License-Identifier: MIT
// What becomes of a dead worker's work, and who must die for running too long.
//
// Interface: super_account() runs after waitpid(), so the worker's last store
// has been made and nobody else moves what it held. It repeats every wake the
// worker may have owed.
//
// Runs in: supervisor.
#include "internal.h"

// Fails the item that was running, or gives it another try; the rest of the
// chunk goes back to READY. Returns the error, or 0 for another try.
static enum pool_error lose_item(struct arena *arena, uint64_t seq,
                                 const struct slot *slot, int status) {
    struct entry *entry = arena_entry(arena, seq);
    struct job *job = arena_job(arena, entry);
    uint64_t word = atomic_load(&entry->word), first, done = word_done(word);
    uint32_t count = arena_chunk_items(job, entry, &first);
    bool timed_out = atomic_load(&slot->deadline_ns) == DEADLINE_PASSED;
    unsigned lap = WORD_LAP(seq), tries = word_tries(word);
    if (!timed_out && tries < arena->options.max_retries) {
        job_statuses(job)[first + done] = 0; // it may have failed, unpublished
        atomic_store(&entry->word,
                     word_make(CHUNK_READY, lap, word & WORD_FAULT, done) |
                         (tries + 1) * WORD_TRY);
        return 0;
    }
    char *message = arena_message(arena, entry), how[128];
    if (!(word & WORD_FAULT) && message) { // the first to fail speaks for all
        if (timed_out)
            snprintf(how, sizeof how, "killed: the item ran longer than %d ms",
                     arena->options.task_timeout_ms);
        else
            sys_describe_exit(how, sizeof how, status);
        snprintf(message, POOL_MESSAGE_SIZE, "worker %d %s",
                 atomic_load(&slot->pid), how);
    }
    enum pool_error error = timed_out ? POOL_ETIMELIMIT : POOL_ELOST;
    job_statuses(job)[first + done] = (uint8_t)-error;
    done++;
    enum chunk_state state = done == count ? CHUNK_DONE : CHUNK_READY;
    atomic_store(&entry->word, word_make(state, lap, WORD_FAULT, done));
    return error;
}

void super_account(struct arena *arena, unsigned worker, int status) {
    struct slot *slot = &arena->slots[worker];
    int pid = atomic_load(&slot->pid);
    uint64_t seq = atomic_load(&slot->lo);
    struct entry *entry = arena_entry(arena, seq);
    uint64_t word = atomic_load(&entry->word);
    struct pool_trace_event event = {.kind = POOL_TRACE_DEATH,
                                     .worker = (int)worker,
                                     .pid = pid,
                                     .status = status};
    if (word_held_by(word, worker)) {
        arena_chunk_items(arena_job(arena, entry), entry, &event.first);
        event.task = seq;
        event.first += word_done(word);
        event.count = 1;
        event.error = POOL_ECANCELLED; // by the client
        if (atomic_load(&arena->mode) != MODE_TERMINATE)
            event.error = lose_item(arena, seq, slot, status);
    }
    arena_queue_repair(slot, worker);
    atomic_store(&slot->deadline_ns, 0);
    atomic_store(&slot->pid, 0);
    arena_trace_add(arena, event);
    // It may have been about to tell the client of a finished chunk, or have
    // been woken for work that it did not live to take.
    atomic_store(&arena->awaited, AWAIT_NOTHING);
    sys_event_signal(arena->client_event);
    arena_wake_all(arena);
}

// Kills workers whose item has run too long. The item's deadline is replaced
// first, and no two items of a worker have the same: from then on it cannot
// finish that item, nor start another. Returns the milliseconds until the next
// item will have run too long.
int super_enforce_limit(struct arena *arena) {
    if (!arena->options.task_timeout_ms)
        return POOL_FOREVER;
    // During the scan every worker that starts an item signals us: it reads
    // UINT64_MAX here, which is later than its deadline.
    atomic_store(&arena->super_wakes_ns, UINT64_MAX);
    uint64_t now = sys_now_ns(), soonest = UINT64_MAX;
    for (unsigned i = 0; i < arena->options.workers; i++) {
        struct slot *slot = &arena->slots[i];
        uint64_t deadline = atomic_load(&slot->deadline_ns);
        int pid = atomic_load(&slot->pid);
        if (deadline > now) // or DEADLINE_PASSED
            soonest = MIN(deadline, soonest);
        else if (deadline && pid > 0 &&
                 atomic_compare_exchange_strong(&slot->deadline_ns, &deadline,
                                                DEADLINE_PASSED))
            kill(pid, SIGKILL);
    }
    atomic_store(&arena->super_wakes_ns, soonest);
    if (soonest == UINT64_MAX)
        return POOL_FOREVER;
    return (int)MIN((soonest - now) / 1000000, 60000) + 1;
}
