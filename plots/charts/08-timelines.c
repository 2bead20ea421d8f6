// SPDX-License-Identifier: MIT
// Chart 8: who runs what, when.
#include <string.h>

#include "../draw/chart.h"

static void places(struct plan *plan) {
    add_cells(plan, TIMELINE, 0, (struct job){.n = 12 * plan->workers}, 500e3);
}

// The share of the processes' time in which tasks run.
static double share(const struct table *t, const char *variant) {
    double work = 0, alive = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct reading *r = &t->rows[i];
        if (r->run == 0 && strcmp(r->variant, variant) == 0)
            *(r->lane < t->runs[0].workers ? &work : &alive) += r->wall_ns;
    }
    return alive > 0 ? 100 * work / alive : 0;
}

static void caption(const struct table *t, const struct groups *g,
                    struct text *text) {
    (void)g;
    double bare = share(t, "a process for each task"),
           pool = share(t, "a pool");
    if (bare > 0 && pool > bare)
        say(text,
            "Tasks fill %.0f %% of the life of a process made for one, and "
            "%.0f %% of a pool's workers': making and ending processes is the "
            "rest.",
            bare, pool);
}

CHART(.kind = SPANS, .title = "Who runs what, when?",
      .x = {.label = "time, ms (the same work, the same scale; one run)"},
      VARIANTS("a process for each task", "a pool"), .places = places,
      .caption = caption)
