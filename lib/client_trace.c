// SPDX-License-Identifier: MIT
// The trace, read and written as Chrome trace JSON.
//
// Interface: processes record the numbers of chunks. Here they are turned into
// numbers of submissions, counted from 1 in the order they were made.
//
// Runs in: client.
#include "client.h"

#include <stdlib.h>
#include <string.h>

int pool_trace_start(struct pool *pool, size_t capacity) {
    size_t size;
    if (!client_owns(pool) || capacity == 0 ||
        __builtin_mul_overflow(capacity, sizeof(struct pool_trace_event),
                               &size) ||
        __builtin_add_overflow(size, sizeof(struct trace), &size))
        return POOL_EINVAL;
    // An older record is used again, or stays: whoever runs may write to it.
    struct trace *trace = atomic_load(&pool->arena->trace);
    if (trace && trace->capacity >= capacity)
        memset(trace->events, 0, size - sizeof *trace);
    else
        trace = pool_alloc(pool, size);
    if (!trace)
        return POOL_ENOMEM;
    trace->capacity = capacity;
    atomic_store(&trace->used, 0);
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
static uint64_t task_of(const struct pool_trace_event *const *submits,
                        size_t count, uint64_t seq) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (submits[middle]->task <= seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low && seq < submits[low - 1]->first ? low : 0;
}

// A run that was cut short has meant to do the rest of its chunk, which another
// run has done: it has the items up to there.
static void cut_runs(struct pool_trace_event *events, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct pool_trace_event *run = &events[i];
        if (run->kind != POOL_TRACE_RUN || run->end_ns)
            continue;
        for (size_t j = i + 1; j < count; j++)
            if (events[j].kind == POOL_TRACE_RUN &&
                events[j].task == run->task && events[j].first >= run->first) {
                run->count = (uint32_t)(events[j].first - run->first);
                break;
            }
    }
}

// Turns chunk numbers into submission numbers. `submits` has room for `count`.
static void number_tasks(struct pool_trace_event *events, size_t count,
                         const struct pool_trace_event **submits) {
    size_t submitted = 0;
    for (size_t i = 0; i < count; i++)
        if (events[i].kind == POOL_TRACE_SUBMIT)
            submits[submitted++] = &events[i];
    for (size_t i = 0; i < count; i++)
        if (events[i].kind == POOL_TRACE_RUN)
            events[i].task = task_of(submits, submitted, events[i].task);
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++)
        if (events[i].kind == POOL_TRACE_SUBMIT) {
            events[i].task = ++number;
            events[i].first = 0;
        }
}

// A sorted copy of the record, to be freed; NULL: none, or no memory.
static struct pool_trace_event *snapshot(struct pool *pool, size_t *count) {
    *count = 0;
    struct trace *trace = client_owns(pool) ? pool->arena->trace : NULL;
    if (!trace)
        return NULL;
    size_t used = atomic_load(&trace->used);
    if (used > trace->capacity)
        used = trace->capacity;
    struct pool_trace_event *events = malloc((used + 1) * sizeof *events);
    const struct pool_trace_event **submits = // NOLINTNEXTLINE: of pointers
        malloc((used + 1) * sizeof *submits);
    if (events && submits) {
        for (size_t i = 0; i < used; i++)
            if (trace->events[i].kind) // 0: whoever took the place died
                events[(*count)++] = trace->events[i];
        qsort(events, *count, sizeof *events, by_begin);
        cut_runs(events, *count);
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
    size_t count;
    struct pool_trace_event *all = snapshot(pool, &count);
    if (all && events)
        memcpy(events, all,
               (count < capacity ? count : capacity) * sizeof *events);
    free(all);
    return count;
}

// ---- Chrome trace JSON -----------------------------------------------------

struct writer {
    FILE *file;
    uint64_t start_ns;
    pid_t process;
};

// Opens an event with what all of them have; the caller adds and closes.
static void open_event(const struct writer *w, const char *phase,
                       const char *name, int track, uint64_t ns) {
    fprintf(w->file,
            ",\n{\"ph\":\"%s\",\"name\":\"%s\",\"pid\":%d,\"tid\":%d,"
            "\"ts\":%.3f",
            phase, name, (int)w->process, track,
            (double)(ns - w->start_ns) / 1000.0);
}

static void name_track(const struct writer *w, int track, const char *format,
                       int number) {
    fprintf(w->file,
            ",\n{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%d,\"tid\":%d,"
            "\"args\":{\"name\":\"",
            (int)w->process, track);
    fprintf(w->file, format, number);
    fputs("\"}}", w->file);
}

static void write_submit(struct writer *w, const struct pool_trace_event *e) {
    open_event(w, "i", "submit", 0, e->begin_ns);
    fprintf(w->file, ",\"s\":\"t\",\"args\":{\"task\":%llu,\"items\":%u}}",
            (unsigned long long)e->task, e->count);
    open_event(w, "s", "task", 0, e->begin_ns);
    fprintf(w->file, ",\"cat\":\"task\",\"id\":%llu}",
            (unsigned long long)e->task);
}

// A run without an end was cut short by its worker's death, or still goes on.
static void write_run(struct writer *w, const struct pool_trace_event *e,
                      uint64_t end_ns) {
    int track = e->worker + 1;
    open_event(w, "X", e->end_ns ? "run" : "cut short", track, e->begin_ns);
    fprintf(w->file,
            ",\"dur\":%.3f,\"args\":{\"task\":%llu,\"first\":%llu,"
            "\"items\":%u,\"pid\":%d}}",
            (double)(end_ns - e->begin_ns) / 1000.0,
            (unsigned long long)e->task, (unsigned long long)e->first, e->count,
            (int)e->pid);
    if (e->task && e->first == 0) {
        open_event(w, "f", "task", track, e->begin_ns);
        fprintf(w->file, ",\"cat\":\"task\",\"bp\":\"e\",\"id\":%llu}",
                (unsigned long long)e->task);
    }
}

static void write_mark(struct writer *w, const struct pool_trace_event *e) {
    bool death = e->kind == POOL_TRACE_DEATH;
    char how[128] = "";
    if (death)
        sys_describe_exit(how, sizeof how, e->status);
    open_event(w, "i", death ? "worker died" : "worker started", e->worker + 1,
               e->begin_ns);
    fprintf(w->file, ",\"s\":\"t\",\"args\":{\"pid\":%d,\"how\":\"%s\"}}",
            (int)e->pid, how);
}

// When a run without an end ended: its worker's death, or the last event.
static uint64_t end_of(const struct pool_trace_event *events, size_t count,
                       size_t i) {
    if (events[i].end_ns)
        return events[i].end_ns;
    for (size_t j = i + 1; j < count; j++)
        if (events[j].kind == POOL_TRACE_DEATH &&
            events[j].pid == events[i].pid)
            return events[j].begin_ns;
    return events[count - 1].begin_ns;
}

static void write_events(struct writer *w,
                         const struct pool_trace_event *events, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct pool_trace_event *e = &events[i];
        if (e->kind == POOL_TRACE_SUBMIT)
            write_submit(w, e);
        else if (e->kind == POOL_TRACE_RUN)
            write_run(w, e, end_of(events, count, i));
        else
            write_mark(w, e);
    }
}

// The items that were submitted and not yet run, over time.
struct step {
    uint64_t ns;
    int64_t change;
};

static int by_time(const void *a, const void *b) {
    const struct step *left = a, *right = b;
    return (left->ns > right->ns) - (left->ns < right->ns);
}

static bool write_counter(struct writer *w,
                          const struct pool_trace_event *events, size_t count) {
    struct step *steps = malloc((count + 1) * sizeof *steps);
    if (!steps)
        return false;
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (events[i].kind == POOL_TRACE_SUBMIT)
            steps[used++] = (struct step){events[i].begin_ns, events[i].count};
        else if (events[i].kind == POOL_TRACE_RUN && events[i].task)
            steps[used++] = (struct step){end_of(events, count, i),
                                          -(int64_t)events[i].count};
    qsort(steps, used, sizeof *steps, by_time);
    int64_t items = 0;
    for (size_t i = 0; i < used; i++) {
        items += steps[i].change;
        open_event(w, "C", "unfinished items", 0, steps[i].ns);
        fprintf(w->file, ",\"args\":{\"items\":%lld}}", (long long)items);
    }
    free(steps);
    return true;
}

int pool_trace_write(struct pool *pool, FILE *file) {
    if (!client_owns(pool) || !file)
        return POOL_EINVAL;
    size_t count;
    struct pool_trace_event *events = snapshot(pool, &count);
    if (!events && pool->arena->trace)
        return POOL_ENOMEM;
    count = events ? count : 0; // none where nothing was ever recorded
    struct writer w = {.file = file, .process = pool->arena->client};
    w.start_ns = count ? events[0].begin_ns : 0;
    fprintf(file,
            "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"
            "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,"
            "\"args\":{\"name\":\"pool\"}}",
            (int)w.process);
    name_track(&w, 0, "client %d", (int)w.process);
    for (size_t i = 0; i < pool->arena->options.workers; i++)
        name_track(&w, (int)i + 1, "worker %d", (int)i);
    write_events(&w, events, count);
    bool counted = write_counter(&w, events, count);
    fputs("\n]}\n", file);
    free(events);
    if (!counted)
        return POOL_ENOMEM;
    return fflush(file) == 0 && !ferror(file) ? 0 : POOL_ESYS;
}
