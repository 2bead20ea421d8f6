// SPDX-License-Identifier: MIT
// Two or more runs side by side: ratios with intervals, machines that differ.
#include <math.h>
#include <string.h>

#include "draw.h"

// Whether there is a ratio: a value of chart 9 may be below 0.
static bool all_positive(const struct group *g) {
    for (size_t i = 0; i < g->n; i++)
        if (g->values[i] <= 0)
            return false;
    return true;
}

// What a later run has measured where the first has measured a. NULL: nothing
// to compare.
static const struct group *other_side(const struct groups *g,
                                      const struct group *a, int run) {
    const struct group *b =
        a->run == 0 ? find_group(g, run, a->variant, a->x) : NULL;
    return b && all_positive(a) && all_positive(b) ? b : NULL;
}

void count_places(const struct table *t, const struct groups *g,
                  struct comparing *c) {
    for (size_t i = 0; i < g->count; i++)
        for (int r = 1; r < t->run_count; r++) {
            const struct group *a = &g->at[i], *b = other_side(g, a, r);
            if (!b)
                continue;
            size_t fewest = a->n < b->n ? a->n : b->n;
            c->values = c->places++ && c->values < fewest ? c->values : fewest;
        }
}

// A speed-up turned round is a time, with the loop's as its unit.
static void times_of(const struct group *g, bool speed_up, double *times) {
    for (size_t i = 0; i < g->n; i++)
        times[i] = speed_up ? 1 / g->values[i] : g->values[i];
}

static void compare_place(FILE *out, const struct table *t,
                          const struct chart *chart, const struct group *a,
                          const struct group *b, struct comparing *c) {
    double of_a[a->n], of_b[b->n];
    times_of(a, chart->speed_up, of_a);
    times_of(b, chart->speed_up, of_b);
    struct verdict v = compare_values(of_a, a->n, of_b, b->n, c->places);
    const char *name = t->runs[b->run].label, *verdict = "undecided";
    if (clearly_slower(v)) {
        verdict = "slower";
        c->slower++;
    } else if (clearly_faster(v)) {
        verdict = "faster";
        c->faster++;
    } else if (clearly_equal(v)) {
        verdict = "equal";
        c->equal++;
    }
    fprintf(out, "  %-19.19s %7.6g  %s/%s %5s ", a->variant, a->x, name,
            t->runs[0].label, number_text(v.ratio));
    if (isinf(v.high))
        fprintf(out, "(too few values)  %s\n", verdict);
    else
        fprintf(out, "(%s … %s)  %s\n", number_text(v.low), number_text(v.high),
                verdict);
}

void compare_runs(FILE *out, const struct table *t, const struct chart *chart,
                  const struct groups *g, struct comparing *c) {
    for (size_t i = 0; i < g->count; i++)
        for (int r = 1; r < t->run_count; r++) {
            const struct group *a = &g->at[i], *b = other_side(g, a, r);
            if (b)
                compare_place(out, t, chart, a, b, c);
        }
}

// Of the fastest values, as the table below the chart; no verdict, which only
// all charts together allow.
void say_ratios(const struct table *t, const struct chart *chart,
                const struct groups *g, struct text *text) {
    for (int r = 1; r < t->run_count; r++) {
        const struct group *least = NULL, *most = NULL;
        if (strcmp(t->runs[0].id, t->runs[r].id) == 0) {
            say(text, "%s and %s are the same run. ", t->runs[0].label,
                t->runs[r].label);
            continue;
        }
        double low = 0, high = 0;
        for (size_t i = 0; i < g->count; i++) {
            const struct group *a = &g->at[i], *b = other_side(g, a, r);
            if (!b)
                continue;
            double of_a[a->n], of_b[b->n];
            times_of(a, chart->speed_up, of_a);
            times_of(b, chart->speed_up, of_b);
            double ratio = compare_values(of_a, a->n, of_b, b->n, 1).ratio;
            if (!least || ratio < low)
                least = a, low = ratio;
            if (!most || ratio > high)
                most = a, high = ratio;
        }
        if (least) {
            char at_low[30] = "", at_high[30] = "";
            if (chart->kind != DOTS) {
                snprintf(at_low, sizeof at_low, " at %g", least->x);
                snprintf(at_high, sizeof at_high, " at %g", most->x);
            }
            say(text, "%s's times / %s's: from %s (%s%s) to %s (%s%s). ",
                t->runs[r].label, t->runs[0].label, number_text(low),
                least->variant, at_low, number_text(high), most->variant,
                at_high);
        }
    }
}

// The fewest repetitions that could show a difference.
static size_t repetitions_needed(size_t places) {
    size_t n = 1;
    while (clear_rank(n, n, places) == 0)
        n++;
    return n;
}

void sum_up(FILE *out, const struct comparing *c) {
    char text[500], lines[600] = "";
    if (c->places == 0) {
        fputs("\nNothing to compare: the runs have no place in common.\n", out);
        return;
    }
    size_t clear = c->faster + c->slower;
    size_t k = clear_rank(c->values, c->values, c->places);
    snprintf(text, sizeof text,
             "Of %zu comparisons, %zu show a clear difference (%zu faster, "
             "%zu slower than A), %zu none (within a tenth), and %zu are "
             "undecided.",
             c->places, clear, c->faster, c->slower, c->equal,
             c->places - clear - c->equal);
    wrap(lines, sizeof lines, text, 79);
    if (k)
        snprintf(text, sizeof text,
                 "Clear: the %zu fastest of a run's %zu values are all faster "
                 "than every one of the other's, and by a tenth. Luck alone "
                 "brings that about somewhere among %zu places at most once in "
                 "twenty such tables.",
                 k, c->values, c->places);
    else
        snprintf(text, sizeof text,
                 "With %zu values at a place nothing among %zu places can be "
                 "clear: REPEAT=%zu is the least that can show it.",
                 c->values, c->places, repetitions_needed(c->places));
    wrap(lines, sizeof lines, text, 79);
    fprintf(out, "\n%s", lines);
}

void warn_of_machines(FILE *out, const struct table *t) {
    const struct run *a = &t->runs[0];
    for (int r = 0; r < t->run_count; r++) {
        const struct run *b = &t->runs[r];
        if (b->others > 10)
            fprintf(out,
                    "Warning: while %s was measured, other programs used %d %% "
                    "of the CPUs.\n",
                    b->label, b->others);
        if (r > 0 && strcmp(a->id, b->id) == 0)
            fprintf(out, "%s and %s are the same run.\n", a->label, b->label);
        if (strcmp(a->cpu, b->cpu) != 0 || a->cpus != b->cpus ||
            strcmp(a->kernel, b->kernel) != 0 || a->workers != b->workers)
            fprintf(out,
                    "Warning: %s and %s are of different machines, kernels or "
                    "numbers of workers;\nwhat differs between them need not "
                    "be the program.\n",
                    a->label, b->label);
    }
}
