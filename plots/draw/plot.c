// SPDX-License-Identifier: MIT
// Writes what gnuplot draws: axes, captions, and by series.c what is
// between them.
#include <math.h>

#include "draw.h"

static void quoted(FILE *f, const char *text) {
    for (; *text; text++)
        if (*text == '\n' && text[1])
            fputs("\\n", f);
        else if (*text != '\n')
            fputc(*text, f);
}

// Ticks at powers of ten with their units; where these are few, at 2 and 5 of
// them as well.
static void ticks(FILE *f, const char *axis, double low, double high,
                  bool time) {
    static const char *const units[] = {"ns", "µs", "ms", "s"};
    static const double steps[] = {1, 2, 5};
    const char *comma = "";
    bool few = high / low < 100;
    fprintf(f, "set %stics (", axis);
    for (int e = (int)floor(log10(low)); e <= (int)ceil(log10(high)); e++)
        for (int s = 0; s < (few ? 3 : 1); s++) {
            int u = e < 0 ? 0 : e / 3 > 3 ? 3 : e / 3;
            double v = steps[s] * pow(10, e);
            fprintf(f, "%s\"%.*f%s%s\" %g", comma, e < 0 ? -e : 0,
                    time ? v / pow(1000, u) : v, time ? " " : "",
                    time ? units[u] : "", v);
            comma = ",";
        }
    fprintf(f, ")\n");
}

// Powers of two or four.
static void count_ticks(FILE *f, double low, double high) {
    fprintf(f, "set xtics (");
    int each = high / low > 2000 ? 4 : 2;
    for (double x = 1; x <= high; x *= each)
        if (x >= low)
            fprintf(f, "\"%.0f\" %g,", x, x);
    fprintf(f, "\"\" 1e99)\n");
}

static void ranges(FILE *f, const struct chart *c, const struct frame *at) {
    if (c->kind == DOTS) {
        fprintf(f, "set logscale x\nset xrange [%g:%g]\n", at->y_low / 2,
                at->y_high * 2);
        ticks(f, "x", at->y_low / 2, at->y_high * 2, true);
        return;
    }
    fprintf(f, "set xrange [%g:%g]\nset yrange [%g:%g]\n", at->x_low,
            at->x_high, at->y_low, at->y_high);
    if (at->y_log) {
        fprintf(f, "set logscale y\n");
        ticks(f, "y", at->y_low, at->y_high, c->y.time);
    }
    if (at->x_log)
        fprintf(f, "set logscale x\n");
    if (c->x.ticks)
        fprintf(f, "set xtics (%s)\n", c->x.ticks);
    else if (at->x_log && c->x.time)
        ticks(f, "x", at->x_low, at->x_high, true);
    else if (at->x_log)
        count_ticks(f, at->x_low, at->x_high / sqrt(at->step) * 1.01);
    else
        fprintf(f, "set xtics 1\n");
}

// The title and what the chart says above it, the notes below. Sizes are for
// 840 x 560, and still legible at 700.
static void captions(FILE *f, const struct table *t, const struct chart *c,
                     const struct caption *caption, bool key) {
    enum { HEIGHT = 560, LINE = 19, NOTE = 15 };
    char says[1100] = "", notes[3000] = "";
    int above = wrap(says, sizeof says, caption->says.at, 106);
    int below = wrap(notes, sizeof notes, caption->values.at, 128);
    for (int r = 0; r < t->run_count; r++) {
        struct text run = {""};
        describe_run(&t->runs[r], &run);
        below += wrap(notes, sizeof notes, run.at, 128);
    }
    int top = 44 + LINE * above; // in pixels
    fprintf(f, "set label 97 \"%s\" at screen 0.012, screen %g font ',15'\n",
            c->title, 1 - 20.0 / HEIGHT);
    fprintf(f, "set label 98 \"");
    quoted(f, says);
    fprintf(f, "\" at screen 0.012, screen %g\n", 1 - 47.0 / HEIGHT);
    fprintf(f, "set label 99 \"");
    quoted(f, notes);
    fprintf(f, "\" at screen 0.012, screen %g font ',9' tc rgb '#444444'\n",
            (NOTE * below - 4.0) / HEIGHT);
    fprintf(f, "set bmargin at screen %g\nset tmargin at screen %g\n",
            (60.0 + NOTE * below) / HEIGHT,
            1 - (top + 10.0 + LINE * key) / HEIGHT);
    fprintf(f,
            "set key at screen 0.5, screen %g center top horizontal Left "
            "reverse samplen 2.5 maxcols 4\n",
            1 - (top - 2.0) / HEIGHT);
}

static void label_axis(FILE *f, char which, const struct axis *axis) {
    if (axis->label)
        fprintf(f, "set %clabel \"%s%s\"\n", which, axis->label,
                axis->log ? " (log scale)" : "");
}

void plot(FILE *f, const struct table *t, const struct chart *c,
          const struct groups *g, const struct caption *caption,
          bool text_only) {
    struct frame frame;
    fprintf(f, "reset\nset encoding utf8\nset border 3\nset tics nomirror\n");
    label_axis(f, 'x', &c->x);
    if (text_only) {
        fprintf(f, "set bmargin 4\nset key outside top center horizontal Left "
                   "reverse samplen 3 width 1\n");
    } else {
        fprintf(f, "set grid lt 1 lc rgb '#DDDDDD'\n");
        label_axis(f, 'y', &c->y);
        captions(f, t, c, caption, c->kind == SPANS || t->run_count > 1);
    }
    if (c->kind == SPANS)
        plot_timeline(f, t, c);
    else if (make_frame(t, c, g, &frame)) {
        ranges(f, c, &frame);
        if (c->kind == DOTS)
            plot_dots(f, t, g, text_only);
        else
            plot_lines(f, t, c, g, &frame, text_only);
    }
}
