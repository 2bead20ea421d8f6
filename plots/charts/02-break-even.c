// SPDX-License-Identifier: MIT
// Chart 2: from how many tasks on making a pool pays.
#include <math.h>

#include "../draw/chart.h"

#define DEAR "fork per task"
#define CHEAP "pool_map"

static void places(struct plan *plan) {
    for (size_t n = 1; n <= 256; n *= plan->quick ? 4 : 2)
        add_cells(plan, WHOLE, (double)n, (struct job){.n = n}, 0);
}

// What lies beyond the places that were tried is told as a bound.
static void caption(const struct table *t, const struct groups *g,
                    struct text *text) {
    (void)t;
    struct median m;
    const struct group *first = first_group(g, DEAR),
                       *last = last_group(g, DEAR);
    if (!first || crossing(g, 0, DEAR, CHEAP, &m) < FEWEST)
        return;
    const char *few = whole_text(first->x), *many = whole_text(last->x);
    if (m.high <= 0)
        say(text, "The pool is cheaper already with %s task, the fewest tried.",
            few);
    else if (isinf(m.low))
        say(text,
            "Fork per task is cheaper even with %s tasks, the most tried.",
            many);
    else if (m.low > 0 && isfinite(m.high))
        say(text,
            "Fork per task and pool_map cross at %s tasks (%s … %s): below, "
            "making the pool is the cost; above, one fork after another.",
            whole_text(m.middle), whole_text(m.low), whole_text(m.high));
    else if (isfinite(m.high))
        say(text,
            "From %s tasks on the pool is cheaper; whether it is with fewer, "
            "down to %s, is undecided.",
            whole_text(ceil(m.high)), few);
    else if (m.low > 0)
        say(text,
            "Below %s tasks fork per task is cheaper; whether the pool is with "
            "more, up to %s, is undecided.",
            whole_text(floor(m.low)), many);
    else
        say(text,
            "Undecided: from %s to %s tasks, now the one and now the "
            "other was cheaper.",
            few, many);
}

static void guides(FILE *f, const struct table *t, const struct groups *g) {
    struct median m;
    if (t->run_count > 1 || crossing(g, 0, DEAR, CHEAP, &m) < FEWEST ||
        m.low <= 0 || isinf(m.high))
        return;
    fprintf(f,
            "set object 1 rect from %g, graph 0 to %g, graph 1 fc rgb "
            "'#F0E442' fs solid 0.4 border lc rgb '#8A7A00' behind\n",
            m.low, m.high);
    fprintf(f,
            "set arrow 1 from %g, graph 0 to %g, graph 1 nohead lw 1.5 dt 2\n"
            "set label 9 'they cross at %s (%s … %s)' at %g, graph 0.95 "
            "offset 1,0\n",
            m.middle, m.middle, whole_text(m.middle), whole_text(m.low),
            whole_text(m.high), m.high);
}

CHART(.kind = LINES, .title = "When does making a pool pay?",
      .x = {.label = "tasks", .log = true},
      .y = {.label = "time, creation and end included",
            .log = true,
            .time = true},
      VARIANTS(DEAR, "thread per task", CHEAP), .places = places,
      .caption = caption, .guides = guides)
