// SPDX-License-Identifier: MIT
// Chart 6: how much faster more workers are.
#include "../draw/chart.h"

static void places(struct plan *plan) {
    plan->at_most = true;
    size_t workers = plan->workers, step = workers > 8 ? workers / 8 : 1;
    for (size_t n = 1; n <= 2 * workers; n += n < step ? step - n : step)
        add_cells(
            plan, STEADY, (double)n,
            (struct job){.n = (plan->quick ? 8 : 24) * workers, .workers = n},
            1e6);
}

static void caption(const struct table *t, const struct groups *g,
                    struct text *text) {
    int cpus = t->runs[0].cpus;
    const struct group *one = find_group(g, 0, "pool_map", 1),
                       *all = find_group(g, 0, "pool_map", cpus),
                       *more = find_group(g, 0, "pool_map", 2 * cpus);
    struct median r;
    if (cpus < 2 || compare_groups(all, one, &r) != MORE)
        return;
    say(text,
        "With %d workers pool_map is %s times (%s … %s) as fast as a loop.",
        cpus, number_text(all->median.middle), number_text(all->median.low),
        number_text(all->median.high));
    enum answer answer = compare_groups(more, all, &r);
    if (more && answer == EQUAL)
        say(text,
            " With %d it is as fast, within a tenth: the %d CPUs are the "
            "limit.",
            2 * cpus, cpus);
    else if (more && answer == UNDECIDED)
        say(text, " Whether %d workers are faster than %d is undecided.",
            2 * cpus, cpus);
    else if (more)
        say(text, " With %d it is %s as fast as with %d.", 2 * cpus,
            times_text(r), cpus);
}

static void guides(FILE *f, const struct table *t, const struct groups *g) {
    (void)g;
    int cpus = t->runs[0].cpus, workers = t->runs[0].workers;
    fprintf(f,
            "set arrow 1 from %d, graph 0 to %d, graph 1 nohead dt 2\n"
            "set label 9 '%d CPUs' at %d, graph 0.94 offset 1,0\n",
            cpus, cpus, cpus, cpus);
    // As far as the frame goes.
    fprintf(
        f,
        "set arrow 2 from 1,1 to %g,%g nohead lc rgb '#555555' lw 1.5 dt 3\n"
        "set label 8 'ideal' at %g,%g right offset -1,0\n",
        1.3 * workers, 1.3 * workers, 1.25 * workers, 1.25 * workers);
}

CHART(.kind = LINES, .title = "How many workers?", .x = {.label = "workers"},
      .y = {.label = "speed-up over a loop"}, .speed_up = true,
      VARIANTS("iterative", "fork (N at once)", "pool_map"), .places = places,
      .value = value_speed_up, .caption = caption, .guides = guides)
