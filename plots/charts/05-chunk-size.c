// SPDX-License-Identifier: MIT
// Chart 5: how many tasks to hand over at a time. Not who runs the tasks is
// compared, but what they are like.
#include <string.h>

#include "../draw/chart.h"

// Place 0, the library's own choice, is drawn as a line across.
static void places(struct plan *plan) {
    add_cells(plan, STEADY, 0, (struct job){0}, 0);
    for (size_t n = 1;
         add_cells(plan, STEADY, (double)n, (struct job){.chunk = n}, 0);
         n *= plan->quick ? 8 : 4)
        ;
}

// The median of the best chunk for such tasks, in the first run that has them.
static double best_chunk(const struct groups *groups, const char *variant) {
    const struct group *best = NULL;
    for (size_t i = 0; i < groups->count; i++) {
        const struct group *g = &groups->at[i];
        if (strcmp(g->variant, variant) == 0 &&
            (!best ||
             (g->run == best->run && g->median.middle < best->median.middle)))
            best = g;
    }
    return best ? best->median.middle : 1;
}

// Multiples of the best chunk's median, of each kind of tasks.
static void scale(struct groups *groups) {
    double best[groups->count + 1];
    for (size_t i = 0; i < groups->count; i++)
        best[i] = best_chunk(groups, groups->at[i].variant);
    for (size_t i = 0; i < groups->count; i++) {
        struct group *g = &groups->at[i];
        for (size_t v = 0; v < g->n; v++)
            g->values[v] /= best[i];
        g->median = median_of(g->values, g->n);
    }
}

static void caption(const struct table *t, const struct groups *g,
                    struct text *text) {
    (void)t;
    const struct group *one = find_group(g, 0, "tiny tasks", 1),
                       *last = last_group(g, "uneven tasks");
    if (one && one->n >= FEWEST && one->median.low > 1.1)
        say(text,
            "Tiny tasks one at a time take %s as long as in the best chunks: "
            "handing over is the limit. ",
            times_text(one->median));
    if (last && last->n >= FEWEST && last->median.low > 1.1)
        say(text,
            "Uneven tasks in chunks of %g take %s as long: one worker has the "
            "long ones, the others wait.",
            last->x, times_text(last->median));
}

CHART(.kind = LINES, .title = "How many tasks to hand over at a time?",
      .note = " Dotted: the library's own choice.",
      .x = {.label = "chunk size, tasks", .log = true},
      .y = {.label = "time, as a multiple of the best chunk's", .log = true},
      VARIANTS("tiny tasks", "uneven tasks"), .places = places, .scale = scale,
      .caption = caption)
