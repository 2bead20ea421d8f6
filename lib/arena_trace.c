// SPDX-License-Identifier: MIT
// The record of what ran where and when: an array of events in the arena. A
// process takes the next place by one atomic addition and fills it in; one that
// dies in between leaves a place with no kind, or a run without an end, and
// readers skip the one and show the other as cut short.
//
// Runs in: any process.
#include "internal.h"

// NULL: not recording, or the record is full.
struct pool_trace_event *arena_trace_add(struct arena *arena,
                                         struct pool_trace_event event) {
    struct trace *trace =
        atomic_load_explicit(&arena->trace, memory_order_acquire);
    if (!trace)
        return NULL;
    uint64_t place = atomic_fetch_add(&trace->used, 1);
    if (place >= trace->capacity)
        return NULL;
    event.begin_ns = sys_now_ns();
    trace->events[place] = event;
    return &trace->events[place];
}
