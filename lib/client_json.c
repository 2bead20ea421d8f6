// SPDX-License-Identifier: MIT
// A trace as Chrome trace JSON: pool.h, at pool_trace_write(), says what is in
// it. Numbers and words are written without the locale, which might make them
// no JSON.
//
// Runs in: client.
#include "client.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { TRACK_CLIENT, TRACK_SUPER, TRACK_WORKER }; // and its index

struct writer {
    FILE *file;
    int client;
};

#define MICROSECONDS "%" PRIu64 ".%03" PRIu64
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

static void put_name(const struct writer *w, int track, const char *role,
                     int number) {
    put(w, "M", "thread_name", track, 0, "\"args\":{\"name\":\"%s%d\"}", role,
        number);
}

// Viewers bind no arrow to an empty slice: it lasts a nanosecond at least.
static uint64_t duration(const struct pool_trace_event *e, uint64_t end_ns) {
    return end_ns > e->begin_ns ? end_ns - e->begin_ns : 1;
}

static void put_submit(const struct writer *w, const struct pool_trace_event *e,
                       uint64_t end_ns) {
    put(w, "X", "submit", TRACK_CLIENT, e->begin_ns,
        "\"dur\":" MICROSECONDS ",\"args\":{\"task\":%" PRIu64 ",\"items\":%u}",
        THOUSANDTHS(duration(e, end_ns)), e->task, e->count);
    put(w, "s", "task", TRACK_CLIENT, e->begin_ns,
        "\"cat\":\"task\",\"id\":%" PRIu64, e->task);
}

// `cut`: by its worker's death.
static void put_run(const struct writer *w, const struct pool_trace_event *e,
                    uint64_t end_ns, bool cut) {
    bool again = cut && !e->error;
    const char *outcome = e->error == POOL_ELOST        ? "lost"
                          : e->error == POOL_ETIMELIMIT ? "timed out"
                          : e->error == POOL_ECANCELLED ? "cancelled"
                          : e->error                    ? "failed"
                          : again                       ? "run again"
                          : e->end_ns                   ? "done"
                                                        : "unfinished";
    int track = TRACK_WORKER + e->worker;
    put(w, "X", "run", track, e->begin_ns,
        "\"dur\":" MICROSECONDS ",\"args\":{\"task\":%" PRIu64
        ",\"first\":%" PRIu64
        ",\"items\":%u,\"worker\":%d,\"pid\":%d,\"outcome\":\"%s\"}",
        THOUSANDTHS(duration(e, end_ns)), e->task, e->first, e->count,
        (int)e->worker, (int)e->pid, outcome);
    if (e->task && e->first == 0 && !again) // one arrow for each submission
        put(w, "f", "task", track, e->begin_ns,
            "\"cat\":\"task\",\"bp\":\"e\",\"id\":%" PRIu64, e->task);
}

static void put_mark(const struct writer *w, const struct pool_trace_event *e) {
    char role[32] = "pool-super", how[64];
    bool death = e->kind == POOL_TRACE_DEATH;
    if (e->worker >= 0)
        snprintf(role, sizeof role, "pool-worker-%d", (int)e->worker);
    if (death && WIFSIGNALED(e->status))
        snprintf(how, sizeof how, "killed by signal %d", WTERMSIG(e->status));
    else if (death)
        snprintf(how, sizeof how, "exited with status %d",
                 WEXITSTATUS(e->status));
    else
        snprintf(how, sizeof how, "forked by %d", (int)e->status);
    put(w, "i", death ? "ended" : "started", TRACK_WORKER + e->worker,
        e->begin_ns,
        "\"s\":\"t\",\"args\":{\"pid\":%d,\"role\":\"%s\",\"how\":\"%s\"}",
        (int)e->pid, role, how);
}

// When an event ended, and if its worker's death did it. A death is near.
static uint64_t end_of(const struct pool_trace_event *events, size_t count,
                       size_t i, bool *cut) {
    *cut = false;
    if (events[i].end_ns)
        return events[i].end_ns;
    for (size_t k = i + 1; k < count && !*cut; k++)
        if (events[k].kind == POOL_TRACE_DEATH &&
            events[k].pid == events[i].pid)
            return *cut = true, events[k].begin_ns;
    return events[count - 1].begin_ns;
}

// The items that were submitted and not yet run, over time. `events` are in the
// order in which they change that number.
static void put_counter(const struct writer *w,
                        const struct pool_trace_event *events, size_t count) {
    int64_t items = 0;
    for (size_t i = 0; i < count; i++) {
        const struct pool_trace_event *e = &events[i];
        if (!e->task || e->kind == POOL_TRACE_DEATH)
            continue;
        items += e->kind == POOL_TRACE_SUBMIT ? e->count : -(int64_t)e->count;
        put(w, "C", "unfinished items", TRACK_CLIENT, e->begin_ns,
            "\"args\":{\"items\":%" PRId64 "}", items);
    }
}

// Writes events in the order of time, and changes them.
void client_json_write(FILE *file, struct pool_trace_event *events,
                       size_t count, const struct pool *pool,
                       uint64_t dropped) {
    struct writer w = {file, pool->arena->client};
    fprintf(file,
            "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"
            "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,"
            "\"args\":{\"name\":\"pool\"}}",
            w.client);
    put_name(&w, TRACK_CLIENT, "client ", w.client);
    put(&w, "M", "thread_name", TRACK_SUPER, 0,
        "\"args\":{\"name\":\"pool-super\"}");
    for (int i = 0; i < (int)pool->arena->options.workers; i++)
        put_name(&w, TRACK_WORKER + i, "pool-worker-", i);
    for (size_t i = 0; i < count; i++) {
        struct pool_trace_event *e = &events[i];
        bool cut;
        uint64_t end_ns;
        if (e->kind == POOL_TRACE_SUBMIT) {
            put_submit(&w, e, e->end_ns);
        } else if (e->kind == POOL_TRACE_RUN) {
            end_ns = end_of(events, count, i, &cut);
            put_run(&w, e, end_ns, cut);
            e->begin_ns = end_ns; // for the counter
        } else {
            put_mark(&w, e);
        }
    }
    client_trace_sort(events, count);
    put_counter(&w, events, count);
    put(&w, "M", "dropped", TRACK_CLIENT, 0,
        "\"args\":{\"events\":%" PRIu64 "}", dropped);
    fputs("\n]}\n", file);
}
