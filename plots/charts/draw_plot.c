// SPDX-License-Identifier: MIT
// Writes what gnuplot draws: axes, captions, and by draw_series.c what is
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
            fprintf(f, "%s\"%g%s%s\" %g", comma, time ? v / pow(1000, u) : v,
                    time ? " " : "", time ? units[u] : "", v);
            comma = ",";
        }
    fprintf(f, ")\n");
}

static void ranges(FILE *f, const struct table *t, int chart,
                   const struct groups *g) {
    const struct chart *c = &charts[chart];
    double xl = INFINITY, xh = 0, yl = INFINITY, yh = 0;
    for (size_t i = 0; i < g->count; i++) {
        double x = g->at[i].x;
        if (c->kind == DOTS || !c->x_log || x > 0) {
            xl = fmin(xl, x);
            xh = fmax(xh, x);
        }
        for (size_t k = 0; k < g->at[i].n; k++)
            if (g->at[i].values[k] > 0) {
                yl = fmin(yl, g->at[i].values[k]);
                yh = fmax(yh, g->at[i].values[k]);
            }
    }
    if (chart == 3 || chart == 6)
        yh = fmax(yh, 1.2 * t->runs[0].workers);
    if (!(yl < INFINITY) || !(xl < INFINITY))
        return;
    if (c->kind == DOTS) {
        fprintf(f, "set logscale x\nset xrange [%g:%g]\n", yl / 2, yh * 2);
        ticks(f, "x", yl / 2, yh * 2, true);
        return;
    }
    if (c->y_log) {
        fprintf(f, "set logscale y\nset yrange [%g:%g]\n", yl / 1.5, yh * 1.5);
        ticks(f, "y", yl / 1.5, yh * 1.5, c->y_time);
    } else
        fprintf(f, "set yrange [0:%g]\n", yh * 1.15);
    if (!c->x_log)
        return;
    fprintf(f, "set logscale x\nset xrange [%g:%g]\n", xl / 1.4, xh * 1.4);
    if (c->x_time)
        ticks(f, "x", xl, xh, true);
    else {
        fprintf(f, "set xtics (");
        double last = 0;
        for (double x = xl; x <= xh; x *= last > 0 && xh / xl > 2000 ? 4 : 2) {
            fprintf(f, "%s\"%.0f\" %g", last > 0 ? "," : "", x, x);
            last = x;
        }
        fprintf(f, ")\n");
    }
}

// The title and what the chart says above it, the notes below. Sizes are for
// 840 x 560, and still legible at 700.
static void captions(FILE *f, const struct table *t, const struct chart *c,
                     const struct caption *caption, int key_lines) {
    enum { HEIGHT = 560, LINE = 19, NOTE = 15 };
    char says[900] = "", notes[3000] = "";
    int above = wrap(says, sizeof says, caption->says, 106);
    int below = wrap(notes, sizeof notes, caption->values, 128);
    for (int r = 0; r < t->run_count; r++) {
        char run[400];
        describe_run(&t->runs[r], run, sizeof run);
        below += wrap(notes, sizeof notes, run, 128);
    }
    int key = 44 + LINE * above; // from the top, in pixels
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
            1 - (key + 10.0 + LINE * key_lines) / HEIGHT);
    fprintf(f,
            "set key at screen 0.5, screen %g center top horizontal Left "
            "reverse samplen 2.5 maxcols 4\n",
            1 - (key - 2.0) / HEIGHT);
}

// A line of the key holds four names, or three that say the run as well.
static int key_lines(const struct table *t, const struct chart *c,
                     const struct groups *g) {
    if (c->kind == DOTS)
        return t->run_count > 1;
    int series = 1;
    for (size_t i = 1; i < g->count; i++)
        series += !same_series(&g->at[i], &g->at[i - 1]);
    int in_line = t->run_count > 1 ? 3 : 4;
    return c->kind == LINES ? (series + in_line - 1) / in_line : 1;
}

void plot(FILE *f, const struct table *t, int chart, const struct groups *g,
          const struct caption *caption, bool text_only) {
    const struct chart *c = &charts[chart];
    fprintf(f,
            "reset\nset encoding utf8\nset border 3\nset tics nomirror\n"
            "set xlabel \"%s\"\n",
            c->x_label);
    if (text_only) {
        fprintf(f, "set bmargin 4\nset key outside top center horizontal Left "
                   "reverse samplen 3 width 1\n");
    } else {
        fprintf(f, "set grid lt 1 lc rgb '#DDDDDD'\n");
        if (c->y_label)
            fprintf(f, "set ylabel \"%s\"\n", c->y_label);
        captions(f, t, c, caption, key_lines(t, c, g));
    }
    if (c->kind == SPANS)
        plot_timeline(f, t);
    else if (g->count) {
        ranges(f, t, chart, g);
        if (c->kind == DOTS)
            plot_dots(f, t, g);
        else
            plot_lines(f, t, chart, g);
    }
}
