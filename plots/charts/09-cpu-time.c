// SPDX-License-Identifier: MIT
// Chart 9: what it costs in CPU time, of all processes together.
#include "../draw/chart.h"

static bool has_loop(const struct plan *plan, size_t n) {
    for (size_t i = 0; i < plan->count; i++)
        if (plan->cells[i].chart == plan->chart &&
            plan->cells[i].variant == find_variant("iterative") &&
            plan->cells[i].job.n == n)
            return true;
    return false;
}

// The loop is measured with as many tasks as each of the others, which are at
// that place therefore: what a process costs by itself is taken off as well.
static void places(struct plan *plan) {
    size_t first = plan->count;
    add_cells(plan, WHOLE, 0, (struct job){0}, 0);
    for (size_t i = first, end = plan->count; i < end; i++) {
        struct cell loop = plan->cells[i];
        plan->cells[i].x = loop.x = (double)loop.job.n;
        loop.variant = find_variant("iterative");
        if (!has_loop(plan, loop.job.n))
            add_cell(plan, loop);
    }
}

static bool value(const struct table *t, const struct reading *row,
                  double *value) {
    const struct reading *loop = loop_of(t, row);
    if (!loop)
        return false;
    *value = (row->user_us + row->system_us - loop->user_us - loop->system_us) *
             1e3 / row->tasks;
    return true;
}

static void caption(const struct table *t, const struct groups *g,
                    struct text *text) {
    (void)t;
    const struct group *fork = find_group(g, 0, "fork per task", 0);
    struct median r;
    if (compare_groups(fork, find_group(g, 0, "pool_map", 0), &r) != MORE ||
        fork->median.low <= 0)
        return;
    say(text, "A process for each task takes %s of CPU time",
        time_text(fork->median.middle));
    if (fork->system > 0.5)
        say(text, ", %.0f %% of it in the kernel", 100 * fork->system);
    say(text, ": %s as much as pool_map, for making it.", times_text(r));
}

CHART(.kind = DOTS, .title = "What does it cost in CPU time?",
      .x = {.label = "CPU time per task, all processes, a loop's taken off",
            .log = true,
            .time = true},
      VARIANTS("fork per task", "vfork", "thread per task", "pool_apply",
               "pool_apply_async", "pool_map"),
      .places = places, .value = value, .caption = caption)
