// SPDX-License-Identifier: MIT
// Draws what is below the rows: the log, the keys that work now, and in their
// place the menu of signals or the page of help.
//
// Runs in: client.
#include "play.h"

#include <inttypes.h>
#include <stdio.h>

void view_log(const struct play *play, struct screen *s, int from, int to) {
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

static const char *const usual[KEY_ROWS] = {
    "0-9 arrows select  k signals  K kill  s stop  c continue  v supervisor",
    "m more  < > item time  + - rate  p pause  x chunk  r retries  t limit",
    "pool: C close  T terminate  J join  N new        ? help  q quit",
};

void view_keys(const struct play *play, struct screen *s) {
    const char *text[KEY_ROWS] = {usual[0], usual[1], usual[2]};
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
    screen_fill(s, row, 0, s->columns, NORMAL);
    screen_put(s, row, 1, STRONG, "A signal for %s, pid %d:", name,
               (int)play->menu.pid);
    for (size_t i = 0; i < count; i++) {
        bool chosen = i == play->menu.choice;
        enum look look = chosen ? TITLE : NORMAL;
        screen_fill(s, row + 1 + (int)i, 0, s->columns, look);
        screen_put(s, row + 1 + (int)i, 0, look, "%c%zu %-8s %s",
                   chosen ? '>' : ' ', i + 1,
                   menu_signal_name(choices[i].number), choices[i].effect);
    }
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
