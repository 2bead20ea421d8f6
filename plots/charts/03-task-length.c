// SPDX-License-Identifier: MIT
// Chart 3: how long a task must be for a pool to be faster than a loop.
#include "../draw/chart.h"

static void places(struct plan *plan) {
    plan->at_most = true; // a process for each of 100,000 takes too long
    for (double ns = 100; ns < 2e7; ns *= plan->quick ? 100 : 10) {
        double work = plan->quick ? 1e7 : 2e7; // of all tasks together
        struct job job = {.n = clamp(work / ns, 4 * plan->workers, 100000)};
        add_cells(plan, STEADY, ns, job, ns);
    }
}

// From which length on it is faster, also at all longer ones; and up to which
// it is slower. In between lies what the places tried do not tell.
static void from_where(const struct groups *g, const char *name,
                       struct text *text) {
    const struct group *faster = NULL, *slower = NULL, *last = NULL;
    const struct group *first = first_group(g, name);
    for (size_t i = 0; first && i < g->count; i++) {
        const struct group *at = &g->at[i];
        if (at->run != 0 || find_group(g, 0, name, at->x) != at)
            continue;
        last = at;
        if (at->median.low <= 1)
            faster = NULL;
        else if (!faster)
            faster = at;
        if (at->median.high < 1)
            slower = at;
    }
    if (!last)
        return;
    if (faster == first)
        say(text,
            "%s is faster than a loop already with tasks of %s, the "
            "shortest tried. ",
            name, place_text(first->x));
    else if (faster && slower)
        say(text,
            "%s is slower than a loop with tasks of up to %s, and faster "
            "from %s on. ",
            name, place_text(slower->x), place_text(faster->x));
    else if (faster)
        say(text, "%s is faster than a loop with tasks of %s and more. ", name,
            place_text(faster->x));
    else
        say(text,
            "%s is faster than a loop at no length up to %s, the longest "
            "tried. ",
            name, place_text(last->x));
}

static void caption(const struct table *t, const struct groups *g,
                    struct text *text) {
    (void)t;
    from_where(g, "pool_map", text);
    from_where(g, "pool_apply_async", text);
    from_where(g, "fork (N at once)", text);
}

static void guides(FILE *f, const struct table *t, const struct groups *g) {
    (void)g;
    int workers = t->runs[0].workers;
    fprintf(f,
            "set arrow 1 from graph 0, first %d to graph 1, first %d nohead dt "
            "2\nset label 9 '%d workers, ideal' at graph 0.01, first %d offset "
            "0,0.6\nset arrow 2 from graph 0, first 1 to graph 1, first 1 "
            "nohead dt 3\nset label 8 'a loop' at graph 0.27, first 1 offset "
            "0,-0.8\n",
            workers, workers, workers, workers);
}

CHART(.kind = LINES, .title = "How long must a task be?",
      .x = {.label = "length of a task", .log = true, .time = true},
      .y = {.label = "speed-up over a loop", .log = true}, .speed_up = true,
      VARIANTS("iterative", "fork (N at once)", "pool_apply_async", "pool_map"),
      .places = places, .value = value_speed_up, .caption = caption,
      .guides = guides)
