// SPDX-License-Identifier: MIT
// The record of what ran where and when: an array of events in shared memory.
//
// Interface: a process takes the next place by one atomic addition, claims the
// record there by a compare-and-swap on its stamp, fills it in, and stamps it
// as written. Places are numbered on and on, so a record that is started afresh
// has other places; a process that was stopped with an old one finds the stamp
// of a newer one, or is left the record, and the newer one takes another. So a
// record has one writer at a time, and readers copy only what is written.
//
// What takes time gets its end later, from the process that began it: one
// compare-and-swap on a token that has the place in it. A process that dies
// before that leaves an event without an end.
//
// Runs in: any process.
#include "internal.h"

#define TOKEN UINT64_C(15) // in place of an error

enum { WORDS = sizeof(struct pool_trace_event) / 8 }; // it is whole words
#define END_WORD (offsetof(struct pool_trace_event, end_ns) / 8)

static bool takes_time(const struct pool_trace_event *event) {
    return event->kind == POOL_TRACE_SUBMIT || event->kind == POOL_TRACE_RUN;
}

// Adds an event that happens or begins now, if its begin_ns is 0.
struct trace_mark arena_trace_add(struct arena *arena,
                                  struct pool_trace_event event) {
    struct trace *trace = load_acquire(&arena->trace);
    struct trace_record *record;
    uint64_t place, stamp, words[WORDS];
    do {
        place = trace ? atomic_fetch_add(&trace->used, 1) : 0;
        if (!trace || place >= atomic_load(&trace->end)) // it is full
            return (struct trace_mark){.record = NULL};
        record = &trace->records[place % trace->room];
        stamp = atomic_load(&record->stamp);
    } while (
        stamp % 2 || stamp > place * 2 ||
        !atomic_compare_exchange_strong(&record->stamp, &stamp, place * 2 + 1));
    if (!event.begin_ns)
        event.begin_ns = sys_now_ns();
    event.end_ns = takes_time(&event) ? place * 16 + TOKEN : 0;
    memcpy(words, &event, sizeof words);
    for (size_t i = 0; i < WORDS; i++)
        store_relaxed(&record->words[i], words[i]);
    atomic_store(&record->stamp, place * 2 + 2);
    return (struct trace_mark){record, event.end_ns};
}

// An event that was recorded ends now, with `error` or 0.
void arena_trace_end(struct trace_mark mark, int error) {
    atomic_compare_exchange_strong(&mark.record->words[END_WORD], &mark.token,
                                   sys_now_ns() * 16 + (uint64_t)-error);
}

// The event at a place; false: it is not there, or not whole.
bool arena_trace_get(struct trace *trace, uint64_t place,
                     struct pool_trace_event *event) {
    struct trace_record *record = &trace->records[place % trace->room];
    if (atomic_load(&record->stamp) != place * 2 + 2)
        return false;
    uint64_t words[WORDS] = {0};
    for (size_t i = 0; i < WORDS; i++)
        words[i] = load_relaxed(&record->words[i]);
    memcpy(event, words, sizeof words);
    if (takes_time(event)) {
        uint64_t end = event->end_ns, error = end % 16;
        event->end_ns = error == TOKEN ? 0 : end / 16;
        event->error = error == TOKEN ? 0 : -(int32_t)error;
    }
    return true;
}

int arena_trace_order(const void *a, const void *b) {
    const struct pool_trace_event *left = a, *right = b;
    return (left->begin_ns > right->begin_ns) -
           (left->begin_ns < right->begin_ns);
}
