// SPDX-License-Identifier: MIT
// From finished chunks to ready results.
//
// Interface: a result is *unsettled* until every chunk of it is final. Looking
// at it moves its cursor over the chunks that are; each is accounted for once,
// in order, and its entry retired. Then it is *settled*, and if it has a
// callback, *due* until that has been called. Nobody else writes any of this.
//
// Runs in: client.
#include "client.h"

#include <unwind.h>

enum { COPY_BYTES = 1 << 20 }; // of results that are worth waking up for

// Puts a result in front of another: of the list itself, and it is the last.
void client_result_list(struct pool_result *list, struct pool_result *result) {
    result->prev = list->prev;
    result->next = list;
    list->prev->next = result;
    list->prev = result;
}

static void unlist(struct pool_result *result) {
    result->prev->next = result->next;
    result->next->prev = result->prev;
}

void client_result_move(struct pool_result *list, struct pool_result *result) {
    unlist(result);
    client_result_list(list, result);
}

struct pool_result *client_result_new(struct pool *pool) {
    if (!pool->spare) {
        struct pool_result *block = malloc(RESULT_BLOCK * sizeof *block);
        if (!block)
            return NULL;
        block->next = pool->blocks; // the first one links the blocks
        pool->blocks = block;
        for (int i = 1; i < RESULT_BLOCK; i++) {
            block[i].next = pool->spare;
            pool->spare = &block[i];
        }
    }
    struct pool_result *result = pool->spare;
    pool->spare = result->next;
    // In no list yet: where all of it cannot be had, it is dropped as it is.
    *result = (struct pool_result){result, result, pool, .left = 0};
    return result;
}

// Frees a settled result, its job and its message.
void client_result_drop(struct pool_result *result) {
    struct pool *pool = result->pool;
    unlist(result);
    free(result->message); // NOLINT: results of a list are distinct
    if (result->job)
        client_memory_give(&pool->memory, result->job);
    result->next = pool->spare;
    pool->spare = result;
}

void client_result_settle(struct pool_result *result) {
    struct pool *pool = result->pool;
    struct pool_result *place = &pool->settled;
    result->flags |= RESULT_SETTLED;
    pool->detached -= (result->flags & RESULT_DETACHED) != 0;
    if (result->callback) { // in the order of submission
        place = &pool->due;
        while (place->prev->cursor > result->cursor) // the list's own is 0
            place = place->prev;
        if (pool->user_fd >= 0)
            sys_event_signal(pool->arena->client_event);
    }
    client_result_move(place, result);
    if (!result->callback && (result->flags & RESULT_DETACHED))
        client_result_drop(result);
}

// Terminated, or of a broken pool: that says nothing of why.
static bool was_cut_off(int status) {
    return status == POOL_ECANCELLED || status == POOL_EBROKEN;
}

// Counts an item that was counted as completed, and has failed.
static void count_fault(struct pool_stats *stats, int status) {
    stats->completed--;
    stats->lost += status == POOL_ELOST;
    stats->failed += status != POOL_ELOST && !was_cut_off(status);
}

// Looks at the items of a chunk in which some have failed; they read as zero
// bytes. The first of them, if it is the first of the result, gives the result
// its status and message.
static void count_faults(struct pool_result *result, struct entry *entry) {
    struct pool *pool = result->pool;
    struct job *job = result->job;
    uint64_t first;
    uint32_t count = arena_chunk_items(job, entry, &first);
    for (uint64_t i = first; i < first + count; i++) {
        int status = -job_statuses(job)[i];
        if (status == 0)
            continue;
        count_fault(&pool->stats, status);
        memset(job->output + i * job->result_size, 0, job->result_size);
        if (result->status == 0 && !was_cut_off(status)) {
            const char *message = arena_message(pool->arena, entry);
            result->status = (int16_t)status;
            if (message)
                result->message = strndup(message, POOL_MESSAGE_SIZE - 1);
        }
    }
}

// What is left of a chunk that will never be done fails.
static uint64_t abort_chunk(struct job *job, struct entry *entry, uint64_t word,
                            int status) {
    uint64_t first;
    uint32_t left = arena_chunk_items(job, entry, &first) - word_done(word);
    memset(job_statuses(job) + first + word_done(word), -status, left);
    return word | WORD_FAULT;
}

// Accounts for the chunks from the cursor on that are final; with a status, for
// all: no worker lives any more, and the others fail with it. True: none is
// left. Entries of one page are neighbours, so it goes from page to page.
ALWAYS_INLINE bool account(struct pool_result *result, int status) {
    struct pool *pool = result->pool;
    struct job *job = result->job;
    while (result->left) {
        uint64_t seq = client_ring_skip_gap(pool, result->cursor), first, last;
        result->left -= (uint32_t)(seq - result->cursor);
        result->cursor = seq;
        struct entry *entry = arena_entry(pool->arena, seq);
        uint32_t room = RING_PAGE - seq % RING_PAGE, done;
        uint32_t count = MIN(result->left, room);
        for (done = 0; done < count; done++) {
            uint64_t word = load_acquire(&entry[done].word);
            if (word_state(word) != CHUNK_DONE && status == 0)
                break;
            if (word_state(word) != CHUNK_DONE)
                word = abort_chunk(job, &entry[done], word, status);
            if (word & WORD_FAULT)
                count_faults(result, &entry[done]);
        }
        if (done == 0)
            return false;
        arena_chunk_items(job, entry, &first);
        uint64_t items = arena_chunk_items(job, entry + done - 1, &last);
        items += last - first;
        pool->stats.completed += items;
        pool->stats.pending -= items;
        size_t at = first * job->result_size;
        if (result->flags & RESULT_COPIED)
            memcpy(result->out + at, job->output + at,
                   items * job->result_size);
        client_ring_retire(pool, seq, done);
        result->cursor += done;
        result->left -= done;
        if (done < count)
            return false;
    }
    return true;
}

// Looks how far a result has come; true once it is ready.
bool client_result_settled(struct pool_result *result) {
    if (result->flags & RESULT_SETTLED)
        return true;
    if (!account(result, 0))
        return false;
    client_result_settle(result);
    return true;
}

// Which chunk to wait for: the last, because chunks run roughly in order, and
// once that is done the first that is not. Where results are large enough to
// copy while workers still work, one that is not as far ahead.
uint64_t client_result_awaits(struct pool_result *result) {
    if (result->left == 0)
        return AWAIT_ANY;
    struct pool *pool = result->pool;
    uint64_t awaited = result->cursor + result->left - 1;
    if (result->flags & RESULT_COPIED) {
        uint64_t size = result->job->result_size;
        uint64_t ahead = COPY_BYTES / (result->job->chunk_size * size + 1);
        if (ahead < result->left)
            awaited = client_ring_skip_gap(pool, result->cursor + ahead);
    }
    uint64_t word = atomic_load(&arena_entry(pool->arena, awaited)->word);
    if (word_state(word) == CHUNK_DONE)
        awaited = result->cursor;
    return AWAIT_CHUNK(awaited);
}

// Adds the items of an unsettled result that are done, beyond those accounted
// for, to `stats`.
void client_result_progress(struct pool_result *result,
                            struct pool_stats *stats) {
    uint64_t next = atomic_load(&result->pool->arena->next);
    uint64_t cursor = result->cursor, end = MIN(cursor + result->left, next);
    for (; cursor < end; cursor++) {
        cursor = client_ring_skip_gap(result->pool, cursor);
        struct entry *entry = arena_entry(result->pool->arena, cursor);
        uint64_t word = atomic_load(&entry->word), first;
        uint32_t count = arena_chunk_items(result->job, entry, &first);
        uint32_t done =
            word_state(word) == CHUNK_DONE ? count : word_done(word);
        stats->completed += done;
        stats->pending -= done;
        for (uint64_t i = first; word & WORD_FAULT && i < first + done; i++)
            if (job_statuses(result->job)[i])
                count_fault(stats, -job_statuses(result->job)[i]);
    }
}

// No worker lives any more: what is unfinished fails.
void client_results_abort(struct pool *pool, int status, const char *why) {
    while (!client_list_empty(&pool->unsettled)) {
        struct pool_result *result = pool->unsettled.next;
        if (client_result_settled(result))
            continue;
        account(result, status);
        if (result->status == 0) { // else an item has failed before
            result->status = (int16_t)status;
            result->message = strdup(why);
        }
        client_result_settle(result);
    }
}

// Settles what has finished. Chunks from `next` on have not been started, so
// only those before it are looked at: few more than there are workers, and
// those that finished since the last time.
//
// A result may finish just after the walk has passed it, and the same worker
// then finish a later one that the walk still finds. So whenever something is
// settled behind an unsettled one, it walks again: callbacks keep the order in
// which each worker has finished.
void client_results_collect(struct pool *pool) {
    uint64_t next = atomic_load(&pool->arena->next);
    bool passed_by = true;
    while (passed_by) {
        struct pool_result *result = pool->unsettled.next, *after;
        bool waiting = passed_by = false;
        for (; result != &pool->unsettled && result->cursor < next;
             result = after) {
            after = result->next;
            if (client_result_settled(result))
                passed_by |= waiting;
            else
                waiting = true;
        }
    }
}

// Calls a settled result's callback, which may do nearly anything.
__attribute__((noinline)) void client_result_call(struct pool_result *result) {
    struct pool *pool = result->pool;
    pool_callback_fn *callback = result->callback;
    client_result_move(&pool->settled, result);
    result->callback = NULL;
    result->flags |= RESULT_IN_CALL;
    pool->callbacks--;
    pool->called++;
    pool->calling++;
    callback(result, result->user);
    pool->calling--;
    result->flags &= (uint16_t)~RESULT_IN_CALL;
    if (result->flags & RESULT_DETACHED)
        client_result_drop(result);
}

#ifdef __GLIBC__
static _Unwind_Reason_Code find_call(struct _Unwind_Context *at, void *found) {
    if (_Unwind_GetRegionStart(at) == (uintptr_t)client_result_call)
        *(bool *)found = true;
    return _URC_NO_REASON;
}
#else // where a static program may have no unwinder: none is said to have left
#define _Unwind_Backtrace(find, found) (*(found) = true)
#endif

// True if a callback has never returned, as no call of one is on the stack: it
// has left by longjmp().
bool client_callback_left(struct pool *pool) {
    bool found = false;
    if (pool->calling)
        _Unwind_Backtrace(find_call, &found);
    return pool->calling && !found;
}

// Calls what is due, one after the other: not from inside a callback.
void client_results_call(struct pool *pool) {
    while (!pool->calling && !client_list_empty(&pool->due))
        client_result_call(pool->due.next);
}

void client_results_end(struct pool *pool) {
    while (!client_list_empty(&pool->settled))
        client_result_drop(pool->settled.next);
    for (struct pool_result *block; (block = pool->blocks); free(block))
        pool->blocks = block->next;
}
