// SPDX-License-Identifier: MIT
// What each key does. What a pool can be told while it lives (items, their size
// and rate) holds at once; what pool_create() is told holds from the next pool.
//
// Runs in: client.
#include "play.h"

#include <signal.h>
#include <stdlib.h>

enum { MORE = 40 }; // items at once

// What < > and - + go through; a 0 is the end.
static const double item_ms[] = {20,  50,   100,  200,  300,
                                 500, 1000, 2000, 5000, 0};
static const double rates[] = {0.5, 1, 2, 5, 10, 20, 50, 100, 0};

static void select_row(struct play *play, int row) {
    int last = (int)play->state.workers - 1;
    play->selected = row < -1 ? -1 : row > last ? last : row;
}

static void on_digit(struct play *play, int key) {
    if (key - '0' < (int)play->state.workers)
        select_row(play, key - '0');
    else
        log_say(&play->log, BAD, "there is no worker %d", key - '0');
}

static void on_more(struct play *play) {
    uint64_t first = play->next_item;
    boss_submit(play, MORE);
    if (play->next_item > first)
        log_say(&play->log, YOURS, "%d more items at once, in one map", MORE);
}

// ---- Settings ---------------------------------------------------------------

// The value in the list that comes after this one, or before; at an end this one.
static double beside(const double *list, double now, int step) {
    size_t i = 0;
    while (list[i + 1] && list[i] < now)
        i++;
    return step < 0 ? list[i ? i - 1 : 0] : list[list[i + 1] ? i + 1 : i];
}

static void on_item_time(struct play *play, int step) {
    play->set.item_ms = (unsigned)beside(item_ms, play->set.item_ms, step);
    atomic_store(&work.page->item_ms, play->set.item_ms);
    log_say(&play->log, YOURS,
            "an item takes %u ms: %zu workers can do %.1f a second",
            play->set.item_ms, play->made.workers,
            (double)play->made.workers * 1000 / play->set.item_ms);
}

static void on_rate(struct play *play, int step) {
    play->set.rate = beside(rates, play->set.rate, step);
    log_say(&play->log, YOURS, "the client offers %g items a second",
            play->set.rate);
}

static void on_pause(struct play *play) {
    play->set.paused = !play->set.paused;
    log_say(&play->log, YOURS, "%s",
            play->set.paused
                ? "paused: the client offers nothing, the pool does what it has"
                : "the client offers items again");
}

static void on_chunk(struct play *play) {
    play->set.chunk = play->set.chunk < 16 ? 2 * play->set.chunk : 1;
    log_say(&play->log, YOURS, "a worker takes %u items at a time from now on",
            play->set.chunk);
}

static void on_retries(struct play *play) {
    play->set.retries = (play->set.retries + 1) % 4;
    log_say(&play->log, YOURS,
            "max_retries %u holds from the next pool on: N makes it",
            play->set.retries);
}

static void on_limit(struct play *play) {
    static const int limits[] = {0, 500, 1000, 2000, 5000, 0};
    size_t i = 0;
    while (limits[i] < play->set.limit_ms)
        i++;
    play->set.limit_ms = limits[i + 1];
    log_say(&play->log, YOURS,
            "task_timeout_ms %d%s holds from the next pool on: N makes it",
            play->set.limit_ms, play->set.limit_ms ? "" : " (no limit)");
}

// ---- Keys -------------------------------------------------------------------

static void on_pool_key(struct play *play, int key) {
    switch (key) {
    case 'C':
        boss_close(play);
        break;
    case 'T':
        boss_terminate(play);
        break;
    case 'J':
        boss_join(play);
        break;
    case 'N':
        boss_renew(play);
        break;
    case 'm':
        on_more(play);
        break;
    case 'p':
        on_pause(play);
        break;
    case 'x':
        on_chunk(play);
        break;
    case 'r':
        on_retries(play);
        break;
    case 't':
        on_limit(play);
        break;
    case '<':
        on_item_time(play, -1);
        break;
    case '>':
        on_item_time(play, 1);
        break;
    case '-':
        on_rate(play, -1);
        break;
    case '+':
    case '=':
        on_rate(play, 1);
        break;
    default:
        break;
    }
}

void keys_press(struct play *play, int key) {
    if (play->help) { // any key closes it
        play->help = false;
        return;
    }
    if (play->menu.open) {
        menu_key(play, key);
        return;
    }
    switch (key) {
    case KEY_ARROW_UP:
        select_row(play, play->selected - 1);
        break;
    case KEY_ARROW_DOWN:
        select_row(play, play->selected + 1);
        break;
    case 'v':
        select_row(play, -1);
        break;
    case 'k':
        menu_open(play);
        break;
    case 'K':
        menu_target(play, SIGKILL);
        break;
    case 's':
        menu_target(play, SIGSTOP);
        break;
    case 'c':
        menu_target(play, SIGCONT);
        break;
    case '?':
    case 'h':
        play->help = true;
        break;
    case 'q':
        play->quit = true;
        break;
    default:
        if (key >= '0' && key <= '9')
            on_digit(play, key);
        else
            on_pool_key(play, key);
    }
}
