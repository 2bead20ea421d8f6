// SPDX-License-Identifier: MIT
// Chart 4: whether it matters how much memory the parent has.
#include "../draw/chart.h"

static void places(struct plan *plan) {
    for (size_t mib = 1; mib <= (plan->quick ? 64 : 256);
         mib *= plan->quick ? 8 : 4)
        add_cells(plan, STEADY, (double)mib,
                  (struct job){.n = plan->quick ? 6 : 12, .ballast = mib}, 0);
}

static void caption(const struct table *t, const struct groups *g,
                    struct text *text) {
    (void)t;
    static const char *const others[] = {"pool_apply", "vfork"};
    const struct group *small = first_group(g, "fork per task"),
                       *big = last_group(g, "fork per task");
    struct median r;
    if (compare_groups(big, small, &r) != MORE)
        return;
    say(text,
        "fork takes %s as long with %g MiB as with %g: it copies the parent's "
        "page tables.",
        times_text(r), big->x, small->x);
    for (size_t i = 0; i < 2; i++) {
        enum answer answer = compare_groups(last_group(g, others[i]),
                                            first_group(g, others[i]), &r);
        if (answer == EQUAL)
            say(text, " %s: as long with both, within a tenth.", others[i]);
        else if (answer == UNDECIDED)
            say(text, " %s: undecided (%s … %s).", others[i],
                number_text(r.low), number_text(r.high));
        else
            say(text, " %s: %s.", others[i], times_text(r));
    }
}

CHART(.kind = LINES, .title = "Does the parent's size matter?",
      .x = {.label = "memory the parent has touched, MiB", .log = true},
      .y = {.label = "time per task", .log = true, .time = true},
      VARIANTS("posix_spawn + exec", "fork per task", "vfork", "pool_apply"),
      .places = places, .value = value_each, .caption = caption)
