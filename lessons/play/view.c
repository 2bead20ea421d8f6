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

static void draw_settings(const struct play *play, struct screen *s) {
    const struct settings *set = &play->set, *made = &play->made;
    char text[160], limit[32];
    snprintf(limit, sizeof limit, made->limit_ms ? "%d ms" : "none",
             made->limit_ms);
    int used = snprintf(text, sizeof text,
                        "item %u ms (< >)  chunk %u (x)  retries %u (r)  "
                        "limit %s (t)",
                        set->item_ms, set->chunk, made->retries, limit);
    screen_put(s, ROW_SETTINGS, 1, NORMAL, "%s", text);
    if (set->retries != made->retries || set->limit_ms != made->limit_ms)
        screen_put(s, ROW_SETTINGS, 3 + used, STRONG, "N: %u, %d ms",
                   set->retries, set->limit_ms);
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
    const struct slot *slot = &play->shown.slot[play->selected];
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

// ---- The log, the keys ------------------------------------------------------

static void draw_log(const struct play *play, struct screen *s, int from,
                     int to) {
    static const struct {
        char mark;
        enum look look;
    } moods[] = {[PLAIN] = {' ', NORMAL},
                 [GOOD] = {'*', NORMAL},
                 [BAD] = {'!', LOOK_GONE},
                 [YOURS] = {'>', LOOK_YOURS}};
    int row = to;
    for (size_t number = play->log.count; number-- > 0 && row > from;) {
        const struct line *line = log_line(&play->log, number);
        if (!line)
            break;
        int rows = screen_wrap(s, 0, 9, 0, 0, NORMAL, line->text);
        int skip = row - rows < from ? from - (row - rows) : 0;
        row -= rows - skip;
        screen_wrap(s, row, 9, rows, skip,
                    line->mood == YOURS ? STRONG : NORMAL, line->text);
        uint64_t seconds = (line->when_ns - play->began_ns) / SECOND;
        if (!skip) {
            screen_put(s, row, 0, DIM, "%3" PRIu64 ":%02" PRIu64, seconds / 60,
                       seconds % 60);
            screen_put(s, row, 7, moods[line->mood].look, "%c",
                       moods[line->mood].mark);
        }
    }
}

static void draw_keys(const struct play *play, struct screen *s) {
    const char *text[KEY_ROWS] = {
        "0-9 arrows select  k signals  K kill  s stop  c continue  v "
        "supervisor",
        "m more  < > item time  + - rate  p pause  x chunk  r retries  t limit",
        "pool: C close  T terminate  J join  N new        ? help  q quit",
    };
    if (play->menu.open) {
        text[0] = "arrows and Enter, or the number: sends the signal";
        text[1] = "Esc: sends nothing";
        text[2] = "";
    } else if (play->stage == ENDED || play->stage == BROKEN) {
        text[0] = "no process of the pool is left";
        text[1] = "r retries  t limit";
        text[2] = "pool: N new        ? help  q quit";
    } else if (play->stage == TERMINATED) {
        text[0] = "the pool is terminated";
        text[1] = "r retries  t limit";
        text[2] = "pool: J join  N new        ? help  q quit";
    } else if (play->stage != RUNNING) {
        text[1] = "closed: no more items        < > item time  r retries  t "
                  "limit";
        text[2] = "pool: T terminate  J join  N new after that        ? help  "
                  "q quit";
    }
    for (int i = 0; i < KEY_ROWS; i++) {
        screen_fill(s, s->rows - KEY_ROWS + i, 0, s->columns, TITLE);
        screen_put(s, s->rows - KEY_ROWS + i, 1, TITLE, "%s", text[i]);
    }
}

void view_menu(const struct play *play, struct screen *s, int row) {
    struct choice choices[8];
    size_t count = menu_choices(play, choices);
    char name[64];
    if (play->menu.slot < 0)
        snprintf(name, sizeof name, "the supervisor");
    else
        snprintf(name, sizeof name, "worker %d", play->menu.slot);
    screen_fill(s, row, 0, s->columns, TITLE);
    screen_put(s, row, 1, TITLE, "A signal for %s, pid %d:", name,
               (int)play->menu.pid);
    for (size_t i = 0; i < count; i++) {
        bool chosen = i == play->menu.choice;
        enum look look = chosen ? TITLE : NORMAL;
        screen_fill(s, row + 1 + (int)i, 0, s->columns, look);
        screen_put(s, row + 1 + (int)i, 0, look, "%c%zu %-8s %s",
                   chosen ? '>' : ' ', i + 1, choices[i].name,
                   choices[i].effect);
    }
}

// How many slots have room, beside five lines of log.
int view_slots(const struct play *play, int rows) {
    int room = rows - ROW_SLOTS - BELOW - LOG_MIN;
    return (int)play->shown.workers < room ? (int)play->shown.workers : room;
}

static const char *const help[] = {
    "A pool of worker processes counts the words of files, one file an item.",
    "All of it is real: hurt it, and read in the log what that has cost.",
    "",
    "0-9 up down v   selects a worker; v: the supervisor, who replaces them",
    "k               a menu of signals, named by what the pool will do",
    "K s c           SIGKILL, SIGSTOP, SIGCONT to the selected one, at once",
    "m               40 more items at once",
    "< >             items take less or more time",
    "- + p           fewer or more items offered a second; p: none, or again",
    "x               chunk: how many items a worker takes at a time",
    "r t             max_retries and time limit, for the next pool",
    "C T J           pool_close, pool_terminate, pool_join",
    "N               a new pool: closes and joins this one before",
    "q, Ctrl-C       ends; Ctrl-Z stops all of it, fg goes on",
    "",
    "state    B busy  I idle  S stopped  Z dead, not yet reaped  X gone",
    "a row    N beside a pid: new. item, up to: where it is in its chunk.",
    "         prev: how the process before it in this row has ended",
    "strip    # busy  . idle  s stopped  X died  ^ born; new on the right",
    "log      > you  ! something is lost or refused  * all is well",
    "dead     respawned in: after the signal or the death, in the mean",
    "",
    "Any key closes this page. More: lessons/play/README.md",
};

void view_help(struct screen *s) {
    for (size_t i = 0; i < sizeof help / sizeof *help; i++)
        screen_put(s, (int)i + 1, 2, NORMAL, "%s", help[i]);
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
    draw_log(play, s, ROW_SLOTS + slots + 1, last);
    draw_keys(play, s);
    if (play->menu.open)
        view_menu(play, s, last - 7);
}
