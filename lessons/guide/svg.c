// SPDX-License-Identifier: MIT
// The timeline as a picture, where LESSON_OUT= says a folder: lesson4.svg, then
// lesson4-2.svg. Runs in: the guide.
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEFT 90.0 // of the rows
#define RIGHT 870.0
#define TOP 40.0
#define HIGH 22.0 // of a row
#define MOST_ROWS 64

// Dark enough for white letters.
static const char *const colors[] = {"#1b5e8c", "#9a4a00", "#2b6e2b",
                                     "#7b2d8b", "#9b1c31", "#4d5661"};

static double x_of(const struct picture *p, uint64_t when) {
    when = when < p->end ? when : p->end;
    return LEFT + (RIGHT - LEFT) * (double)(when - p->begin) /
                      (double)(p->end - p->begin + 1);
}

// Where a row's process lives: from its birth, a half tick, to its end, a tick,
// or an X if it was killed.
static void draw_life(FILE *file, const struct picture *p, int row) {
    double y = TOP + HIGH * (row + 0.5), born = -1;
    for (size_t i = 0; i <= p->marks; i++) {
        const struct mark *m = &p->mark[i];
        if (i < p->marks && (m->row != row || m->when > p->end))
            continue;
        double x = i < p->marks ? x_of(p, m->when) : RIGHT;
        if (born >= 0 && (i == p->marks || m->what != '^'))
            fprintf(file, "<path d=\"M%.1f %.1fH%.1f\"/>\n", born, y, x);
        if (i < p->marks && m->what != 'X')
            fprintf(file,
                    m->what == '^' ? "<path d=\"M%.1f %.1fv8\"/>\n"
                                   : "<path d=\"M%.1f %.1fv-8v16\"/>\n",
                    x, y);
        born = i < p->marks && m->what == '^' ? x : -1;
    }
}

// A bar from `begin` to `end` for one task, or for several that are too narrow
// to be told apart.
struct block {
    double begin, end;
    const struct bar *bar;
    size_t count;
};

static void draw_block(FILE *file, const struct block *block) {
    const struct bar *b = block->bar;
    if (!block->count)
        return;
    double y = TOP + HIGH * b->row, wide = block->end - block->begin;
    fprintf(file,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
            "fill=\"%s\"><title>",
            block->begin, y + 2, wide, HIGH - 4,
            block->count > 1 ? "#3a3f45" : colors[b->task % 6]);
    if (block->count > 1)
        fprintf(file, "%zu tasks", block->count);
    else
        fprintf(file, "%c: task %llu, item %llu, pid %d%s%s", b->letter,
                (unsigned long long)b->task, (unsigned long long)b->first,
                (int)b->pid, *b->how ? ", " : "", b->how);
    fprintf(file, "</title></rect>\n");
    if (wide > 10)
        fprintf(file,
                "<text x=\"%.1f\" y=\"%.1f\" fill=\"#fff\" "
                "text-anchor=\"middle\">%c</text>\n",
                block->begin + wide / 2, y + HIGH - 7,
                block->count > 1 ? '#' : b->letter);
}

// Bars of a row; neighbours that are narrower than a pixel become one.
static void draw_bars(FILE *file, const struct picture *p, int row) {
    struct block block = {.count = 0};
    for (size_t i = 0; i < p->bars; i++) {
        const struct bar *b = &p->bar[i];
        if (b->row != row)
            continue;
        double begin = x_of(p, b->begin), end = x_of(p, b->end);
        bool narrow = end - begin < 1;
        end = narrow ? begin + 1 : end;
        if (block.count && narrow && begin < block.end + 0.5 &&
            (block.count > 1 || block.end - block.begin <= 1)) {
            block.end = end > block.end ? end : block.end;
            block.count++;
            continue;
        }
        draw_block(file, &block);
        block = (struct block){begin, end, b, 1};
    }
    draw_block(file, &block);
}

static void draw_axis(FILE *file, const struct picture *p, double bottom) {
    for (int i = 0; i <= 4; i++) {
        double x = LEFT + (RIGHT - LEFT) * i / 4;
        fprintf(file,
                "<path d=\"M%.1f %.1fv5\"/><text x=\"%.0f\" y=\"%.0f\" "
                "text-anchor=\"middle\" fill=\"#444\">%.3g ms</text>\n",
                x, bottom, x, bottom + 19,
                (double)(p->end - p->begin) / 1e6 * i / 4);
    }
    fprintf(file, "<path d=\"M%.0f %.1fH%.0f\"/>\n", LEFT, bottom, RIGHT);
}

static void draw(FILE *file, const struct guide_run *run,
                 const struct picture *p) {
    size_t rows = p->rows < MOST_ROWS ? p->rows : MOST_ROWS;
    double bottom = TOP + HIGH * (double)rows + 4;
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 %.0f\""
            " font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n"
            "<title>Lesson %d, part %d, %s: who ran what when</title>\n"
            "<style>path { fill: none; stroke: #555; stroke-width: 1.5 }"
            "</style>\n"
            "<rect width=\"900\" height=\"%.0f\" fill=\"#fff\"/>\n"
            "<text x=\"%.0f\" y=\"20\" font-weight=\"bold\">%s: who ran what "
            "when</text>\n",
            bottom + 56, guide_lesson.number, run->part, run->program,
            bottom + 56, LEFT, run->program);
    for (size_t row = 0; row < rows; row++) {
        fprintf(file, "<text x=\"8\" y=\"%.1f\">%s</text>\n",
                TOP + HIGH * (double)row + HIGH - 7, p->row[row].name);
        draw_life(file, p, (int)row);
        draw_bars(file, p, (int)row);
    }
    for (size_t i = 0; i < p->marks; i++)
        if (p->mark[i].row < MOST_ROWS && p->mark[i].what == 'X')
            fprintf(file,
                    "<text x=\"%.1f\" y=\"%.1f\" font-weight=\"bold\" "
                    "text-anchor=\"middle\" fill=\"#9b1c31\" stroke=\"#fff\" "
                    "stroke-width=\"3\" paint-order=\"stroke\">X</text>\n",
                    x_of(p, p->mark[i].when),
                    TOP + HIGH * p->mark[i].row + HIGH - 6);
    draw_axis(file, p, bottom);
    fprintf(file,
            "<text x=\"%.0f\" y=\"%.0f\" fill=\"#444\">A letter is a task, one "
            "colour for each submission; # several; a line: alive, idle; half "
            "a tick: a birth; a tick: an end; X: killed%s</text>\n</svg>\n",
            LEFT, bottom + 42,
            p->rows > rows
                ? guide_text(". %zu more rows are left out", p->rows - rows)
                : "");
}

void svg_write(const struct guide_run *run, const struct picture *picture) {
    if (!guide.out)
        return;
    guide.pictures++;
    const char *path =
        guide_text("%s/lesson%d%s.svg", guide.out, guide_lesson.number,
                   guide.pictures > 1 ? guide_text("-%d", guide.pictures) : "");
    FILE *file = fopen(path, "we");
    if (!file)
        return; // the text is there all the same
    draw(file, run, picture);
    if (fclose(file) != 0)
        remove(path);
}
