// SPDX-License-Identifier: MIT
// The model: what each slot is doing and has done, told by the pool's trace. It
// is made anew from all events each time, so it cannot drift away from them; it
// draws nothing and asks nobody, so tests can give it events of their own.
//
// Runs in: client.
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

void state_begin(struct state *state, size_t workers, uint64_t now) {
    *state = (struct state){.workers = workers, .born_ns = now, .now_ns = now};
    for (size_t i = 0; i < workers; i++)
        strcpy(state->slot[i].before, "-");
    strcpy(state->super.before, "-");
}

void state_end(struct state *state) {
    free(state->batch);
    state->batch = NULL;
    state->batches = state->room = 0;
}

bool state_batch(struct state *state, uint32_t count, uint32_t chunk,
                 uint64_t base) {
    if (state->batches == state->room) {
        size_t room = state->room ? 2 * state->room : 64;
        struct batch *more = realloc(state->batch, room * sizeof *state->batch);
        if (!more)
            return false;
        state->batch = more;
        state->room = room;
    }
    state->batch[state->batches++] =
        (struct batch){.base = base, .count = count, .chunk = chunk};
    return true;
}

void state_sent(struct state *state, pid_t pid, uint64_t now) {
    state->sent[state->sents++ % SENT] = (struct sent){pid, now};
}

void state_first(struct state *state, unsigned index, pid_t pid) {
    if (index >= state->workers || state->slot[index].first_pid)
        return;
    struct slot *slot = &state->slot[index];
    slot->first_pid = pid;
    slot->generation = 1;
}

// ---- One event after the other ----------------------------------------------

static const struct batch *batch_of(const struct state *state, uint64_t task) {
    return task >= 1 && task <= state->batches ? &state->batch[task - 1] : NULL;
}

// Marks the parts of the strip between two times.
static void mark(const struct state *state, struct slot *slot, uint64_t from,
                 uint64_t to, unsigned char what) {
    const uint64_t part = STRIP_MS * MILLISECOND;
    uint64_t newest = state->now_ns / part, oldest = newest - STRIP + 1;
    uint64_t first = from / part, last = to / part;
    first = first < oldest ? oldest : first;
    last = last > newest ? newest : last;
    for (uint64_t i = first; i <= last; i++)
        slot->strip[i - oldest] |= what;
}

static void begin_slot(struct state *state, struct slot *slot) {
    slot->generation = slot->first_pid != 0;
    slot->pid = slot->last_pid = slot->first_pid;
    slot->done = slot->failed = slot->lost = slot->open = 0;
    slot->in_chunk = false;
    slot->born_ns = slot->dead_ns = 0;
    slot->alive_ns = slot->free_ns = state->born_ns;
    strcpy(slot->before, "-");
    memset(slot->strip, 0, sizeof slot->strip);
}

static void on_run(struct state *state, struct slot *slot,
                   const struct pool_trace_event *e, size_t index) {
    slot->open = 0;
    if (!e->end_ns) {
        slot->open = index + 1;
        return;
    }
    slot->done += e->count;
    slot->free_ns = e->end_ns;
    mark(state, slot, e->begin_ns, e->end_ns, WAS_BUSY);
}

// What a death has done to the item that its worker ran.
static int fate_of(const struct pool_trace_event *e) {
    if (!e->count)
        return NO_ITEM;
    return e->error == POOL_ELOST        ? LOST
           : e->error == POOL_ETIMELIMIT ? LIMIT
           : e->error == 0               ? AGAIN
                                         : CANCELLED;
}

static void on_death(struct state *state, struct slot *slot,
                     const struct pool_trace_event *events, size_t index) {
    const struct pool_trace_event *e = &events[index];
    if (slot->open) {
        const struct pool_trace_event *run = &events[slot->open - 1];
        if (e->count && run->task == e->task && e->first >= run->first)
            slot->done += e->first - run->first;
        mark(state, slot, run->begin_ns, e->begin_ns, WAS_BUSY);
    }
    mark(state, slot, slot->alive_ns, e->begin_ns, WAS_ALIVE);
    mark(state, slot, e->begin_ns, e->begin_ns, DEATH);
    int fate = fate_of(e);
    slot->lost += fate == LOST;
    slot->failed += fate == LIMIT;
    slot->open = 0;
    slot->pid = 0;
    slot->dead_ns = e->begin_ns;
    bool killed = WIFSIGNALED(e->status);
    snprintf(slot->before, sizeof slot->before, killed ? "sig %d" : "exit %d",
             killed ? WTERMSIG(e->status) : WEXITSTATUS(e->status));
    if (fate == LIMIT)
        strcpy(slot->before, "limit");
    if (fate == CANCELLED || slot == &state->super ||
        (state->ending_ns && e->begin_ns >= state->ending_ns))
        return;
    state->cost.deaths++;
    state->cost.lost += fate == LOST;
    state->cost.again += fate == AGAIN;
    state->cost.limit += fate == LIMIT;
    state->cost.idle += fate == NO_ITEM;
}

// When that process was sent a deadly signal by us; 0: not by us.
static uint64_t sent_at(const struct state *state, pid_t pid) {
    for (size_t i = 0; i < SENT; i++)
        if (pid > 0 && state->sent[i].pid == pid)
            return state->sent[i].ns;
    return 0;
}

static void on_start(struct state *state, struct slot *slot,
                     const struct pool_trace_event *e) {
    if (slot->generation && slot->dead_ns) {
        uint64_t sent = sent_at(state, slot->last_pid);
        uint64_t from = sent && sent < slot->dead_ns ? sent : slot->dead_ns;
        state->cost.replaced++;
        state->cost.replaced_ns += e->begin_ns - from;
    }
    slot->generation++;
    slot->pid = slot->last_pid = e->pid;
    slot->born_ns = slot->alive_ns = slot->free_ns = e->begin_ns;
    slot->dead_ns = 0;
    mark(state, slot, e->begin_ns, e->begin_ns, BIRTH);
}

// What a slot does now, as far as the trace tells.
static void conclude(struct state *state, struct slot *slot,
                     const struct pool_trace_event *events) {
    const struct batch *batch = NULL;
    slot->life = slot->pid ? IDLE : slot->generation ? GONE : NOBODY;
    slot->since_ns = slot->pid ? slot->free_ns : slot->dead_ns;
    slot->begun_ns = 0;
    if (slot->pid)
        mark(state, slot, slot->alive_ns, state->now_ns, WAS_ALIVE);
    if (slot->open) {
        const struct pool_trace_event *run = &events[slot->open - 1];
        batch = batch_of(state, run->task);
        slot->life = BUSY;
        slot->since_ns = run->begin_ns;
        mark(state, slot, run->begin_ns, state->now_ns, WAS_BUSY);
        slot->item = batch ? batch->base + run->first : 0;
        slot->chunk_end = slot->item + run->count - 1;
    }
    slot->in_chunk = slot->open && batch;
    slot->done -= slot->refused < slot->done ? slot->refused : slot->done;
    slot->failed += slot->refused;
}

void state_events(struct state *state, const struct pool_trace_event *events,
                  size_t count, uint64_t now) {
    state->now_ns = now;
    state->cost = (struct cost){0};
    for (size_t i = 0; i < state->workers; i++)
        begin_slot(state, &state->slot[i]);
    begin_slot(state, &state->super);
    for (size_t i = 0; i < count; i++) {
        const struct pool_trace_event *e = &events[i];
        bool worker = e->worker >= 0 && (size_t)e->worker < state->workers;
        struct slot *slot = worker ? &state->slot[e->worker] : &state->super;
        if (e->kind == POOL_TRACE_RUN && worker)
            on_run(state, slot, e, i);
        else if (e->kind == POOL_TRACE_DEATH)
            on_death(state, slot, events, i);
        else if (e->kind == POOL_TRACE_START)
            on_start(state, slot, e);
    }
    for (size_t i = 0; i < state->workers; i++)
        conclude(state, &state->slot[i], events);
    conclude(state, &state->super, events);
}

// ---- What the trace does not tell -------------------------------------------

void state_look(struct state *state, struct slot *slot, char process,
                uint64_t item, uint64_t begun_ns) {
    const uint64_t part = STRIP_MS * MILLISECOND;
    uint64_t newest = state->now_ns / part;
    if (slot->in_chunk && item >= slot->item && item <= slot->chunk_end) {
        slot->done += item - slot->item;
        slot->item = item;
        slot->begun_ns = slot->since_ns = begun_ns;
    }
    if (slot->pid && (process == 'T' || process == 't')) {
        slot->life = STOPPED;
        slot->stopped_part[newest % STRIP] = newest;
    } else if (slot->pid && process == 'Z') {
        slot->life = ZOMBIE;
    } else if (slot->pid && !process) {
        slot->life = GONE;
        slot->pid = 0;
    }
    for (size_t i = 0; i < STRIP; i++) {
        uint64_t at = newest - STRIP + 1 + i;
        if (slot->stopped_part[at % STRIP] == at)
            slot->strip[i] |= WAS_STOPPED;
    }
}

int state_refused(struct state *state, const struct pool_trace_event *events,
                  size_t count, size_t batch, uint64_t index) {
    for (size_t i = count; i-- > 0;) {
        const struct pool_trace_event *e = &events[i];
        if (e->kind != POOL_TRACE_RUN || e->task != batch + 1 ||
            index < e->first || index >= e->first + e->count || e->worker < 0 ||
            (size_t)e->worker >= state->workers)
            continue;
        state->slot[e->worker].refused++;
        return e->worker;
    }
    return -1;
}

// ---- Deaths -----------------------------------------------------------------

// What was left of the dead worker's chunk, and its lost or repeated item.
static void look_at_chunk(const struct state *state, struct death *death,
                          const struct pool_trace_event *e) {
    const struct batch *batch = batch_of(state, e->task);
    death->fate = (unsigned)fate_of(e);
    if (!batch || death->fate == NO_ITEM)
        return;
    uint64_t chunk = batch->chunk ? batch->chunk : 1;
    uint64_t end = (e->first / chunk + 1) * chunk;
    end = end < batch->count ? end : batch->count;
    death->item = batch->base + e->first;
    death->rest = e->first + 1 < end;
    death->rest_first = death->item + 1;
    death->rest_last = batch->base + end - 1;
}

// Who got what was left, and who stands in the dead one's place.
static void look_on(struct death *death, const struct pool_trace_event *events,
                    size_t count, uint64_t from) {
    const struct pool_trace_event *d = &events[death->event];
    for (size_t i = death->event + 1; i < count; i++) {
        const struct pool_trace_event *e = &events[i];
        if (e->kind == POOL_TRACE_START && e->worker == d->worker &&
            !death->heir) {
            death->heir = e->pid;
            death->heir_after_ns = e->begin_ns - from;
        }
        if (e->kind != POOL_TRACE_RUN || !d->count || e->task != d->task)
            continue;
        bool covers = e->first <= d->first && d->first < e->first + e->count;
        if (death->fate == AGAIN && covers && death->item_to < 0)
            death->item_to = e->worker;
        if (death->rest && death->rest_to < 0 && e->first <= d->first + 1 &&
            d->first + 1 < e->first + e->count)
            death->rest_to = e->worker;
    }
}

struct death state_death(const struct state *state,
                         const struct pool_trace_event *events, size_t count,
                         size_t index) {
    const struct pool_trace_event *d = &events[index];
    struct death death = {.event = index,
                          .slot = d->worker,
                          .pid = d->pid,
                          .status = d->status,
                          .item_to = -1,
                          .rest_to = -1};
    uint64_t sent = sent_at(state, d->pid);
    death.ours = sent && sent <= d->begin_ns;
    look_at_chunk(state, &death, d);
    look_on(&death, events, count, death.ours ? sent : d->begin_ns);
    return death;
}
