// SPDX-License-Identifier: MIT
// Draws what is known of the pool on a page of cells, from top to bottom: what
// it does as a whole, a row for each slot, the log, the keys that work now.
//
// A slot's row stays where it is, whoever is in it. Each state has a letter
// beside its colour.
//
// Runs in: client.
#include "play.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    ROW_TITLE,
    ROW_ITEMS,
    ROW_COST,
    ROW_SETTINGS,
    ROW_PASS,
    ROW_HEADER,
    ROW_SUPER,
    ROW_SLOTS,
    BELOW = 1 + KEY_ROWS, // the detail line, and the keys
    LOG_MIN = 5,
    STRIP_AT = 70,
    NEW_FOR = 5, // seconds
};

static void put_time(char *text, size_t size, uint64_t ns) {
    double seconds = (double)ns / 1e9;
    if (seconds < 100)
        snprintf(text, size, "%.1fs", seconds);
    else if (seconds < 6000)
        snprintf(text, size, "%.0fs", seconds);
    else
        snprintf(text, size, "%.0fm", seconds / 60);
}

// ---- The pool as a whole ----------------------------------------------------

static void draw_title(const struct play *play, struct screen *s) {
    uint64_t seconds = (play->state.now_ns - play->began_ns) / SECOND;
    screen_fill(s, ROW_TITLE, 0, s->columns, TITLE);
    screen_put(s, ROW_TITLE, 1, TITLE, "make play   pool: %s   client: pid %d",
               boss_stage(play), play->client_pid);
    screen_put(s, ROW_TITLE, s->columns - 8, TITLE, "%3" PRIu64 ":%02" PRIu64,
               seconds / 60, seconds % 60);
}

static void draw_items(const struct play *play, struct screen *s) {
    const struct pool_stats *stats = &play->state.stats;
    double offered = play->set.paused ? 0 : play->set.rate;
    int at = 1;
    at += screen_put(s, ROW_ITEMS, at, NORMAL, "items: %zu pending, %zu done, ",
                     stats->pending, stats->completed);
    at += screen_put(s, ROW_ITEMS, at, stats->failed ? LOOK_GONE : NORMAL,
                     "%zu failed", stats->failed);
    at += screen_put(s, ROW_ITEMS, at, NORMAL, ", ");
    at += screen_put(s, ROW_ITEMS, at, stats->lost ? LOOK_GONE : NORMAL,
                     "%zu lost", stats->lost);
    screen_put(s, ROW_ITEMS, at, NORMAL, "; %.1f a second, %g offered%s",
               play->state.per_second, offered,
               play->set.paused ? " (paused)" : "");
}

static void draw_cost(const struct play *play, struct screen *s) {
    const struct cost *cost = &play->state.cost;
    char after[64] = "";
    if (cost->replaced) {
        char time[32];
        describe_time(time, sizeof time, cost->replaced_ns / cost->replaced);
        snprintf(after, sizeof after, " in %s", time);
    }
    screen_put(s, ROW_COST, 1, cost->deaths ? STRONG : NORMAL,
               "dead workers: %zu, respawned %zu%s; items lost %zu, again %zu, "
               "too long %zu",
               cost->deaths, play->state.stats.respawned, after, cost->lost,
               cost->again, cost->limit);
}

static void limit_text(char *text, size_t size, int limit_ms) {
    snprintf(text, size, limit_ms ? "%d ms" : "none", limit_ms);
}

// What holds only from the next pool on stands behind N, the key that makes it.
static void draw_settings(const struct play *play, struct screen *s) {
    const struct settings *set = &play->set, *made = &play->made;
    char retries[32] = "", limit[32], next[32], next_limit[48] = "";
    if (set->retries != made->retries)
        snprintf(retries, sizeof retries, ", N: %u", set->retries);
    limit_text(limit, sizeof limit, made->limit_ms);
    limit_text(next, sizeof next, set->limit_ms);
    if (set->limit_ms != made->limit_ms)
        snprintf(next_limit, sizeof next_limit, ", N: %s", next);
    screen_put(s, ROW_SETTINGS, 1, NORMAL,
               "item %u ms (< >)  chunk %u (x)  retries %u%s (r)  limit %s%s "
               "(t)",
               set->item_ms, set->chunk, made->retries, retries, limit,
               next_limit);
}

// The oldest pass that is not done.
static const struct pass *oldest_pass(const struct play *play) {
    const struct pass *oldest = NULL;
    for (size_t i = 0; i < PASSES; i++)
        if (play->pass[i].number &&
            (!oldest || play->pass[i].number < oldest->number))
            oldest = &play->pass[i];
    return oldest;
}

static void draw_pass(const struct play *play, struct screen *s) {
    const struct pass *pass = oldest_pass(play);
    uint64_t number = pass ? pass->number : play->next_item / work.files + 1;
    size_t ended = pass ? pass->ended : 0;
    char text[80];
    int length =
        snprintf(text, sizeof text,
                 "] pass %" PRIu64 ": %zu of %zu files, %" PRIu64 " words",
                 number, ended, work.files, pass ? pass->words : 0);
    int width = s->columns - length - 4;
    int full = (int)((size_t)width * ended / work.files);
    screen_put(s, ROW_PASS, 1, NORMAL, "[");
    for (int i = 0; i < width; i++)
        screen_put(s, ROW_PASS, 2 + i, i < full ? LOOK_BUSY : DIM, "%c",
                   i < full ? '#' : '.');
    screen_put(s, ROW_PASS, 2 + width, NORMAL, "%s", text);
}

// ---- Rows -------------------------------------------------------------------

static const struct {
    const char *words;
    enum look look;
} lives[] = {
    [NOBODY] = {"- nobody", NORMAL},    [IDLE] = {"I idle", LOOK_IDLE},
    [BUSY] = {"B busy", LOOK_BUSY},     [STOPPED] = {"S stop", LOOK_STOP},
    [ZOMBIE] = {"Z zombie", LOOK_GONE}, [GONE] = {"X gone", LOOK_GONE},
};

// One cell of the strip: the most important thing that happened in its time.
static void draw_cell(struct screen *s, int row, int column,
                      unsigned char what) {
    if (what & DEATH)
        screen_put(s, row, column, LOOK_GONE, "X");
    else if (what & WAS_STOPPED)
        screen_put(s, row, column, LOOK_STOP, "s");
    else if (what & BIRTH)
        screen_put(s, row, column, LOOK_NEW, "^");
    else if (what & WAS_BUSY)
        screen_put(s, row, column, LOOK_BUSY, "#");
    else if (what & WAS_ALIVE)
        screen_put(s, row, column, LOOK_IDLE, ".");
}

static int strip_cells(const struct screen *s) {
    int room = s->columns - STRIP_AT;
    return room >= 40 ? 40 : room >= 20 ? 20 : 10;
}

static void draw_strip(const struct slot *slot, struct screen *s, int row) {
    int cells = strip_cells(s), parts = STRIP / cells;
    for (int i = 0; i < cells; i++) {
        unsigned char what = 0;
        for (int k = 0; k < parts; k++)
            what |= slot->strip[i * parts + k];
        draw_cell(s, row, STRIP_AT + i, what);
    }
}

static void draw_header(struct screen *s) {
    screen_fill(s, ROW_HEADER, 0, s->columns, TITLE);
    screen_put(s, ROW_HEADER, 0, TITLE,
               "slot     pid gen state      item  up to  since   done fail "
               "lost prev");
    screen_put(s, ROW_HEADER, STRIP_AT, TITLE, "last 10 s");
}

static void draw_process(const struct play *play, struct screen *s, int row,
                         const struct slot *slot, bool chosen) {
    uint64_t age = play->shown.now_ns - slot->born_ns;
    bool young = slot->pid && slot->born_ns && slot->generation > 1 &&
                 age < NEW_FOR * SECOND;
    bool gone = slot->life == GONE;
    enum look look = young  ? LOOK_NEW
                     : gone ? LOOK_GONE
                            : (chosen ? STRONG : NORMAL);
    if (slot->last_pid)
        screen_put(s, row, 5, look, "%7d%c", (int)slot->last_pid,
                   young  ? 'N'
                   : gone ? 'X'
                          : ' ');
    screen_put(s, row, 13, NORMAL, "%3u", slot->generation);
    screen_put(s, row, 17, lives[slot->life].look, "%-8s",
               lives[slot->life].words);
}

static void draw_slot(const struct play *play, struct screen *s, int row,
                      int index) {
    const struct slot *slot = &play->shown.slot[index];
    bool chosen = play->selected == index;
    char since[16] = "";
    screen_put(s, row, 0, chosen ? STRONG : NORMAL, "%c%3d", chosen ? '>' : ' ',
               index);
    draw_process(play, s, row, slot, chosen);
    if (slot->in_chunk)
        screen_put(s, row, 26, NORMAL, "%6" PRIu64 " %6" PRIu64, slot->item,
                   slot->chunk_end);
    if (slot->since_ns && slot->since_ns <= play->shown.now_ns)
        put_time(since, sizeof since, play->shown.now_ns - slot->since_ns);
    screen_put(s, row, 40, NORMAL, "%6s", since);
    screen_put(s, row, 46, NORMAL, "%7zu", slot->done);
    screen_put(s, row, 53, slot->failed ? STRONG : NORMAL, "%5zu",
               slot->failed);
    screen_put(s, row, 58, slot->lost ? STRONG : NORMAL, "%5zu", slot->lost);
    screen_put(s, row, 64, NORMAL, "%.6s", slot->before);
    draw_strip(slot, s, row);
}

static void draw_super(const struct play *play, struct screen *s) {
    const struct slot *slot = &play->shown.super;
    bool chosen = play->selected < 0;
    screen_put(s, ROW_SUPER, 0, chosen ? STRONG : NORMAL, "%csup",
               chosen ? '>' : ' ');
    draw_process(play, s, ROW_SUPER, slot, chosen);
    if (slot->life == IDLE)
        screen_put(s, ROW_SUPER, 17, NORMAL, "R ready ");
    screen_put(s, ROW_SUPER, 27, NORMAL,
               "supervisor: it replaces workers that die");
    draw_strip(slot, s, ROW_SUPER);
}

// What there is to say about the row that is selected.
static void draw_detail(const struct play *play, struct screen *s, int row) {
    const struct slot *slot = play->selected < 0
                                  ? &play->shown.super
                                  : &play->shown.slot[play->selected];
    if (play->menu.open) {
        screen_put(s, row, 1, STRONG,
                   "The list waits for your choice; the pool does not.");
    } else if (play->selected < 0) {
        screen_put(
            s, row, 1, DIM,
            "It blocks every signal: only SIGKILL and SIGSTOP reach it.");
    } else if (slot->life == ZOMBIE) {
        screen_put(s, row, 1, STRONG,
                   "worker %d is dead, but its parent, the supervisor, has not "
                   "noticed yet",
                   play->selected);
    } else if (slot->in_chunk) {
        const char *path = work_path(slot->item);
        size_t room = (size_t)s->columns - 48, length = strlen(path);
        screen_put(s, row, 1, DIM,
                   "worker %d: item %" PRIu64 ", the words of %s%s",
                   play->selected, slot->item, length > room ? "..." : "",
                   length > room ? path + length - room : path);
    } else {
        screen_put(s, row, 1, DIM, "worker %d has no item", play->selected);
    }
}

// How many slots have room, beside five lines of log.
int view_slots(const struct play *play, int rows) {
    int room = rows - ROW_SLOTS - BELOW - LOG_MIN;
    return (int)play->shown.workers < room ? (int)play->shown.workers : room;
}

void view_draw(const struct play *play, struct screen *s) {
    if (s->rows < 24 || s->columns < 80) {
        screen_put(s, 0, 0, STRONG, "This needs 80 columns and 24 rows,");
        screen_put(s, 1, 0, STRONG, "here are %d and %d. The pool works on.",
                   s->columns, s->rows);
        return;
    }
    if (play->help) {
        view_help(s);
        return;
    }
    int slots = view_slots(play, s->rows), last = s->rows - KEY_ROWS;
    draw_title(play, s);
    draw_items(play, s);
    draw_cost(play, s);
    draw_settings(play, s);
    draw_pass(play, s);
    draw_header(s);
    draw_super(play, s);
    for (int i = 0; i < slots; i++)
        draw_slot(play, s, ROW_SLOTS + i, play->top + i);
    if (slots < (int)play->shown.workers)
        screen_put(s, ROW_HEADER, s->columns - 10, TITLE, "%d-%d of %zu",
                   play->top, play->top + slots - 1, play->shown.workers);
    draw_detail(play, s, ROW_SLOTS + slots);
    view_log(play, s, ROW_SLOTS + slots + 1, last);
    view_keys(play, s);
    if (play->menu.open)
        view_menu(play, s, last - 7);
}
