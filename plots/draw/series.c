// SPDX-License-Identifier: MIT
// What lies between the axes, as gnuplot's script: lines over places, and
// timelines. Rings, medians, intervals, names.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

// Darker than Okabe and Ito's colours, at 4.5:1 on white at least, and told
// apart by the colour-blind; each has a mark and a dash of its own, for print.
// A variant looks the same in every chart. Of the second run of a comparison
// the marks are hollow and the lines dashed.
const char *const colours[STYLES] = {"0072B2", "C44E00", "007A59", "A8457F",
                                     "000000", "8A5A00", "6A51A3", "6F6F6F"};
static const int marks[STYLES] = {7, 5, 9, 13, 11, 15, 9, 5};
static const int dashes[STYLES] = {1, 2, 3, 4, 5, 2, 4, 3};
// The last ones are never in a chart with the first, and look like it.
static const char *const styled[] = {
    "pool_map", "fork per task",   "thread per task",  "posix_spawn + exec",
    "vfork",    "pool_apply",      "pool_apply_async", "",
    "",         "fork (N at once)"};

static bool same_series(const struct group *a, const struct group *b) {
    return a->run == b->run && strcmp(a->variant, b->variant) == 0;
}

bool is_own(const struct group *g) {
    const struct variant *v = find_variant(g->variant);
    return v && v->own;
}

bool marks_own(const struct groups *g) {
    size_t own = 0;
    for (size_t i = 0; i < g->count; i++)
        own += is_own(&g->at[i]);
    return own > 0 && own < g->count;
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

static void name_series(char *name, size_t size, const struct table *t,
                        const struct group *g) {
    const char *label = t->runs[g->run].label;
    snprintf(name, size, "%s%s%s", g->variant, *label ? " · " : "", label);
}

// Where a line ends: its name, moved up or down where another one is.
struct label {
    double x, height;
    char name[120];
    const char *colour;
};

static int by_end(const void *a, const void *b) {
    const struct label *p = a, *q = b;
    return p->x != q->x ? (p->x > q->x) - (p->x < q->x)
                        : (p->height > q->height) - (p->height < q->height);
}

static void plot_labels(FILE *f, struct label *labels, size_t n) {
    double heights[n + 1];
    qsort(labels, n, sizeof *labels, by_end);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && labels[end].x == labels[i].x; end++)
            heights[end] = labels[end].height;
        spread(&heights[i], end - i, 0.052);
    }
    for (size_t i = 0; i < n; i++)
        fprintf(f,
                "set label %zu \"%s\" at first %.9g, graph %.4f left offset "
                "0.8,0 front boxed tc rgb '#%s'\n",
                30 + i, labels[i].name, labels[i].x, heights[i],
                labels[i].colour);
}

// One series' data: its rings, a little to the side; medians and intervals
// where they were measured.
static void line_data(FILE *f, const struct chart *c, const struct frame *frame,
                      const struct group *at, size_t n, size_t series,
                      double by) {
    fprintf(f, "$p%zu << EOD\n", series);
    for (size_t j = 0; j < n; j++)
        for (size_t v = 0; v < at[j].n; v++)
            if (!frame->x_log || at[j].x > 0)
                fprintf(f, "%.9g %.9g\n",
                        moved(frame, place_of(c, at[j].x), by),
                        at[j].values[v]);
    fprintf(f, "EOD\n$m%zu << EOD\n", series);
    for (size_t j = 0; j < n; j++)
        if (!frame->x_log || at[j].x > 0)
            fprintf(f, "%.9g %.9g %.9g %.9g\n", place_of(c, at[j].x),
                    at[j].median.middle, at[j].median.low, at[j].median.high);
    fprintf(f, "EOD\n");
}

// What a series looks like.
struct series {
    const struct group *at;
    size_t n;
    int style;
    struct label label;
};

static size_t split(const struct table *t, const struct chart *c,
                    const struct groups *g, const struct frame *frame,
                    struct series *all) {
    size_t count = 0;
    for (size_t i = 0, end; i < g->count; i = end, count++) {
        for (end = i; end < g->count && same_series(&g->at[i], &g->at[end]);)
            end++;
        struct series *s = &all[count];
        const struct group *last = &g->at[end - 1];
        int style = style_of(g, &g->at[i]);
        *s = (struct series){&g->at[i], end - i, style,
                             .label = {.colour = colours[style]}};
        s->label.x = moved(frame, place_of(c, last->x), 0.14);
        s->label.height = height_of(frame, last->median.middle);
        name_series(s->label.name, sizeof s->label.name, t, last);
    }
    return count;
}

// The variant's number among those of all runs: what is moved to the side for
// it is the same in each run.
static size_t variant_number(const struct series *all, size_t i) {
    size_t number = 0;
    for (size_t k = 0; k < i && all[k].at->run == 0; k++)
        if (strcmp(all[k].at->variant, all[i].at->variant) == 0)
            return k;
        else
            number++;
    return number;
}

void plot_lines(FILE *f, const struct table *t, const struct chart *c,
                const struct groups *g, const struct frame *frame,
                bool text_only) {
    struct series all[g->count + 1];
    struct label labels[g->count + 1];
    size_t count = split(t, c, g, frame, all), variants = 0;
    bool mark = marks_own(g);
    for (size_t i = 0; i < count; i++)
        variants += all[i].at->run == 0;
    if (c->guides && !text_only)
        c->guides(f, t, g);
    for (size_t i = 0; i < count; i++) {
        const struct series *s = &all[i];
        labels[i] = s->label;
        line_data(f, c, frame, s->at, s->n, i,
                  shift(variant_number(all, i), variants, 0.12));
        if (frame->x_log && s->at->x == 0)
            fprintf(f,
                    "set arrow %zu from graph 0, first %g to graph 1, first %g "
                    "nohead dt 3 lw 1.5 lc rgb '#%s'\n",
                    20 + i, s->at->median.middle, s->at->median.middle,
                    colours[s->style]);
    }
    if (!text_only) {
        fprintf(f, "unset key\nset rmargin at screen 0.825\nset style textbox "
                   "opaque noborder fc rgb '#FFFFFF' margins 0.3,0.1\n");
        plot_labels(f, labels, count);
    }
    fprintf(f, "plot ");
    for (size_t i = 0; i < count; i++) // the rings, under all medians
        fprintf(f, "$p%zu with points pt 6 ps 0.5 lc rgb '#%s' notitle, ", i,
                colours[all[i].style]);
    for (size_t i = 0; i < count; i++) {
        const struct series *s = &all[i];
        fprintf(f,
                "$m%zu with yerrorbars pt 0 lw 1.2 lc rgb '#%s' notitle, $m%zu "
                "with linespoints pt %d ps 1.1 lw %g dt %d lc rgb '#%s' title "
                "'%s'%s",
                i, colours[s->style], i, marks[s->style] - (s->at->run > 0),
                mark && is_own(s->at) ? 3.2 : 1.6,
                t->run_count > 1 ? s->at->run + 1 : dashes[s->style],
                colours[s->style], s->label.name, i + 1 < count ? ", " : "\n");
    }
}

// The chart's variants, and behind them a student's pool if it was measured.
static int names_of(const struct table *t, const struct chart *c,
                    const char **names, int most) {
    int count = 0;
    for (; c->variants[count] && count < most; count++)
        names[count] = c->variants[count];
    for (size_t i = 0; i < t->count; i++) {
        int known = 0;
        while (known < count && strcmp(names[known], t->rows[i].variant) != 0)
            known++;
        if (t->rows[i].chart == c->number && known == count && count < most)
            names[count++] = t->rows[i].variant;
    }
    return count;
}

// A grey box is a process's life, a coloured one a task.
void plot_timeline(FILE *f, const struct table *t, const struct chart *c) {
    const char *names[8];
    int count = names_of(t, c, names, 8);
    int workers = t->runs[0].workers, rows = 0;
    char tics[8000] = "";
    for (int pass = 0; pass < 2; pass++) {
        fprintf(f, "$%s << EOD\n", pass ? "tasks" : "lives");
        rows = 0;
        for (int r = 0; r < t->run_count; r++)
            for (int v = 0; v < count; v++) {
                for (size_t i = 0; i < t->count; i++) {
                    const struct reading *row = &t->rows[i];
                    bool task = row->lane < workers;
                    if (row->run != r || row->chart != c->number ||
                        task != (pass == 1) ||
                        strcmp(row->variant, names[v]) != 0)
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
                                 names[v], t->run_count > 1 ? " · " : "",
                                 t->runs[r].label, w + 1, -(rows + w));
                rows += workers + 1;
            }
        fprintf(f, "EOD\n");
    }
    fprintf(f,
            "set ytics (%s) scale 0\nset yrange [%g:0.8]\nset xrange [0:*]\n"
            "set style fill solid 1 border lc rgb '#FFFFFF'\n",
            tics, -rows + 1.3);
    fprintf(f, "plot $lives with boxxyerror lc rgb '#949494' title 'a process "
               "exists', $tasks with boxxyerror lc rgb '#00436B' title 'it "
               "runs a task'\n");
}
