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

#include <stdlib.h>
#include <string.h>
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

void client_result_relist(struct pool_result *list,
                          struct pool_result *result) {
    unlist(result);
    client_result_list(list, result);
}

struct pool_result *client_result_new(struct pool *pool) {
    if (!pool->spare) {
        struct block {
            void *next;
            struct pool_result results[RESULT_BLOCK];
        } *block = malloc(sizeof *block);
        if (!block)
            return NULL;
        block->next = pool->blocks;
        pool->blocks = (void **)block;
        for (int i = 0; i < RESULT_BLOCK; i++) {
            block->results[i].next = pool->spare;
            pool->spare = &block->results[i];
        }
    }
    struct pool_result *result = pool->spare;
    pool->spare = result->next;
    // In no list yet: where all of it cannot be had, it is dropped as it is.
    *result =
        (struct pool_result){.prev = result, .next = result, .pool = pool};
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
    client_result_relist(place, result);
    if (!result->callback && (result->flags & RESULT_DETACHED))
        client_result_drop(result);
}

// Counts an item that has failed; it reads as zero bytes.
static void count_fault(struct pool *pool, struct job *job, uint64_t item) {
    int status = -job_statuses(job)[item];
    pool->completed--;
    if (status == POOL_ELOST)
        pool->lost++;
    else if (status == POOL_ECANCELLED || status == POOL_EBROKEN)
        pool->cancelled++;
    else
        pool->failed++;
    memset(job->output + item * job->result_size, 0, job->result_size);
}

// Looks at the items of a chunk in which some have failed. The first of them,
// if it is the first of the result, gives the result its status and message;
// not one that was cut off: that says nothing of why.
static void count_faults(struct pool_result *result, struct entry *entry) {
    struct pool *pool = result->pool;
    struct job *job = result->job;
    uint64_t first;
    uint32_t count = arena_chunk_items(job, entry, &first);
    for (uint64_t i = first; i < first + count; i++) {
        if (!job_statuses(job)[i])
            continue;
        count_fault(pool, job, i);
        int status = -job_statuses(job)[i];
        if (result->status == 0 && status != POOL_ECANCELLED &&
            status != POOL_EBROKEN) {
            const char *message = arena_message(pool->arena, entry);
            result->status = (int16_t)status;
            if (message)
                result->message = strndup(message, POOL_MESSAGE_SIZE - 1);
        }
    }
}

// The entries from the cursor to the end of the result or of their page.
static struct entry *entries_at_cursor(struct pool_result *result,
                                       uint32_t *count) {
    uint64_t valid = client_ring_skip_gap(result->pool, result->cursor);
    result->left -= (uint32_t)(valid - result->cursor);
    result->cursor = valid;
    uint32_t room = RING_PAGE - valid % RING_PAGE;
    *count = result->left < room ? result->left : room;
    return arena_entry(result->pool->arena, valid);
}

// Accounts for `count` chunks from the cursor on, of which `entry` is the first
// and whose faults have been counted: all on one page, so they are neighbours.
static void move_cursor(struct pool_result *result, struct entry *entry,
                        uint32_t count) {
    if (count == 0)
        return;
    struct job *job = result->job;
    uint64_t first, last;
    arena_chunk_items(job, entry, &first);
    uint64_t items = arena_chunk_items(job, entry + count - 1, &last);
    items += last - first;
    result->pool->completed += items;
    if (result->flags & RESULT_COPIED)
        memcpy(result->out + first * job->result_size,
               job->output + first * job->result_size,
               items * job->result_size);
    client_ring_retire(result->pool, result->cursor, count);
    result->cursor += count;
    result->left -= count;
}

// Looks how far a result has come; true once it is ready.
bool client_result_settled(struct pool_result *result) {
    if (result->flags & RESULT_SETTLED)
        return true;
    while (result->left) {
        uint32_t count, i;
        struct entry *entry = entries_at_cursor(result, &count);
        for (i = 0; i < count; i++) {
            uint64_t word =
                atomic_load_explicit(&entry[i].word, memory_order_acquire);
            if (word_state(word) != CHUNK_DONE)
                break;
            if (word & WORD_FAULT)
                count_faults(result, &entry[i]);
        }
        move_cursor(result, entry, i);
        if (i < count)
            return false;
    }
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
        uint64_t bytes =
            (uint64_t)result->job->chunk_size * result->job->result_size;
        uint64_t ahead = COPY_BYTES / (bytes + 1);
        if (ahead < result->left)
            awaited = client_ring_skip_gap(pool, result->cursor + ahead);
    }
    uint64_t word = atomic_load(&arena_entry(pool->arena, awaited)->word);
    return AWAIT_CHUNK(word_state(word) == CHUNK_DONE ? result->cursor
                                                      : awaited);
}

// Adds the items of an unsettled result that are done, beyond those accounted
// for, to `stats`.
void client_result_progress(struct pool_result *result, uint64_t next,
                            struct pool_stats *stats) {
    uint64_t cursor = result->cursor, end = cursor + result->left;
    for (; cursor < end && cursor < next; cursor++) {
        cursor = client_ring_skip_gap(result->pool, cursor);
        struct entry *entry = arena_entry(result->pool->arena, cursor);
        uint64_t word = atomic_load(&entry->word), first;
        uint32_t count = arena_chunk_items(result->job, entry, &first);
        uint32_t done =
            word_state(word) == CHUNK_DONE ? count : word_done(word);
        stats->completed += done;
        for (uint64_t i = first; word & WORD_FAULT && i < first + done; i++) {
            int status = -job_statuses(result->job)[i];
            stats->completed -= status != 0;
            stats->lost += status == POOL_ELOST;
            stats->failed += status != 0 && status != POOL_ELOST;
        }
    }
}

// A chunk that will never be done: what is left of it fails.
static void abort_chunk(struct pool_result *result, struct entry *entry,
                        int status) {
    uint64_t word = atomic_load(&entry->word), first;
    uint32_t count = arena_chunk_items(result->job, entry, &first);
    if (word_state(word) != CHUNK_DONE) {
        memset(job_statuses(result->job) + first + word_done(word), -status,
               count - word_done(word));
        word |= WORD_FAULT;
    }
    if (word & WORD_FAULT)
        count_faults(result, entry);
}

// No worker lives any more.
static void abort_result(struct pool_result *result, int status,
                         const char *why) {
    while (result->left) {
        uint32_t count;
        struct entry *entry = entries_at_cursor(result, &count);
        for (uint32_t i = 0; i < count; i++)
            abort_chunk(result, &entry[i], status);
        move_cursor(result, entry, count);
    }
    if (result->status == 0) { // else an item has failed before
        result->status = (int16_t)status;
        result->message = strdup(why);
    }
    client_result_settle(result);
}

void client_results_abort(struct pool *pool, int status, const char *why) {
    while (!client_list_empty(&pool->unsettled))
        if (!client_result_settled(pool->unsettled.next))
            abort_result(pool->unsettled.next, status, why);
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
    client_result_relist(&pool->settled, result);
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

static _Unwind_Reason_Code find_call(struct _Unwind_Context *context,
                                     void *found) {
    if (_Unwind_GetRegionStart(context) == (uintptr_t)client_result_call)
        *(bool *)found = true;
    return _URC_NO_REASON;
}

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
    while (pool->blocks) {
        void *block = pool->blocks;
        pool->blocks = *pool->blocks;
        free(block);
    }
}
