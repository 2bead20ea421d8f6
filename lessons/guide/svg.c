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

static void draw_bar(FILE *file, const struct picture *p, const struct bar *b) {
    double x = x_of(p, b->begin), wide = x_of(p, b->end) - x;
    double y = TOP + HIGH * b->row;
    wide = wide < 0.7 ? 0.7 : wide;
    fprintf(file,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
            "fill=\"%s\"><title>%c: task %llu, item %llu, pid %d</title>"
            "</rect>\n",
            x, y + 2, wide, HIGH - 4, colors[b->task % 6], b->letter,
            (unsigned long long)b->task, (unsigned long long)b->first,
            (int)b->pid);
    if (wide > 10)
        fprintf(file,
                "<text x=\"%.1f\" y=\"%.1f\" fill=\"#fff\" "
                "text-anchor=\"middle\">%c</text>\n",
                x + wide / 2, y + HIGH - 7, b->letter);
}

static void draw(FILE *file, const struct guide_run *run,
                 const struct picture *p) {
    size_t rows = p->rows < MOST_ROWS ? p->rows : MOST_ROWS;
    double bottom = TOP + HIGH * (double)rows;
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 %.0f\""
            " font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n"
            "<title>Lesson %d, part %d, %s: who ran what when</title>\n"
            "<rect width=\"900\" height=\"%.0f\" fill=\"#fff\"/>\n"
            "<text x=\"%.0f\" y=\"20\" font-weight=\"bold\">%s: who ran what "
            "when</text>\n",
            bottom + 40, guide_lesson.number, run->part, run->program,
            bottom + 40, LEFT, run->program);
    for (size_t row = 0; row < rows; row++)
        fprintf(file,
                "<text x=\"8\" y=\"%.1f\">%s</text><line x1=\"%.0f\" "
                "x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ccc\"/>\n",
                TOP + HIGH * (double)row + HIGH - 7, p->row[row].name, LEFT,
                RIGHT, TOP + HIGH * ((double)row + 0.5),
                TOP + HIGH * ((double)row + 0.5));
    double last[MOST_ROWS] = {0}; // neighbours closer than a pixel are merged
    for (size_t i = 0; i < p->bars; i++) {
        const struct bar *b = &p->bar[i];
        if (b->row >= MOST_ROWS || x_of(p, b->end) < last[b->row])
            continue;
        draw_bar(file, p, b);
        last[b->row] = x_of(p, b->end) + 0.5;
    }
    for (size_t i = 0; i < p->marks; i++)
        if (p->mark[i].row < MOST_ROWS && p->mark[i].what == 'X')
            fprintf(file,
                    "<text x=\"%.1f\" y=\"%.1f\" font-weight=\"bold\" "
                    "fill=\"#9b1c31\">X</text>\n",
                    x_of(p, p->mark[i].when),
                    TOP + HIGH * p->mark[i].row + HIGH - 6);
    for (int i = 0; i <= 4; i++)
        fprintf(file,
                "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\" "
                "fill=\"#444\">%.3g ms</text>\n",
                LEFT + (RIGHT - LEFT) * i / 4, bottom + 18,
                (double)(p->end - p->begin) / 1e6 * i / 4);
    fprintf(file, "</svg>\n");
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
