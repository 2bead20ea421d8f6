// SPDX-License-Identifier: MIT
// The trace as the client has it: started by a call or by POOL_TRACE, read,
// written to a file.
//
// Interface: processes record the numbers of chunks. Here they are turned into
// numbers of submissions, counted from 1 in the order they were made, and runs
// that were cut short are told by the deaths that did it.
//
// Runs in: client.
#include "client.h"

enum { TRACE_ROOM = 1 << 20 }; // events of a pool that POOL_TRACE records

static size_t trace_size(size_t room) {
    return sizeof(struct trace) + room * sizeof(struct trace_record);
}

int pool_trace_start(struct pool *pool, size_t capacity) {
    if (!client_owns(pool) || capacity == 0 ||
        capacity > SIZE_MAX / 4 / sizeof(struct trace_record))
        return POOL_EINVAL;
    struct trace *trace = pool->arena->trace;
    if (!pool->trace_path && (!trace || trace->room < capacity)) {
        // The old one stays where it is: whoever runs may write to it. So that
        // many cannot fill the arena, each is twice as large.
        size_t room = MAX(trace ? trace->room * 2 : 0, capacity);
        trace = pool_alloc(pool, trace_size(room));
        if (!trace)
            return POOL_ENOMEM;
        trace->room = room;
    }
    pool->trace_from = atomic_load(&trace->used);
    pool->trace_limit = capacity;
    if (!pool->trace_path)
        atomic_store(&trace->end, pool->trace_from + capacity);
    atomic_store(&pool->arena->trace, trace);
    return 0;
}

// Chunk by chunk: its submission, if it is the first of one, then its runs and
// deaths.
static int by_chunk(const void *a, const void *b) {
    const struct pool_trace_event *left = a, *right = b;
    int order = (left->task > right->task) - (left->task < right->task);
    return order ? order : arena_trace_order(a, b);
}

// A run that was cut short has meant to do the rest of its chunk. The death of
// its worker tells how far it came, also where the supervisor had decided on
// that death before the run ended. Events are in the order of chunks.
static void cut_run(const struct pool_trace_event *events,
                    struct pool_trace_event *death) {
    struct pool_trace_event *run = death;
    while (run-- > events && run->task == death->task) {
        if (run->kind != POOL_TRACE_RUN || run->pid != death->pid)
            continue;
        run->end_ns = 0;
        run->error = death->error;
        run->count = (uint32_t)(death->first - run->first) + 1;
        return;
    }
}

// A sorted copy of the record, to be freed; NULL: no memory. `dropped` are the
// events that found no room.
static struct pool_trace_event *snapshot(struct pool *pool, size_t *count,
                                         uint64_t *dropped) {
    struct trace *trace = pool->arena->trace;
    uint64_t from = pool->trace_from, used = from, end = from, submissions = 0;
    if (trace) {
        used = atomic_load(&trace->used);
        end = MIN(atomic_load(&trace->end), from + pool->trace_limit);
        end = MAX(MIN(end, used), from); // POOL_TRACE's may have been full
    }
    *count = 0;
    *dropped = used - end;
    struct pool_trace_event *events = malloc((end - from + 1) * sizeof *events);
    if (!events)
        return NULL;
    for (; from < end; from++)
        *count += arena_trace_get(trace, from, &events[*count]);
    qsort(events, *count, sizeof *events, by_chunk);
    for (size_t i = 0; i < *count; i++)
        if (events[i].kind == POOL_TRACE_DEATH && events[i].count)
            cut_run(events, &events[i]);
    for (size_t i = 0; i < *count; i++) {
        submissions += events[i].kind == POOL_TRACE_SUBMIT;
        if (events[i].count) // else it has no chunk
            events[i].task = submissions;
    }
    qsort(events, *count, sizeof *events, arena_trace_order);
    return events;
}

size_t pool_trace_read(struct pool *pool, struct pool_trace_event *events,
                       size_t capacity) {
    if (!client_owns(pool))
        return 0;
    size_t count;
    uint64_t dropped;
    struct pool_trace_event *all = snapshot(pool, &count, &dropped);
    if (all && events)
        memcpy(events, all, MIN(count, capacity) * sizeof *events);
    free(all);
    return count;
}

int pool_trace_write(struct pool *pool, FILE *file) {
    if (!client_owns(pool) || !file)
        return POOL_EINVAL;
    size_t count;
    uint64_t dropped;
    struct pool_trace_event *events = snapshot(pool, &count, &dropped);
    if (!events)
        return POOL_ENOMEM;
    client_json_write(file, events, count, pool, dropped);
    free(events);
    return fflush(file) == 0 && !ferror(file) ? 0 : POOL_ESYS;
}

// ---- POOL_TRACE ------------------------------------------------------------

// The file that `pattern` names for the pool that is being made, to be freed.
// Its number is the process's, as the environment is; in a child of the process
// with the first one they go on, but there the name has the process id.
static char *make_path(const char *pattern) {
    static _Atomic int root;
    static _Atomic unsigned pools;
    int none = 0, pid = getpid();
    unsigned number = atomic_fetch_add(&pools, 1) + 1;
    char path[PATH_MAX], suffix[32] = "";
    atomic_compare_exchange_strong(&root, &none, pid);
    if (atomic_load(&root) != pid && !strstr(pattern, "%p"))
        snprintf(suffix, sizeof suffix, "-%d-%u", pid, number);
    else if (number > 1)
        snprintf(suffix, sizeof suffix, "-%u", number);
    const char *dot = strrchr(pattern, '.');
    if (!dot || strchr(dot, '/'))
        dot = strchr(pattern, '\0');
    size_t used = 0;
    for (const char *c = pattern; used + 2 * sizeof suffix < PATH_MAX; c++) {
        if (c == dot)
            used += (size_t)sprintf(path + used, "%s", suffix);
        if (c[0] == '%' && c[1] == 'p')
            used += (size_t)sprintf(path + used, "%d", pid), c++;
        else if (!(path[used++] = *c))
            return strdup(path);
    }
    return NULL; // too long
}

// Records from the first process on, in memory that is not the arena's.
void client_trace_begin(struct pool *pool) {
    const char *pattern = secure_getenv("POOL_TRACE");
    if (!pattern || !*pattern)
        return;
    char *path = make_path(pattern);
    FILE *file = path ? fopen(path, "we") : NULL;
    struct trace *trace = NULL;
    if (file && fclose(file) == 0)
        trace = client_map_shared(trace_size(TRACE_ROOM));
    if (!trace) {
        free(path);
        return;
    }
    trace->room = pool->trace_limit = TRACE_ROOM;
    atomic_store(&trace->end, TRACE_ROOM);
    atomic_store(&pool->arena->trace, trace);
    pool->trace_path = path;
}

// Writes all that was recorded.
void client_trace_end(struct pool *pool) {
    if (!pool->trace_path)
        return;
    FILE *file = fopen(pool->trace_path, "we");
    pool->trace_from = 0;
    pool->trace_limit = TRACE_ROOM;
    if (file) {
        pool_trace_write(pool, file);
        fclose(file);
    }
    munmap(pool->arena->trace, trace_size(TRACE_ROOM));
    free(pool->trace_path);
}
