// SPDX-License-Identifier: MIT
// What stands above a chart and below it.
#include <string.h>

#include "draw.h"

// More than that, in per cent of the CPUs, and nothing is claimed.
enum { QUIET = 10 };

static void count_values(const struct groups *g, size_t *low, size_t *high) {
    *low = SIZE_MAX, *high = 0;
    for (size_t i = 0; i < g->count; i++) {
        *low = g->at[i].n < *low ? g->at[i].n : *low;
        *high = g->at[i].n > *high ? g->at[i].n : *high;
    }
}

static void say_values(struct text *text, const struct chart *chart,
                       const struct groups *g) {
    size_t low, high;
    count_values(g, &low, &high);
    say(text, "n = ");
    if (low != high)
        say(text, "%zu to ", low);
    say(text,
        "%zu each, every one a ring; big marks: medians, bars: their 95 %% "
        "intervals%s.%s%s",
        high, low < FEWEST ? " (fewer than 6 values: the whole range)" : "",
        !marks_own(g)         ? ""
        : chart->kind == DOTS ? " Shaded: the pool's own."
                              : " Thick: the pool's own.",
        chart->note ? chart->note : "");
}

void describe_run(const struct run *run, struct text *text) {
    say(text, "%s%s%s, %d CPUs, %d workers, %s; %s, commit %s, load %.4s",
        run->label, *run->label ? ": " : "", run->cpu, run->cpus, run->workers,
        run->kernel, run->date, run->commit, run->load);
    if (run->others >= 0)
        say(text, ", others %d %% CPU", run->others);
}

// In the place of the caption: what such a run shows may be the others' doing.
static bool is_disturbed(const struct table *t, struct text *text) {
    for (int r = 0; r < t->run_count; r++) {
        const struct run *run = &t->runs[r];
        if (run->others <= QUIET)
            continue;
        say(text,
            "A disturbed machine: other programs had %d %% of its CPUs while "
            "%s was measured. Nothing is claimed; measure again when it is "
            "quiet.",
            run->others, *run->label ? run->label : "this");
        return true;
    }
    return false;
}

void make_caption(struct caption *caption, const struct table *t,
                  const struct chart *chart, const struct groups *g) {
    memset(caption, 0, sizeof *caption);
    if (!is_disturbed(t, &caption->says)) {
        if (t->run_count > 1)
            say_ratios(t, chart, g, &caption->says);
        else if (chart->caption)
            chart->caption(t, g, &caption->says);
    }
    if (g->count)
        say_values(&caption->values, chart, g);
}
