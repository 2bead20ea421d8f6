// SPDX-License-Identifier: MIT
// The timeline as text: a row for each worker or process, a letter for a task.
// Runs in: the guide.
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ROWS 12 // rows that are drawn; others are only counted

struct cells {
    char *text;
    unsigned char *color; // of each column; 0: none
    size_t count;
};

static size_t column(const struct picture *p, const struct cells *cells,
                     uint64_t when) {
    double at = (double)(when - p->begin) * (double)cells->count /
                (double)(p->end - p->begin + 1);
    return at < (double)cells->count - 1 ? (size_t)at : cells->count - 1;
}

// Where a row's process lives, '.' is idle.
static void draw_life(const struct picture *p, struct cells *cells, int row) {
    bool alive = false;
    size_t from = 0;
    for (size_t i = 0; i < p->marks; i++) {
        const struct mark *m = &p->mark[i];
        if (m->row != row || m->when > p->end)
            continue;
        size_t at = column(p, cells, m->when);
        if (m->what == '^') {
            from = at;
            alive = true;
        } else {
            if (alive)
                memset(cells->text + from, '.', at - from + 1);
            alive = false;
        }
    }
    if (alive)
        memset(cells->text + from, '.', cells->count - from);
}

static void draw_bars(const struct picture *p, struct cells *cells, int row) {
    for (size_t i = 0; i < p->bars; i++) {
        const struct bar *b = &p->bar[i];
        if (b->row != row)
            continue;
        size_t from = column(p, cells, b->begin), to = column(p, cells, b->end);
        for (size_t c = from; c <= to; c++) {
            // The column a task ends in is the next one's, if it is busy.
            if (c > from && c == to && cells->color[c])
                continue;
            bool taken = cells->color[c];
            cells->text[c] = taken ? '#' : b->letter;
            cells->color[c] = (unsigned char)(1 + b->task % 6);
        }
    }
}

static void draw_marks(const struct picture *p, struct cells *cells, int row) {
    for (size_t i = 0; i < p->marks; i++) {
        const struct mark *m = &p->mark[i];
        if (m->row != row || m->when > p->end)
            continue;
        char *cell = &cells->text[column(p, cells, m->when)];
        if (m->what == 'X' ||
            (m->what == '^' && (*cell == '.' || *cell == ' ')))
            *cell = m->what;
    }
}

static void print_cells(const struct cells *cells) {
    unsigned char color = 0;
    for (size_t c = 0; c < cells->count; c++) {
        if (cells->color[c] != color) {
            color = cells->color[c];
            char code[8];
            snprintf(code, sizeof code, "%d", color ? 30 + color : 0);
            fputs(guide_color(code), stdout);
        }
        putchar(cells->text[c]);
    }
    fputs(color ? guide_color("0") : "", stdout);
}

static void draw_row(const struct picture *p, struct cells *cells, int row,
                     bool counted) {
    memset(cells->text, ' ', cells->count);
    memset(cells->color, 0, cells->count);
    draw_life(p, cells, row);
    draw_bars(p, cells, row);
    draw_marks(p, cells, row);
    printf("  %-10.10s|", p->row[row].name);
    print_cells(cells);
    printf(counted ? "|%6zu\n" : "|\n", p->row[row].items);
}

static const char *duration(uint64_t ns) {
    double ms = (double)ns / 1e6;
    return ms >= 10000 ? guide_text("%.0f s", ms / 1000)
           : ms >= 10  ? guide_text("%.0f ms", ms)
           : ms >= 1   ? guide_text("%.1f ms", ms)
                       : guide_text("%.0f us", ms * 1000);
}

void guide_timeline(const struct guide_run *run) {
    guide_paragraph();
    if (guide.absent || ((guide_python() || guide_pool()) && !run->traced))
        return; // a pool's processes say little without its tasks
    if (run->traced ? !run->events : !run->watched) {
        guide_say("(Nothing was recorded of %s, so there is no timeline.)",
                  run->program);
        return;
    }
    struct picture p = guide_picture(run);
    struct cells cells = {.count = (size_t)guide.width - 21};
    cells.text = guide_alloc(cells.count, 1);
    cells.color = guide_alloc(cells.count, 1);
    if (run->traced)
        puts("  Timeline: a letter is a task, # several, . idle, ^ a birth, "
             "X a death.\n");
    else
        puts("  Timeline: from its birth to its end, a row is a process; X: it "
             "was killed.\n");
    printf("  %-10s|0%*s|%s\n", "", (int)cells.count - 1,
           duration(p.end - p.begin), run->traced ? " items" : "");
    // Never a single one that is not drawn: that one has room itself.
    size_t drawn = p.rows > MOST_ROWS + 1 ? MOST_ROWS : p.rows;
    for (size_t row = 0; row < drawn; row++)
        draw_row(&p, &cells, (int)row, run->traced);
    if (drawn < p.rows)
        printf("  ... and %zu more rows\n", p.rows - drawn);
    putchar('\n');
    svg_write(run, &p);
    free(cells.text);
    free(cells.color);
    guide_picture_free(&p);
}
