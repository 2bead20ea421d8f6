// SPDX-License-Identifier: MIT
// The trace as the client has it: started by a call or by POOL_TRACE, read,
// written to a file.
//
// Interface: processes record the numbers of chunks. Here they are turned into
// numbers of submissions, counted from 1 in the order they were made, and runs
// that were cut short are told by the deaths that did it.
//
// Runs in: client.
#define _GNU_SOURCE
#include "client.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
        size_t room = trace ? trace->room * 2 : 0;
        room = room < capacity ? capacity : room;
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

static int by_begin(const void *a, const void *b) {
    const struct pool_trace_event *left = a, *right = b;
    return (left->begin_ns > right->begin_ns) -
           (left->begin_ns < right->begin_ns);
}

// Which submission chunk `seq` belongs to. Submissions follow each other in
// time and in number, so the last that began at or before it is the one.
static uint64_t task_of(const uint64_t *submits, size_t count, uint64_t seq) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (submits[middle] <= seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// A run that was cut short has meant to do the rest of its chunk. The death of
// its worker tells how far it came, also where the supervisor had decided on
// that death before the run ended.
static void cut_run(struct pool_trace_event *events, size_t death) {
    const struct pool_trace_event *d = &events[death];
    for (size_t i = death; i-- > 0;) {
        struct pool_trace_event *e = &events[i];
        if (e->kind != POOL_TRACE_RUN || e->pid != d->pid)
            continue;
        if (e->task == d->task) { // else that run found no room
            e->end_ns = 0;
            e->error = d->error;
            e->count = (uint32_t)(d->first - e->first) + 1;
        }
        return;
    }
}

// Turns chunk numbers into submission numbers. `submits` has room for `count`.
static void number_tasks(struct pool_trace_event *events, size_t count,
                         uint64_t *submits) {
    size_t submitted = 0;
    for (size_t i = 0; i < count; i++)
        if (events[i].kind == POOL_TRACE_SUBMIT) {
            submits[submitted++] = events[i].task;
            events[i].task = submitted;
        }
    for (size_t i = 0; i < count; i++)
        if (events[i].kind != POOL_TRACE_SUBMIT && events[i].count)
            events[i].task = task_of(submits, submitted, events[i].task);
}

void client_trace_sort(struct pool_trace_event *events, size_t count) {
    qsort(events, count, sizeof *events, by_begin);
}

// A sorted copy of the record, to be freed; NULL: no memory. `dropped` are the
// events that found no room.
static struct pool_trace_event *snapshot(struct pool *pool, size_t *count,
                                         uint64_t *dropped) {
    struct trace *trace = pool->arena->trace;
    uint64_t from = pool->trace_from, end = from, used = from;
    if (trace) {
        used = atomic_load(&trace->used);
        end = atomic_load(&trace->end);
        end = end < from + pool->trace_limit ? end : from + pool->trace_limit;
        end = end < used ? end : used;
        end = end > from ? end : from; // POOL_TRACE's record was full before
    }
    *count = 0;
    *dropped = used - end;
    struct pool_trace_event *events = malloc((end - from + 1) * sizeof *events);
    uint64_t *submits = malloc((end - from + 1) * sizeof *submits);
    if (events && submits) {
        for (uint64_t place = from; place < end; place++)
            *count += arena_trace_get(trace, place, &events[*count]);
        client_trace_sort(events, *count);
        for (size_t i = 0; i < *count; i++)
            if (events[i].kind == POOL_TRACE_DEATH && events[i].count)
                cut_run(events, i);
        number_tasks(events, *count, submits);
    } else {
        free(events);
        events = NULL;
    }
    free(submits);
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
        memcpy(events, all,
               (count < capacity ? count : capacity) * sizeof *events);
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
    struct trace *trace = MAP_FAILED;
    if (file && fclose(file) == 0)
        trace = mmap(NULL, trace_size(TRACE_ROOM), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (trace == MAP_FAILED) {
        free(path);
        return;
    }
    madvise(trace, trace_size(TRACE_ROOM), MADV_DONTDUMP);
    trace->room = pool->trace_limit = TRACE_ROOM;
    atomic_store(&trace->end, TRACE_ROOM);
    atomic_store(&pool->arena->trace, trace);
    pool->trace_path = path;
}

void client_trace_write(struct pool *pool) {
    FILE *file = pool->trace_path ? fopen(pool->trace_path, "we") : NULL;
    if (!file)
        return;
    pool->trace_from = 0;
    pool->trace_limit = TRACE_ROOM;
    pool_trace_write(pool, file);
    fclose(file);
}

void client_trace_end(struct pool *pool) {
    if (!pool->trace_path)
        return;
    munmap(pool->arena->trace, trace_size(TRACE_ROOM));
    free(pool->trace_path);
}
