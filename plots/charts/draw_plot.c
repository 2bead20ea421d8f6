// SPDX-License-Identifier: MIT
// Writes what gnuplot draws: points, medians, intervals, axes, captions.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

// Okabe and Ito's colours, told apart by the colour-blind; each has a mark and
// a dash of its own, for print.
static const char *const colours[] = {"0072B2", "D55E00", "009E73", "CC79A7",
                                      "000000", "E69F00", "56B4E9", "7F7F7F"};
static const int marks[] = {7, 5, 9, 13, 11, 4, 6, 8};
enum { STYLES = 8 };

void add_caption(struct caption *caption, const char *text) {
    enum { WIDTH = 111 };
    char *out = caption->text + strlen(caption->text);
    char *end = caption->text + sizeof caption->text - 8;
    int column = 0;
    if (!*text)
        return;
    for (const char *word = text; *word && out < end;) {
        size_t bytes = strcspn(word, " ");
        int wide = 0;
        for (size_t i = 0; i < bytes; i++)
            wide += (word[i] & 0xc0) != 0x80;
        if (column && column + 1 + wide > WIDTH) {
            *out++ = '\n';
            caption->lines++;
            column = 0;
        } else if (column) {
            *out++ = ' ';
            column++;
        }
        for (size_t i = 0; i < bytes && out < end; i++)
            *out++ = word[i];
        column += wide;
        word += bytes + strspn(word + bytes, " ");
    }
    *out++ = '\n';
    *out = '\0';
    caption->lines++;
}

static void quoted(FILE *f, const char *text) {
    for (; *text; text++)
        if (*text == '\n' && text[1])
            fputs("\\n", f);
        else if (*text != '\n')
            fputc(*text, f);
}

// Ticks at powers of ten with their units.
static void ticks(FILE *f, const char *axis, double low, double high,
                  bool time) {
    fprintf(f, "set %stics (", axis);
    for (int e = (int)floor(log10(low)), k = 0; e <= (int)ceil(log10(high));
         e++, k++) {
        static const char *const units[] = {"ns", "µs", "ms", "s"};
        int u = e < 0 ? 0 : e / 3 > 3 ? 3 : e / 3;
        double v = pow(10, e);
        fprintf(f, "%s\"%g%s%s\" %g", k ? "," : "", time ? v / pow(1000, u) : v,
                time ? " " : "", time ? units[u] : "", v);
    }
    fprintf(f, ")\n");
}

static double x_of(int chart, double x) {
    return chart == 7 ? -log10(1 - x / 100) : x;
}

// Series and points stand side by side, a little apart, to be told apart.
static double shifted(int chart, double x, double by) {
    return charts[chart].x_log ? x * pow(1.035, by)
           : chart == 6        ? x + 0.03 * by
                               : x_of(chart, x) + 0.01 * by;
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
        if (yh / yl > 4)
            ticks(f, "y", yl / 1.5, yh * 1.5, c->y_time);
        else
            fprintf(f,
                    "set yrange [%g:%g]\nset ytics (1,1.2,1.5,2,2.5,3,4,5)\n",
                    yl / 1.05, yh * 1.1);
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

static void name_series(char *name, size_t size, const struct table *t,
                        const struct group *g) {
    if (t->run_count > 1)
        snprintf(name, size, "%s · %s", g->variant, t->runs[g->run].label);
    else
        snprintf(name, size, "%s", g->variant);
}

static int by_median(const void *a, const void *b) {
    const struct group *x = *(const struct group *const *)a,
                       *y = *(const struct group *const *)b;
    return (x->median.middle < y->median.middle) -
           (x->median.middle > y->median.middle);
}

// Rows of dots, the dearest on top. Runs lie below each other in a row.
static void dots(FILE *f, const struct table *t, const struct groups *g) {
    const struct group *order[g->count + 1];
    size_t n = 0;
    for (size_t i = 0; i < g->count; i++) {
        bool first = true;
        for (size_t k = 0; k < i; k++)
            first &= strcmp(g->at[k].variant, g->at[i].variant) != 0;
        if (first)
            order[n++] = &g->at[i];
    }
    qsort(order, n, sizeof *order, by_median);
    for (int all = 1; all >= 0; all--) {
        fprintf(f, "$%s << EOD\n", all ? "points" : "medians");
        for (size_t i = 0; i < g->count; i++) {
            const struct group *a = &g->at[i];
            double y = 0;
            for (size_t k = 0; k < n; k++)
                if (strcmp(order[k]->variant, a->variant) == 0)
                    y = (double)(n - k) -
                        0.36 * (a->run - (t->run_count - 1) / 2.0);
            for (size_t k = 0; all && k < a->n; k++)
                fprintf(f, "%.9g %.9g 0x%s\n", a->values[k],
                        y + 0.08 * ((double)(k % 3) - 1),
                        colours[a->run % STYLES]);
            if (!all)
                fprintf(f, "%.9g %.9g %.9g %.9g 0x%s\n", a->median.middle, y,
                        a->median.low, a->median.high,
                        colours[a->run % STYLES]);
        }
        fprintf(f, "EOD\n");
    }
    fprintf(f, "set yrange [0.3:%zu.7]\nset ytics (", n);
    for (size_t k = 0; k < n; k++)
        fprintf(f, "%s\"%s\" %zu", k ? "," : "", order[k]->variant, n - k);
    fprintf(f, ") scale 0\nset grid xtics ytics lt 1 lc rgb '#DDDDDD'\n");
    if (t->run_count == 1) {
        fprintf(f, "set y2range [0.3:%zu.7]\nset y2tics (", n);
        for (size_t k = 0; k < n; k++)
            fprintf(f, "%s\"%s\" %zu", k ? "," : "",
                    order[k]->median.middle > 0
                        ? time_text(order[k]->median.middle)
                        : "not above 0",
                    n - k);
        fprintf(f, ") scale 0\n");
    }
    fprintf(f, "plot $points using 1:2:3 with points pt 6 ps 0.7 lc rgb "
               "variable notitle, $medians using 1:2:3:4:5 with xerrorbars pt "
               "7 ps 1.1 lw 2 lc rgb variable notitle");
    for (int r = 0; t->run_count > 1 && r < t->run_count; r++)
        fprintf(f, ", NaN with points pt 7 lc rgb '#%s' title '%s'", colours[r],
                t->runs[r].label);
    fputc('\n', f);
}

static bool same_series(const struct group *a, const struct group *b) {
    return a->run == b->run && strcmp(a->variant, b->variant) == 0;
}

// What helps the eye: ideal, CPUs, crossing.
static void guides(FILE *f, const struct table *t, int chart,
                   const struct groups *g) {
    struct median m;
    int cpus = t->runs[0].cpus;
    if (chart == 2 && t->run_count == 1 &&
        crossing(g, 0, "fork per task", "pool_map", &m)) {
        fprintf(f,
                "set object 1 rect from %g, graph 0 to %g, graph 1 fc rgb "
                "'#F0E442' fs solid 0.4 noborder behind\n",
                m.low, m.high);
        fprintf(f,
                "set arrow 1 from %g, graph 0 to %g, graph 1 nohead lw 1.5 dt "
                "2\nset label 9 'they cross at %s (%s … %s)' at %g, graph 0.95 "
                "offset 1,0\n",
                m.middle, m.middle, number_text(m.middle), number_text(m.low),
                number_text(m.high), m.high);
    }
    if (chart == 3)
        fprintf(f,
                "set arrow 1 from graph 0, first %d to graph 1, first %d "
                "nohead dt 2\nset label 9 '%d workers, ideal' at graph "
                "0.27, first %d offset 0,0.6\nset arrow 2 from graph 0, "
                "first 1 to graph 1, first 1 nohead dt 3\nset label 8 'a "
                "loop' at graph 0.27, first 1 offset 0,-0.9\n",
                t->runs[0].workers, t->runs[0].workers, t->runs[0].workers,
                t->runs[0].workers);
    if (chart == 6)
        fprintf(f,
                "set xrange [0.5:%g]\nset xtics 1\nset arrow 1 from %d, graph "
                "0 to %d, graph 1 nohead dt 2\nset label 9 '%d CPUs' at %d, "
                "graph 0.06 offset 1,0\n",
                2 * t->runs[0].workers + 0.5, cpus, cpus, cpus, cpus);
    if (chart == 7)
        fprintf(f,
                "set xtics ('1' %g,'50' %g,'75' %g,'90' 1,'95' %g,'99' "
                "2,'99.9' 3)\nset xrange [-0.1:3.2]\n",
                x_of(7, 1), x_of(7, 50), x_of(7, 75), x_of(7, 95));
}

static void lines(FILE *f, const struct table *t, int chart,
                  const struct groups *g) {
    char plot_line[6000] = "";
    int series = 0;
    guides(f, t, chart, g);
    for (size_t i = 0, k; i < g->count; i = k, series++) {
        char name[120];
        for (k = i; k < g->count && same_series(&g->at[i], &g->at[k]); k++)
            ;
        fprintf(f, "$p%d << EOD\n", series);
        for (size_t j = i; j < k; j++)
            for (size_t v = 0; v < g->at[j].n; v++)
                if (!charts[chart].x_log || g->at[j].x > 0)
                    fprintf(f, "%.9g %.9g\n",
                            shifted(chart, g->at[j].x, 2 * series - 1.2),
                            g->at[j].values[v]);
        fprintf(f, "EOD\n$m%d << EOD\n", series);
        for (size_t j = i; j < k; j++)
            if (!charts[chart].x_log || g->at[j].x > 0)
                fprintf(f, "%.9g %.9g %.9g %.9g\n",
                        shifted(chart, g->at[j].x, 2 * series - 2),
                        g->at[j].median.middle, g->at[j].median.low,
                        g->at[j].median.high);
        fprintf(f, "EOD\n");
        if (chart == 5 && g->at[i].x == 0)
            fprintf(f,
                    "set arrow %d from graph 0, first %g to graph 1, first %g "
                    "nohead dt 3 lw 1.5 lc rgb '#%s'\n",
                    20 + series, g->at[i].median.middle, g->at[i].median.middle,
                    colours[series % STYLES]);
        name_series(name, sizeof name, t, &g->at[i]);
        snprintf(
            plot_line + strlen(plot_line), sizeof plot_line - strlen(plot_line),
            "%s $p%d with points pt 6 ps 0.45 lc rgb '#40%s' notitle, "
            "$m%d with yerrorbars pt 0 lw 1.2 lc rgb '#%s' notitle, $m%d "
            "with linespoints pt %d ps 1.1 lw 1.8 dt %d lc rgb '#%s' "
            "title '%s'",
            series ? "," : "plot", series, colours[series % STYLES], series,
            colours[series % STYLES], series, marks[series % STYLES],
            series % 5 + 1, colours[series % STYLES], name);
    }
    if (chart == 6)
        strncat(plot_line, ", x with lines lc rgb '#7F7F7F' dt 3 title 'ideal'",
                sizeof plot_line - strlen(plot_line) - 1);
    fprintf(f, "%s\n", plot_line);
}

// A grey box is a process's life, a coloured one a task.
static void timeline(FILE *f, const struct table *t) {
    static const char *const variants[] = {"a process for each task", "a pool"};
    int workers = t->runs[0].workers, rows = 0;
    char tics[8000] = "";
    for (int pass = 0; pass < 2; pass++) {
        fprintf(f, "$%s << EOD\n", pass ? "tasks" : "lives");
        rows = 0;
        for (int r = 0; r < t->run_count; r++)
            for (int v = 0; v < 2; v++) {
                for (size_t i = 0; i < t->count; i++) {
                    const struct reading *row = &t->rows[i];
                    bool task = row->lane < workers;
                    if (row->run != r || row->chart != 8 ||
                        task != (pass == 1) ||
                        strcmp(row->variant, variants[v]) != 0)
                        continue;
                    double y = -(rows + (double)(row->lane % workers));
                    double h = task ? 0.26 : 0.4, b = row->x / 1e6,
                           e = (row->x + row->wall_ns) / 1e6;
                    fprintf(f, "%g %g %g %g %g %g\n", (b + e) / 2, y, b, e,
                            y - h, y + h);
                }
                if (pass == 0)
                    for (int w = 0; w < workers; w++)
                        snprintf(tics + strlen(tics),
                                 sizeof tics - strlen(tics),
                                 "%s\"%s%s%s, %d\" %d", *tics ? "," : "",
                                 v ? "pool" : "fork per task",
                                 t->run_count > 1 ? " · " : "",
                                 t->run_count > 1 ? t->runs[r].label : "",
                                 w + 1, -(rows + w));
                rows += workers + 1;
            }
        fprintf(f, "EOD\n");
    }
    fprintf(f,
            "set ytics (%s) scale 0\nset yrange [%g:0.8]\nset xrange [0:*]\n"
            "set style fill solid 1 border lc rgb '#FFFFFF'\n",
            tics, -rows + 1.3);
    fprintf(f, "plot $lives with boxxyerror lc rgb '#BBBBBB' title 'a process "
               "exists', $tasks with boxxyerror lc rgb '#0072B2' title 'it "
               "runs a task'\n");
}

void plot(FILE *f, const struct table *t, int chart, const struct groups *g,
          const struct caption *caption, bool text_only) {
    const struct chart *c = &charts[chart];
    fprintf(f, "reset\nset encoding utf8\nset title \"%s\" noenhanced\n",
            c->title);
    fprintf(f, "set xlabel \"%s\" noenhanced\nset border 3\n", c->x_label);
    fprintf(f, "set tics nomirror\nset grid lt 1 lc rgb '#DDDDDD'\n");
    if (c->y_label)
        fprintf(f, "set ylabel \"%s\" noenhanced\n", c->y_label);
    fprintf(f, "set key outside top center horizontal Left reverse samplen 3 "
               "width 1\n");
    if (!text_only) {
        fprintf(f, "set bmargin at screen %g\nset label 99 \"",
                (62 + 17.0 * caption->lines) / 560);
        quoted(f, caption->text);
        fprintf(f, "\" at screen 0.015, screen %g font ',10.5' noenhanced\n",
                (17.0 * caption->lines - 6) / 560);
    } else
        fprintf(f, "set ylabel ''\nset bmargin 4\n");
    if (c->kind == SPANS)
        timeline(f, t);
    else if (g->count) {
        ranges(f, t, chart, g);
        if (c->kind == DOTS)
            dots(f, t, g);
        else
            lines(f, t, chart, g);
    }
}
