// SPDX-License-Identifier: MIT
// Reads the pool into the state: pool_stats(), pool_worker_pids() and
// pool_trace_read() of the library, and of each process the letter that /proc
// has for it. What is new in it is told to the log.
//
// Runs in: client.
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { READ_SHARE = 20 }; // of the time one twentieth goes into reading

static void forget(struct play *play, size_t slot) {
    if (play->pidfd[slot] >= 0)
        close(play->pidfd[slot]);
    play->pidfd[slot] = -1;
    play->pidfd_pid[slot] = 0;
}

void watch_begin(struct play *play) {
    state_begin(&play->state, play->made.workers, now_ns());
    for (size_t i = 0; i < SLOTS; i++) {
        play->pidfd[i] = -1;
        play->pidfd_pid[i] = 0;
    }
    play->super_fd = -1;
    play->count = play->told = play->samples = 0;
    play->read_ns = play->read_cost_ns = 0;
    play->full = false;
    pool_stats(play->pool, &play->state.stats);
    play->super_pid = play->state.super.first_pid =
        play->state.stats.supervisor;
    play->super_fd = proc_open(play->super_pid);
    play->no_pidfd = play->super_fd < 0;
    if (play->selected >= (int)play->made.workers)
        play->selected = (int)play->made.workers - 1;
}

void watch_end(struct play *play) {
    for (size_t i = 0; i < SLOTS; i++)
        forget(play, i);
    if (play->super_fd >= 0)
        close(play->super_fd);
    play->super_fd = -1;
    play->shown.batch = NULL; // it was only lent
    play->total.done += play->state.stats.completed;
    play->total.failed += play->state.stats.failed;
    play->total.lost += play->state.stats.lost;
    play->total.deaths += play->state.cost.deaths;
    state_end(&play->state);
    log_stop_growing(&play->log);
}

// ---- The trace --------------------------------------------------------------

// What this process has computed so far.
static uint64_t used_ns(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * SECOND + (uint64_t)used.tv_nsec;
}

void watch_events(struct play *play) {
    uint64_t begun = used_ns();
    for (;;) {
        size_t count = pool_trace_read(play->pool, play->events, play->room);
        play->count = count < play->room ? count : play->room;
        if (count <= play->room)
            break;
        size_t room = 2 * count;
        void *more = realloc(play->events, room * sizeof *play->events);
        if (!more)
            break;
        play->events = more;
        play->room = room;
    }
    play->read_ns = now_ns();
    play->read_cost_ns = used_ns() - begun;
}

static void tell_deaths(struct play *play) {
    size_t deaths = 0;
    for (size_t i = 0; i < play->count; i++) {
        const struct pool_trace_event *e = &play->events[i];
        if (e->kind != POOL_TRACE_DEATH)
            continue;
        if (++deaths <= play->told)
            continue;
        play->told = deaths;
        // How a pool ends, or breaks, is one sentence of boss.c.
        if (e->worker >= 0 &&
            (!play->state.ending_ns || e->begin_ns < play->state.ending_ns))
            log_death(&play->log, &play->state, play->events, play->count,
                      e->pid);
    }
    log_grow(&play->log, &play->state, play->events, play->count);
    if (play->count >= EVENTS && !play->full) {
        play->full = true;
        log_say(&play->log, BAD,
                "the trace is full after %d events: rows stand still until N "
                "makes a new pool",
                EVENTS);
    }
}

// ---- Processes --------------------------------------------------------------

static bool listed(const struct play *play, pid_t pid) {
    pid_t pids[SLOTS];
    size_t count = pool_worker_pids(play->pool, pids, SLOTS);
    for (size_t i = 0; i < count && i < SLOTS; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

// Those that were there before the trace was are known by their names.
static void find_first(struct play *play) {
    pid_t pids[SLOTS];
    size_t count = pool_worker_pids(play->pool, pids, SLOTS);
    for (size_t i = 0; i < count && i < SLOTS; i++) {
        bool known = false;
        for (size_t k = 0; k < play->state.workers; k++)
            known |= play->state.slot[k].pid == pids[i];
        int index = known ? -1 : proc_worker_index(pids[i]);
        if (index >= 0)
            state_first(&play->state, (unsigned)index, pids[i]);
    }
}

// A worker that is still listed when its pidfd is open has not been reaped
// before, so the number was not another's by then.
static void hold(struct play *play, size_t index) {
    pid_t pid = play->state.slot[index].pid;
    if (pid == play->pidfd_pid[index])
        return;
    forget(play, index);
    if (!pid)
        return;
    play->pidfd[index] = proc_open(pid);
    play->pidfd_pid[index] = pid;
    if (!listed(play, pid))
        forget(play, index);
}

static void look(struct play *play) {
    struct state *state = &play->state;
    for (size_t i = 0; i < state->workers; i++) {
        uint64_t item = atomic_load(&work.page->slot[i].item);
        uint64_t begun = atomic_load(&work.page->slot[i].begun_ns);
        char letter = proc_state(state->slot[i].pid);
        if (letter == 'Z' && state->ending_ns)
            letter = 0; // nobody is left who would reap it
        hold(play, i);
        state_look(state, &state->slot[i], letter, item ? item - 1 : UINT64_MAX,
                   begun);
    }
    state_look(state, &state->super, proc_state(state->super.pid), UINT64_MAX,
               0);
}

// Items that ended in a second, over the last five.
static void measure(struct play *play) {
    enum { SAMPLES = sizeof play->sample_ns / sizeof *play->sample_ns };
    const struct pool_stats *stats = &play->state.stats;
    size_t ended = stats->completed + stats->failed + stats->lost;
    size_t newest = play->samples++ % SAMPLES, oldest = newest;
    play->sample_ns[newest] = play->state.now_ns;
    play->sample_done[newest] = ended;
    for (size_t back = 1; back < SAMPLES && back < play->samples; back++) {
        size_t i = (newest + SAMPLES - back) % SAMPLES;
        if (play->state.now_ns - play->sample_ns[i] > 5 * SECOND)
            break;
        oldest = i;
    }
    uint64_t span = play->state.now_ns - play->sample_ns[oldest];
    play->state.per_second =
        span ? (double)(ended - play->sample_done[oldest]) * 1e9 / (double)span
             : 0;
}

void watch(struct play *play) {
    pool_stats(play->pool, &play->state.stats);
    if (now_ns() - play->read_ns >= READ_SHARE * play->read_cost_ns)
        watch_events(play);
    find_first(play);
    state_events(&play->state, play->events, play->count, now_ns());
    tell_deaths(play);
    look(play);
    measure(play);
}
