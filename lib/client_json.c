// SPDX-License-Identifier: MIT
// A trace as Chrome trace JSON: pool.h, at pool_trace_write(), says what is in
// it. Numbers and words are written without the locale, which might make them
// no JSON.
//
// Runs in: client.
#include "client.h"

enum { TRACK_CLIENT, TRACK_SUPER, TRACK_WORKER }; // and its index

struct writer {
    FILE *file;
    int client;
    char role[32];
};

// A process as `ps` shows it: -1 is the supervisor, others are workers.
static const char *role(struct writer *w, int worker) {
    strcpy(w->role, "pool-super");
    if (worker >= 0)
        snprintf(w->role, sizeof w->role, "pool-worker-%d", worker);
    return w->role;
}

// uint64_t is unsigned long wherever `long` has 64 bits.
#define MICROSECONDS "%lu.%03lu"
#define THOUSANDTHS(ns) (ns) / 1000, (ns) % 1000

// Writes an event: what all of them have, then what `format` says.
static void put(const struct writer *w, const char *phase, const char *name,
                int track, uint64_t ns, const char *format, ...) {
    fprintf(w->file,
            ",\n{\"ph\":\"%s\",\"name\":\"%s\",\"pid\":%d,\"tid\":%d,"
            "\"ts\":" MICROSECONDS ",",
            phase, name, w->client, track, THOUSANDTHS(ns));
    va_list arguments;
    va_start(arguments, format);
    vfprintf(w->file, format, arguments);
    va_end(arguments);
    fputs("}", w->file);
}

// Viewers bind no arrow to an empty slice: it lasts a nanosecond at least.
static uint64_t duration(const struct pool_trace_event *e, uint64_t end_ns) {
    return end_ns > e->begin_ns ? end_ns - e->begin_ns : 1;
}

// The death that cut a run short, or NULL. It is near.
static const struct pool_trace_event *
death_of(const struct pool_trace_event *run,
         const struct pool_trace_event *end) {
    for (const struct pool_trace_event *e = run; !run->end_ns && e < end; e++)
        if (e->kind == POOL_TRACE_DEATH && e->pid == run->pid)
            return e;
    return NULL;
}

// Writes a run, and sets its begin to its end, for the counter.
static void put_run(const struct writer *w, struct pool_trace_event *e,
                    const struct pool_trace_event *end) {
    const struct pool_trace_event *death = death_of(e, end);
    bool again = death && !e->error;
    const char *outcome = e->error == POOL_ELOST        ? "lost"
                          : e->error == POOL_ETIMELIMIT ? "timed out"
                          : e->error == POOL_ECANCELLED ? "cancelled"
                          : e->error                    ? "failed"
                          : again                       ? "run again"
                          : e->end_ns                   ? "done"
                                                        : "unfinished";
    uint64_t end_ns =
        e->end_ns ? e->end_ns : (death ? death : end - 1)->begin_ns;
    put(w, "X", "run", TRACK_WORKER + e->worker, e->begin_ns,
        "\"dur\":" MICROSECONDS ",\"args\":{\"task\":%lu,\"first\":%lu"
        ",\"items\":%u,\"worker\":%d,\"pid\":%d,\"outcome\":\"%s\"}",
        THOUSANDTHS(duration(e, end_ns)), e->task, e->first, e->count,
        (int)e->worker, (int)e->pid, outcome);
    if (e->task && e->first == 0 && !again) // one arrow for each submission
        put(w, "f", "task", TRACK_WORKER + e->worker, e->begin_ns,
            "\"cat\":\"task\",\"bp\":\"e\",\"id\":%lu", e->task);
    e->begin_ns = end_ns;
}

static void put_mark(struct writer *w, const struct pool_trace_event *e) {
    bool death = e->kind == POOL_TRACE_DEATH;
    bool killed = death && WIFSIGNALED(e->status);
    put(w, "i", death ? "ended" : "started", TRACK_WORKER + e->worker,
        e->begin_ns,
        "\"s\":\"t\",\"args\":{\"pid\":%d,\"role\":\"%s\",\"how\":\"%s %d\"}",
        (int)e->pid, role(w, e->worker),
        killed  ? "killed by signal"
        : death ? "exited with status"
                : "forked by",
        killed  ? WTERMSIG(e->status)
        : death ? WEXITSTATUS(e->status)
                : (int)e->status);
}

// Writes events in the order of time, and changes them.
void client_json_write(FILE *file, struct pool_trace_event *events,
                       size_t count, const struct pool *pool,
                       uint64_t dropped) {
    struct writer w = {.file = file, .client = pool->arena->client};
    struct pool_trace_event *end = events + count;
    fprintf(file,
            "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"
            "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,"
            "\"args\":{\"name\":\"pool\"}}",
            w.client);
    put(&w, "M", "thread_name", TRACK_CLIENT, 0,
        "\"args\":{\"name\":\"client %d\"}", w.client);
    for (int i = -1; i < (int)pool->arena->options.workers; i++)
        put(&w, "M", "thread_name", TRACK_WORKER + i, 0,
            "\"args\":{\"name\":\"%s\"}", role(&w, i));
    for (struct pool_trace_event *e = events; e < end; e++)
        if (e->kind == POOL_TRACE_SUBMIT) {
            put(&w, "X", "submit", TRACK_CLIENT, e->begin_ns,
                "\"dur\":" MICROSECONDS ",\"args\":{\"task\":%lu,\"items\":%u}",
                THOUSANDTHS(duration(e, e->end_ns)), e->task, e->count);
            put(&w, "s", "task", TRACK_CLIENT, e->begin_ns,
                "\"cat\":\"task\",\"id\":%lu", e->task);
        } else if (e->kind == POOL_TRACE_RUN)
            put_run(&w, e, end);
        else
            put_mark(&w, e);
    // The items that were submitted and not yet run, over time.
    qsort(events, count, sizeof *events, arena_trace_order);
    long items = 0;
    for (struct pool_trace_event *e = events; e < end; e++) {
        if (!e->task || e->kind == POOL_TRACE_DEATH)
            continue;
        items += e->kind == POOL_TRACE_SUBMIT ? e->count : -(long)e->count;
        put(&w, "C", "unfinished items", TRACK_CLIENT, e->begin_ns,
            "\"args\":{\"items\":%ld}", items);
    }
    put(&w, "M", "dropped", TRACK_CLIENT, 0, "\"args\":{\"events\":%lu}",
        dropped);
    fputs("\n]}\n", file);
}
