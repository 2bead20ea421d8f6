// SPDX-License-Identifier: MIT
// Chart 1: what each way to have a task done costs.
#include "../draw/chart.h"

static void places(struct plan *plan) {
    add_cells(plan, STEADY, 0, (struct job){0}, 0);
}

// Like is compared with like first.
static void caption(const struct table *t, const struct groups *g,
                    struct text *text) {
    (void)t;
    const struct group *fork = find_group(g, 0, "fork per task", 0);
    struct median single, bulk;
    bool dearer = compare_groups(fork, find_group(g, 0, "pool_apply", 0),
                                 &single) == MORE;
    if (dearer)
        say(text,
            "One at a time, a process for each task takes %s as long as "
            "pool_apply. ",
            times_text(single));
    if (compare_groups(fork, find_group(g, 0, "pool_map", 0), &bulk) == MORE)
        say(text, "Beside pool_map, in bulk, it takes %s as long. ",
            times_text(bulk));
    if (dearer)
        say(text, "Making processes is the cost, not the tasks.");
}

CHART(.kind = DOTS, .title = "What does it cost to have a task done?",
      .x = {.label = "time per task; the task itself is next to nothing",
            .log = true,
            .time = true},
      VARIANTS("posix_spawn + exec", "fork per task", "vfork",
               "thread per task", "GLib thread pool", "pool_apply",
               "pool_apply_async", "pool_map", "Python Process",
               "Python Pool.apply", "Python Pool.map"),
      .places = places, .value = value_each, .caption = caption)
