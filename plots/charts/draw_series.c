// SPDX-License-Identifier: MIT
// What lies between the axes, as gnuplot's script: rows of dots, lines over
// places, timelines. Points, medians, intervals, guides.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

// Okabe and Ito's colours, told apart by the colour-blind; each has a mark and
// a dash of its own, for print. A variant looks the same in every chart. Of the
// second run of a comparison the marks are hollow and the lines dashed.
enum { STYLES = 8 };
static const char *const colours[STYLES] = {"0072B2", "D55E00", "009E73",
                                            "CC79A7", "000000", "E69F00",
                                            "56B4E9", "7F7F7F"};
static const int marks[STYLES] = {7, 5, 9, 13, 11, 15, 9, 5};
static const int dashes[STYLES] = {1, 2, 3, 4, 5, 2, 4, 3};
// The last one is never in a chart with the first, and looks like it.
static const char *const styled[] = {
    "fork per task",    "pool_map", "thread per task",
    "posix_spawn",      "vfork",    "pool_apply",
    "pool_apply_async", "",         "fork (N at once)"};

bool same_series(const struct group *a, const struct group *b) {
    return a->run == b->run && strcmp(a->variant, b->variant) == 0;
}

static int style_of_name(const char *variant) {
    for (int i = 0; i < (int)(sizeof styled / sizeof *styled); i++)
        if (strcmp(variant, styled[i]) == 0)
            return i % STYLES;
    return -1;
}

// Other variants get what those with a style of their own leave of this chart.
static int style_of(const struct groups *g, const struct group *of) {
    bool taken[STYLES] = {false};
    int nth = 0, style = style_of_name(of->variant);
    if (style >= 0)
        return style;
    for (const struct group *a = g->at; a < g->at + g->count; a++) {
        style = style_of_name(a->variant);
        if (style >= 0)
            taken[style] = true;
        else if (a < of && a->run == of->run && !same_series(a, a + 1))
            nth++;
    }
    for (style = 0; style < STYLES - 1; style++)
        if (!taken[style] && nth-- == 0)
            break;
    return style;
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

static void name_series(char *name, size_t size, const struct table *t,
                        const struct group *g) {
    const char *label = t->runs[g->run].label;
    snprintf(name, size, "%s%s%s", g->variant, *label ? " · " : "", label);
}

static int by_median(const void *a, const void *b) {
    const struct group *x = *(const struct group *const *)a,
                       *y = *(const struct group *const *)b;
    return (x->median.middle < y->median.middle) -
           (x->median.middle > y->median.middle);
}

// The values of all rows, then their medians.
static void dots(FILE *f, const struct table *t, const struct groups *g,
                 const struct group *const *order, size_t n) {
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
                fprintf(f, "%.9g %.9g %.9g %.9g %d\n", a->median.middle, y,
                        a->median.low, a->median.high, a->run);
        }
        fprintf(f, "EOD\n");
    }
}

// Rows of dots, the dearest on top. Runs lie below each other in a row.
void plot_dots(FILE *f, const struct table *t, const struct groups *g) {
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
    dots(f, t, g, order, n);
    fprintf(f, "set yrange [0.3:%zu.7]\nset ytics (", n);
    for (size_t k = 0; k < n; k++)
        fprintf(f, "%s\"%s\" %zu", k ? "," : "", order[k]->variant, n - k);
    fprintf(f, ") scale 0\n");
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
               "variable notitle");
    for (int r = 0; r < t->run_count; r++)
        fprintf(f,
                ", $medians using ($5 == %d ? $1 : NaN):2:3:4 with xerrorbars "
                "pt %d ps 1.1 lw 2 lc rgb '#%s' %s '%s'",
                r, r ? 6 : 7, colours[r],
                t->run_count > 1 ? "title" : "notitle", t->runs[r].label);
    fputc('\n', f);
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

// One series: its points, medians with intervals, and what draws them.
static void one_line(FILE *f, const struct table *t, int chart,
                     const struct group *at, size_t n, int series, int style,
                     char *plot, size_t size) {
    int run = at->run;
    const char *colour = colours[style];
    char name[120];
    fprintf(f, "$p%d << EOD\n", series);
    for (size_t j = 0; j < n; j++)
        for (size_t v = 0; v < at[j].n; v++)
            if (!charts[chart].x_log || at[j].x > 0)
                fprintf(f, "%.9g %.9g\n",
                        shifted(chart, at[j].x, 2 * series - 1.2),
                        at[j].values[v]);
    fprintf(f, "EOD\n$m%d << EOD\n", series);
    for (size_t j = 0; j < n; j++)
        if (!charts[chart].x_log || at[j].x > 0)
            fprintf(f, "%.9g %.9g %.9g %.9g\n",
                    shifted(chart, at[j].x, 2 * series - 2),
                    at[j].median.middle, at[j].median.low, at[j].median.high);
    fprintf(f, "EOD\n");
    if (chart == 5 && at->x == 0)
        fprintf(f,
                "set arrow %d from graph 0, first %g to graph 1, first %g "
                "nohead dt 3 lw 1.5 lc rgb '#%s'\n",
                20 + series, at->median.middle, at->median.middle, colour);
    name_series(name, sizeof name, t, at);
    snprintf(plot + strlen(plot), size - strlen(plot),
             "%s $p%d with points pt 6 ps 0.55 lc rgb '#40%s' notitle, $m%d "
             "with yerrorbars pt 0 lw 1.2 lc rgb '#%s' notitle, $m%d with "
             "linespoints pt %d ps 1.1 lw 1.8 dt %d lc rgb '#%s' title '%s'",
             series ? "," : "plot", series, colour, series, colour, series,
             marks[style] - (run > 0),
             t->run_count > 1 ? run + 1 : dashes[style], colour, name);
}

void plot_lines(FILE *f, const struct table *t, int chart,
                const struct groups *g) {
    char plot_line[8000] = "";
    int series = 0;
    guides(f, t, chart, g);
    for (size_t i = 0, k; i < g->count; i = k, series++) {
        for (k = i; k < g->count && same_series(&g->at[i], &g->at[k]); k++)
            ;
        one_line(f, t, chart, &g->at[i], k - i, series, style_of(g, &g->at[i]),
                 plot_line, sizeof plot_line);
    }
    if (chart == 6)
        strncat(plot_line,
                ", x with lines lc rgb '#555555' lw 1.5 dt 3 title 'ideal'",
                sizeof plot_line - strlen(plot_line) - 1);
    fprintf(f, "%s\n", plot_line);
}

// A grey box is a process's life, a coloured one a task.
void plot_timeline(FILE *f, const struct table *t) {
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
                                 t->runs[r].label, w + 1, -(rows + w));
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
