// SPDX-License-Identifier: MIT
// Submitting: copy the inputs into the arena, give every chunk an entry, wake
// workers. The four blocking and non-blocking calls are all one submission.
//
// Runs in: client.
#include "client.h"

enum {
    CHUNKS_PER_WORKER = 32,  // of a map, where the library chooses: few enough
                             // to cost nothing, many enough to spread evenly;
    CHUNK_LONG = 256,        // items: four times as many of chunks so long
    CHUNKS_MAX = 1 << 24,    // of one map
    CHUNK_MAX = 1 << 26,     // items of one chunk
    COLLECT_EVERY = 64,      // submissions
    PUBLISH_BYTES = 1 << 18, // of inputs, before workers see their chunks
};

static bool in_arena(const struct pool *pool, const void *memory) {
    const char *byte = memory, *heap = pool->arena->heap;
    return byte >= heap && byte < (char *)pool->arena + pool->arena->size;
}

// `unit` is a power of two.
static size_t align_up(size_t size, size_t unit) {
    return (size + unit - 1) & ~(unit - 1);
}

// Takes memory for a job, its status bytes, and those inputs and results that
// do not stay where the caller has them; sets the job's pointers.
static struct job *make_job(struct pool *pool, const struct job *order,
                            const void *items, void *results) {
    bool in_place = items && in_arena(pool, items);
    bool out_place = results && in_arena(pool, results);
    uint64_t count = order->count, item = order->item_size, all;
    if (__builtin_mul_overflow(count, item + order->result_size + 1, &all) ||
        all > SIZE_MAX / 4)
        return NULL;
    size_t unit = count == 1 ? JOB_UNIT : LINE,
           statuses = count > 1 ? count : 0;
    size_t in_at = align_up(sizeof(struct job) + statuses, unit);
    size_t out_at = in_at + (in_place ? 0 : count * item);
    if (count > 1)
        out_at = align_up(out_at, unit);
    size_t size = out_at + (out_place ? 0 : count * order->result_size);
    struct job *job = client_memory_take(&pool->memory, size, false);
    if (!job)
        return NULL;
    *job = *order;
    if (statuses)
        memset(job + 1, 0, statuses);
    // Workers read what we copy through the read-only window.
    job->input = in_place ? items : (char *)job + in_at + pool->readonly_offset;
    job->output = out_place ? results : (char *)job + out_at;
    return job;
}

static void copy_inputs(struct pool *pool, struct job *job, const char *items,
                        uint64_t first, uint64_t count) {
    if (items && !in_arena(pool, items))
        memcpy((char *)job->input - pool->readonly_offset +
                   first * job->item_size,
               items + first * job->item_size, count * job->item_size);
}

// Lets workers see every chunk up to the ring's next number. One woken worker
// wakes the next if there is more to do.
static void publish(struct pool *pool) {
    store_release(&pool->arena->tail, pool->ring.seq);
    arena_wake_one(pool->arena); // which begins with a full fence
}

// With on_demand: has as many workers running as there are unfinished chunks.
static void grow(struct pool *pool, uint64_t chunks) {
    struct arena *arena = pool->arena;
    unsigned wanted = atomic_load(&arena->wanted);
    if (wanted == arena->options.workers)
        return;
    client_results_collect(pool);
    struct pool_result *result = pool->unsettled.next;
    for (; result != &pool->unsettled; result = result->next)
        chunks += result->left;
    if (chunks <= wanted)
        return;
    chunks = MIN(chunks, arena->options.workers);
    atomic_store(&arena->wanted, (unsigned)chunks);
    sys_event_signal(arena->super_event);
}

// Gives every chunk its entry, a page of the ring at a time or fewer, where
// items are large: workers start on the first while the client copies the next.
static void push_chunks(struct pool *pool, struct pool_result *result,
                        const void *items, uint64_t chunks) {
    struct job *job = result->job;
    uint64_t bytes = (uint64_t)job->chunk_size * job->item_size;
    uint64_t step = PUBLISH_BYTES / (bytes + 1) + 1;
    for (uint64_t chunk = 0, pushed; chunk < chunks; chunk += pushed) {
        pushed = client_ring_room(pool, MIN(chunks - chunk, step));
        if (chunk == 0)
            result->cursor = pool->ring.seq;
        uint64_t first = chunk * job->chunk_size;
        uint64_t count = pushed * job->chunk_size;
        copy_inputs(pool, job, items, first, MIN(count, job->count - first));
        client_ring_push(pool, job, (uint32_t)chunk, (uint32_t)pushed);
        publish(pool);
    }
    result->left = (uint32_t)(pool->ring.seq - result->cursor);
}

// The same for a single chunk, in fewer steps.
static void push_one(struct pool *pool, struct pool_result *result,
                     const void *items) {
    client_ring_room(pool, 1);
    copy_inputs(pool, result->job, items, 0, result->job->count);
    result->cursor = pool->ring.seq;
    result->left = 1;
    client_ring_push(pool, result->job, 0, 1);
    publish(pool);
}

// As asked for, or chosen; never so small that the ring could not hold it.
static uint32_t choose_chunk(const struct pool *pool, uint64_t count,
                             uint64_t asked) {
    if (count == 1)
        return 1;
    uint64_t most = MIN((uint64_t)pool->ring.pages * RING_PAGE / 2, CHUNKS_MAX);
    uint64_t chunk = asked;
    if (asked == 0) {
        chunk = count / (pool->arena->options.workers * CHUNKS_PER_WORKER);
        if (chunk >= CHUNK_LONG)
            chunk /= 4;
    }
    return (uint32_t)MIN(MAX(chunk, count / most + 1), CHUNK_MAX);
}

// Out of the way of submissions that nobody records: filling an event in takes
// longer than all the rest of one.
static __attribute__((noinline)) struct trace_mark
trace_submit(struct pool *pool, uint64_t count) {
    return arena_trace(pool->arena, .kind = POOL_TRACE_SUBMIT,
                       .task = pool->ring.seq, .count = (uint32_t)count,
                       .worker = -1, .pid = pool->arena->client);
}

// Has workers do all chunks of a result.
static void push(struct pool *pool, struct pool_result *result,
                 const void *items, uint64_t chunks) {
    struct trace_mark mark = {.record = NULL};
    if (load_relaxed(&pool->arena->trace))
        mark = trace_submit(pool, result->job->count);
    if (chunks == 1)
        push_one(pool, result, items);
    else
        push_chunks(pool, result, items, chunks);
    if (mark.record)
        arena_trace_end(mark, 0);
}

// What all four calls have in common. `results`, if not NULL, is where results
// are to go, and stays there until they are ready.
static int submit(struct pool *pool, pool_task_fn *fn, const void *items,
                  size_t count, size_t item_size, void *results,
                  size_t result_size, size_t chunksize,
                  pool_callback_fn *callback, void *user,
                  struct pool_result **out) {
    if (!items && item_size && count)
        return POOL_EINVAL;
    int rc = client_refuses(pool, fn, item_size, result_size);
    if (rc != 0)
        return rc;
    struct job order = {.fn = fn,
                        .count = count,
                        .item_size = (uint32_t)item_size,
                        .result_size = (uint32_t)result_size,
                        .chunk_size = choose_chunk(pool, count, chunksize)};
    uint64_t chunks = count; // where that is 0 or 1, else:
    if (chunks > 1)
        chunks = (count - 1) / order.chunk_size + 1;
    struct pool_result *result = client_result_new(pool);
    if (!result)
        return POOL_ENOMEM;
    if (count && client_ring_has_room(pool, chunks))
        result->job = make_job(pool, &order, items, results);
    bool full = count && !result->job;
    if (full || (++pool->submissions % COLLECT_EVERY == 0 && pool->detached))
        client_results_collect(pool);
    if (full && client_ring_has_room(pool, chunks))
        result->job = make_job(pool, &order, items, results);
    if (count && !result->job) {
        client_result_drop(result);
        return POOL_ENOMEM;
    }
    result->callback = callback;
    result->user = user;
    result->flags = out ? 0 : RESULT_DETACHED;
    pool->detached += !out;
    if (results && count && result->job->output != results) {
        result->flags |= RESULT_COPIED;
        result->out = results;
    }
    pool->callbacks += callback != NULL;
    pool->stats.submitted += count;
    pool->stats.pending += count;
    if (pool->arena->options.on_demand)
        grow(pool, chunks);
    client_result_list(&pool->unsettled, result);
    if (out)
        *out = result;
    result->cursor = pool->ring.seq; // its place among those with callbacks
    if (count)
        push(pool, result, items, chunks);
    else
        client_result_settle(result);
    return 0;
}

int pool_map_async(struct pool *pool, pool_task_fn *fn, const void *items,
                   size_t count, size_t item_size, size_t result_size,
                   size_t chunksize, pool_callback_fn *callback, void *user,
                   struct pool_result **out) {
    return submit(pool, fn, items, count, item_size, NULL, result_size,
                  chunksize, callback, user, out);
}

int pool_apply_async(struct pool *pool, pool_task_fn *fn, const void *arg,
                     size_t arg_size, size_t result_size,
                     pool_callback_fn *callback, void *user,
                     struct pool_result **out) {
    return submit(pool, fn, arg, 1, arg_size, NULL, result_size, 1, callback,
                  user, out);
}

// Submits, waits for the result, which is copied as it comes in, and frees it.
int pool_map(struct pool *pool, pool_task_fn *fn, const void *items,
             size_t count, size_t item_size, void *results, size_t result_size,
             size_t chunksize) {
    if (!results && result_size && count)
        return POOL_EINVAL;
    struct pool_result *result;
    int rc =
        submit(pool, fn, items, count, item_size, result_size ? results : NULL,
               result_size, chunksize, NULL, NULL, &result);
    if (rc == 0) {
        rc = pool_result_get(result, NULL, 0, POOL_FOREVER);
        pool_result_free(result);
    }
    return rc;
}

int pool_apply(struct pool *pool, pool_task_fn *fn, const void *arg,
               size_t arg_size, void *result, size_t result_size) {
    return pool_map(pool, fn, arg, 1, arg_size, result, result_size, 1);
}
