// SPDX-License-Identifier: MIT
// Chart 7: how long until one task's result is there.
#include <math.h>

#include "../draw/chart.h"

static void places(struct plan *plan) {
    add_cells(plan, LATENCY, 0, (struct job){.n = 1}, 0);
}

// The share of the tasks that takes longer, by its logarithm.
static double x_of(double percentile) { return -log10(1 - percentile / 100); }

static void caption(const struct table *t, const struct groups *g,
                    struct text *text) {
    (void)t;
    const struct group *half = find_group(g, 0, "pool_apply", 50),
                       *hundredth = find_group(g, 0, "pool_apply", 99),
                       *thousandth = find_group(g, 0, "pool_apply", 99.9),
                       *tail = thousandth ? thousandth : hundredth;
    if (half && tail && half->n >= FEWEST &&
        tail->median.low > 2 * half->median.high)
        say(text,
            "Half of the pool_apply calls take at most %s, one in a %s more "
            "than %s (%s … %s): the tail limits what can be promised.",
            time_text(half->median.middle), thousandth ? "thousand" : "hundred",
            time_text(tail->median.middle), time_text(tail->median.low),
            time_text(tail->median.high));
}

CHART(.kind = LINES, .title = "How long until one task's result is there?",
      .note = " A jump: calls of a second kind begin there.",
      .x = {.label = "percentile of the tasks",
            .log = true,
            .ticks =
                "'1' 0.00436,'50' 0.301,'75' 0.602,'90' 1,'95' 1.301,'99' 2,"
                "'99.9' 3"},
      .y = {.label = "time from asking to result", .log = true, .time = true},
      VARIANTS("fork per task", "vfork", "thread per task", "pool_apply"),
      .places = places, .x_of = x_of, .caption = caption)
