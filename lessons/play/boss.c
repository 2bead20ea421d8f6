// SPDX-License-Identifier: MIT
// What the client does with its pool: makes it, offers it items at a rate,
// takes the results in, ends it. Each call is the library's own, and the log
// says what it returned. Nothing here waits long but where the screen says so.
//
// Runs in: client.
#include "play.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

// What a callback is told of its submission.
struct ticket {
    struct play *play;
    size_t batch;
};

// ---- Results ----------------------------------------------------------------

static void end_pass(struct play *play, struct pass *pass) {
    if (pass->missing)
        log_say(&play->log, BAD,
                "pass %" PRIu64 " is done: %" PRIu64 " words in %zu of %zu "
                "files; the rest is lost, failed or cancelled",
                pass->number, pass->words, work.files - pass->missing,
                work.files);
    else
        log_say(&play->log, GOOD,
                "pass %" PRIu64 " is done: %" PRIu64 " words in all %zu files",
                pass->number, pass->words, work.files);
    pass->number = 0;
}

static void count_item(struct play *play, uint64_t item, bool good,
                       uint64_t words) {
    uint64_t number = item / work.files + 1;
    struct pass *pass = &play->pass[number % PASSES];
    if (pass->number == 0)
        *pass = (struct pass){.number = number};
    if (pass->number != number)
        return; // too many are unfinished: this one is not counted
    play->words += words;
    pass->words += words;
    pass->missing += !good;
    if (++pass->ended == work.files)
        end_pass(play, pass);
}

// The callback of each submission.
static void take_results(struct pool_result *result, void *user) {
    struct ticket *ticket = user;
    struct play *play = ticket->play;
    const struct batch batch = play->state.batch[ticket->batch];
    uint64_t *words = calloc(batch.count, sizeof *words);
    if (words)
        pool_result_get(result, words, batch.count * sizeof *words, 0);
    for (uint32_t i = 0; i < batch.count; i++) {
        int status = pool_result_item_status(result, i);
        uint64_t item = batch.base + i;
        if (status == POOL_ETASK) {
            watch_events(play);
            int slot = state_refused(&play->state, play->events, play->count,
                                     ticket->batch, i);
            log_say(&play->log, BAD,
                    "item %" PRIu64 " failed on worker %d, its task says: %s "
                    "(%s)",
                    item, slot, pool_result_message(result), work_path(item));
        }
        count_item(play, item, status == 0, words && !status ? words[i] : 0);
    }
    free(words);
    free(ticket);
}

// ---- Items ------------------------------------------------------------------

void boss_submit(struct play *play, size_t count) {
    struct item *items = calloc(count, sizeof *items);
    struct ticket *ticket = calloc(1, sizeof *ticket);
    int error = POOL_ENOMEM;
    for (size_t i = 0; items && i < count; i++)
        items[i].number = play->next_item + i;
    if (items && ticket &&
        state_batch(&play->state, (uint32_t)count, play->set.chunk,
                    play->next_item)) {
        *ticket = (struct ticket){play, play->state.batches - 1};
        error = pool_map_async(play->pool, work_count, items, count,
                               sizeof *items, sizeof(uint64_t), play->set.chunk,
                               take_results, ticket, NULL);
        if (error)
            play->state.batches--;
    }
    if (error == 0) {
        play->next_item += count;
    } else {
        log_say(&play->log, BAD, "pool_map_async(%zu items): %s", count,
                pool_strerror(error));
        free(ticket);
    }
    free(items);
}

void boss_feed(struct play *play, uint64_t now) {
    uint64_t passed = now - play->fed_ns;
    play->fed_ns = now;
    if (play->stage != RUNNING || play->set.paused ||
        play->state.stats.pending > PENDING)
        return;
    // After a stop (Ctrl-Z) nothing is made up for.
    double seconds = passed > SECOND ? 1 : (double)passed / 1e9;
    for (play->credit += seconds * play->set.rate;
         play->credit >= play->set.chunk && play->stage == RUNNING;
         play->credit -= play->set.chunk)
        boss_submit(play, play->set.chunk);
}

// ---- A pool's life ----------------------------------------------------------

bool boss_create(struct play *play) {
    struct pool_options options = {
        .workers = play->set.workers,
        .max_retries = play->set.retries,
        .task_timeout_ms = play->set.limit_ms,
        .memory = (size_t)256 << 20,
    };
    memset(work.page->slot, 0, sizeof work.page->slot);
    atomic_store(&work.page->item_ms, play->set.item_ms);
    play->pool = pool_create(&options);
    if (!play->pool)
        return false;
    pool_trace_start(play->pool, EVENTS);
    play->made = play->set;
    play->stage = RUNNING;
    play->again = false;
    watch_begin(play);
    play->credit = (double)(play->set.workers * play->set.chunk);
    play->fed_ns = now_ns();
    watch(play);
    char limit[32] = "no time limit";
    if (play->made.limit_ms)
        snprintf(limit, sizeof limit, "time limit %d ms", play->made.limit_ms);
    log_say(&play->log, GOOD,
            "pool_create: supervisor pid %d, %zu workers; max_retries %u, %s",
            (int)play->state.stats.supervisor, play->made.workers,
            play->made.retries, limit);
    return true;
}

// Shows that the client is inside a call that may take long.
static void inside(struct play *play, const char *call) {
    play->blocked = call;
    if (call && play->show)
        play->show(play);
}

void boss_close(struct play *play) {
    int error = pool_close(play->pool);
    if (play->stage == RUNNING)
        play->stage = CLOSED;
    log_say(&play->log, YOURS,
            "pool_close: %s; no new items, the %zu pending ones are still done",
            error ? pool_strerror(error) : "0", play->state.stats.pending);
}

void boss_terminate(struct play *play) {
    size_t pending = play->state.stats.pending;
    if (play->stage == ENDED || play->stage == BROKEN) {
        log_say(&play->log, YOURS,
                "there is nothing to terminate: N makes a "
                "new pool");
        return;
    }
    inside(play, "pool_terminate(), four seconds at most");
    play->state.ending_ns = now_ns();
    int error = pool_terminate(play->pool);
    inside(play, NULL);
    play->stage = TERMINATED;
    log_say(&play->log, YOURS,
            "pool_terminate: %s; all workers killed, %zu unfinished items "
            "cancelled, in %.1f ms",
            error ? pool_strerror(error) : "0", pending,
            (double)(now_ns() - play->state.ending_ns) / 1e6);
}

// What stands still will not end, and the player may have forgotten it.
static void warn_of_stopped(struct play *play) {
    for (size_t i = 0; i < play->state.workers; i++)
        if (play->state.slot[i].life == STOPPED)
            log_say(&play->log, BAD,
                    "worker %zu is stopped: its items do not end until c lets "
                    "it go on, or K or T ends it",
                    i);
    if (play->state.super.life == STOPPED)
        log_say(&play->log, BAD,
                "the supervisor is stopped: nobody ends the workers until c "
                "lets it go on");
}

void boss_join(struct play *play) {
    if (play->stage == RUNNING)
        log_say(&play->log, YOURS,
                "pool_join: %s: close (C) or terminate (T) first",
                pool_strerror(pool_join(play->pool)));
    else if (play->stage == CLOSED)
        log_say(&play->log, YOURS, "pool_join waits for %zu items",
                play->state.stats.pending);
    else if (play->stage == ENDED)
        log_say(&play->log, YOURS, "pool_join: 0, it had ended before");
    if (play->stage != CLOSED && play->stage != TERMINATED)
        return;
    play->stage = JOINING;
    warn_of_stopped(play);
}

void boss_renew(struct play *play) {
    play->again = true;
    if (play->stage == RUNNING)
        boss_close(play);
    if (play->stage == CLOSED)
        boss_join(play);
}

// pool_join() is called when it will not wait for items any more: until then
// the screen lives on.
static void go_on_joining(struct play *play) {
    if (play->state.stats.pending || pool_wait(play->pool, 0) != 0)
        return;
    uint64_t begun = now_ns();
    inside(play, "pool_join(), nine seconds at most");
    if (!play->state.ending_ns)
        play->state.ending_ns = begun;
    int error = pool_join(play->pool);
    inside(play, NULL);
    play->stage = ENDED;
    log_say(&play->log, GOOD,
            "pool_join: %s; every process of the pool has ended and been "
            "reaped, in %.1f ms%s",
            error ? pool_strerror(error) : "0",
            (double)(now_ns() - begun) / 1e6,
            play->again ? "" : "; N makes a new pool");
}

// A pool whose supervisor has died has said so to every result by now.
static void notice_break(struct play *play) {
    play->stage = BROKEN;
    play->state.ending_ns = now_ns();
    const struct pool_stats *stats = &play->state.stats;
    log_say(&play->log, BAD,
            "supervisor (pid %d) is dead, and all workers died with it; %zu "
            "unfinished items end with POOL_EBROKEN (%s); N makes a new pool",
            (int)play->super_pid,
            stats->submitted - stats->completed - stats->failed - stats->lost,
            pool_strerror(POOL_EBROKEN));
}

void boss_tick(struct play *play) {
    pool_poll(play->pool, 0);
    if (play->stage <= JOINING && play->state.stats.supervisor == 0 &&
        !play->state.ending_ns)
        notice_break(play);
    if (play->stage == JOINING)
        go_on_joining(play);
    if (!play->again || (play->stage != ENDED && play->stage != BROKEN &&
                         play->stage != TERMINATED))
        return;
    boss_destroy(play);
    if (!boss_create(play)) {
        play->quit = true; // main.c says why
        play->failed = errno ? errno : ECHILD;
    } else if (!play->menu.open) {
        play->shown = play->state; // not one more picture of the old one
    }
}

void boss_destroy(struct play *play) {
    if (!play->pool)
        return;
    // One that the player has stopped would keep us waiting.
    if (play->super_fd >= 0)
        proc_signal(play->super_fd, SIGCONT);
    pool_destroy(play->pool);
    play->pool = NULL;
    watch_end(play);
}

const char *boss_stage(const struct play *play) {
    static const char *const names[] = {"running",    "closed", "joining",
                                        "terminated", "ended",  "broken"};
    if (play->full && play->stage == RUNNING && !play->blocked)
        return "trace full, rows stand still: N";
    return play->blocked ? play->blocked : names[play->stage];
}
