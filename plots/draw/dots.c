// SPDX-License-Identifier: MIT
// Rows of dots, as gnuplot's script: a row for each variant.
#include <stdlib.h>
#include <string.h>

#include "draw.h"

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
                        shift((size_t)a->run, (size_t)t->run_count, 0.25);
            for (size_t k = 0; all && k < a->n; k++)
                fprintf(f, "%.9g %.9g 0x%s\n", a->values[k],
                        y + shift(k % 3, 3, 0.08), colours[a->run % STYLES]);
            if (!all)
                fprintf(f, "%.9g %.9g %.9g %.9g %d\n", a->median.middle, y,
                        a->median.low, a->median.high, a->run);
        }
        fprintf(f, "EOD\n");
    }
}

// At the end of a row: the median, or how many times as long the second run
// takes as the first.
static const char *value_text(const struct table *t, const struct groups *g,
                              const struct group *row) {
    static char text[80];
    const struct group *first = find_group(g, 0, row->variant, 0),
                       *second = find_group(g, 1, row->variant, 0);
    if (t->run_count == 1)
        return row->median.middle > 0 ? time_text(row->median.middle)
                                      : "not above 0";
    if (!first || !second || first->median.middle <= 0)
        return "";
    snprintf(text, sizeof text, "B / A %s",
             number_text(second->median.middle / first->median.middle));
    return text;
}

// Rows of dots, the most costly on top. Runs lie below each other in a row.
void plot_dots(FILE *f, const struct table *t, const struct groups *g,
               bool text_only) {
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
    fprintf(f, "set y2range [0.3:%zu.7]\nset y2tics (", n);
    for (size_t k = 0; k < n; k++)
        fprintf(f, "%s\"%s\" %zu", k ? "," : "", value_text(t, g, order[k]),
                n - k);
    fprintf(f, ") scale 0\n");
    for (size_t k = 0; k < n && !text_only && marks_own(g); k++)
        if (is_own(order[k]))
            fprintf(f,
                    "set object %zu rect from graph 0, first %g to graph 1, "
                    "first %g fc rgb '#E3EEF6' fs solid noborder behind\n",
                    k + 1, (double)(n - k) - 0.45, (double)(n - k) + 0.45);
    fprintf(f, "plot $points using 1:2:3 with points pt 6 ps 0.7 lw 0.7 lc rgb "
               "variable notitle");
    for (int r = 0; r < t->run_count; r++)
        fprintf(f,
                ", $medians using ($5 == %d ? $1 : NaN):2:3:4 with xerrorbars "
                "pt %d ps 1.6 lw 2 lc rgb '#%s' %s '%s'",
                r, r ? 6 : 7, colours[r],
                t->run_count > 1 ? "title" : "notitle", t->runs[r].label);
    fputc('\n', f);
}
