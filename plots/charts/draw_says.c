// SPDX-License-Identifier: MIT
// One sentence per chart of what limits what, computed from its data. Where
// intervals overlap it says "no clear difference", or nothing.
#include <math.h>
#include <string.h>

#include "draw.h"

static void says_cost(const struct groups *g, char *t, size_t size) {
    size_t n;
    struct median r = ratio_of(find_group(g, 0, "fork per task", 0),
                               find_group(g, 0, "pool_map", 0), &n);
    if (n && r.low > 1)
        snprintf(t, size,
                 "A process for each task takes %s times as long as pool_map "
                 "(%s … %s): making processes is the cost, not the tasks.",
                 number_text(r.middle), number_text(r.low),
                 number_text(r.high));
}

// A group's value in a repetition; 0: there is none.
static double value_in(const struct group *g, int repetition) {
    for (size_t i = 0; g && i < g->n; i++)
        if (g->repetitions[i] == repetition)
            return g->values[i];
    return 0;
}

// Where the two cross in one repetition, between two places by their
// logarithms. False: nothing was measured.
static bool crosses(const struct groups *g, int run, const char *dear,
                    const char *cheap, int repetition, double *at) {
    double x0 = 0, d0 = 0;
    bool any = false;
    *at = INFINITY;
    for (size_t i = 0; i < g->count; i++) {
        const struct group *a = &g->at[i];
        if (a->run != run || strcmp(a->variant, dear) != 0)
            continue;
        double va = value_in(a, repetition);
        double vb = value_in(find_group(g, run, cheap, a->x), repetition);
        if (va <= 0 || vb <= 0)
            continue;
        double x = log(a->x), d = log(va / vb);
        if (d > 0) {
            *at = any ? exp(x0 + (x - x0) * -d0 / (d - d0)) : 0;
            return true;
        }
        any = true;
        x0 = x;
        d0 = d;
    }
    return any;
}

bool crossing(const struct groups *g, int run, const char *dear,
              const char *cheap, struct median *at) {
    double found[256];
    size_t n = 0;
    for (int repetition = 1; repetition <= 256; repetition++)
        n += crosses(g, run, dear, cheap, repetition, &found[n]);
    *at = n ? median_of(found, n) : (struct median){0};
    return n >= FEWEST && at->low > 0 && at->high < INFINITY;
}

static void says_crossing(const struct groups *g, char *t, size_t size) {
    struct median m;
    const struct group *a = find_group(g, 0, "fork per task", 1);
    const struct group *b = find_group(g, 0, "pool_map", 1);
    if (crossing(g, 0, "fork per task", "pool_map", &m))
        snprintf(t, size,
                 "Fork per task and pool_map cross at %s tasks (%s … %s): "
                 "below, making the pool is "
                 "the cost; above, one fork after another.",
                 number_text(m.middle), number_text(m.low),
                 number_text(m.high));
    else if (a && b && b->median.high < a->median.low)
        snprintf(t, size, "The pool is cheaper from the first task on.");
}

static double gains_from(const struct groups *g, const char *variant) {
    for (size_t i = 0; i < g->count; i++)
        if (g->at[i].run == 0 && strcmp(g->at[i].variant, variant) == 0 &&
            g->at[i].median.low > 1)
            return g->at[i].x;
    return 0;
}

static void says_length(const struct groups *g, char *t, size_t size) {
    double pool = gains_from(g, "pool_map"),
           bare = gains_from(g, "fork (N at once)");
    if (pool > 0 && bare > pool)
        snprintf(t, size,
                 "pool_map is faster than a loop from tasks of %s on, forks "
                 "from %s on: with shorter ones, handing over is the limit.",
                 time_text(pool), time_text(bare));
    else if (pool > 0)
        snprintf(t, size, "pool_map is faster than a loop from tasks of %s on.",
                 time_text(pool));
}

static void says_memory(const struct groups *g, char *t, size_t size) {
    const struct group *small = NULL, *big = NULL;
    size_t n;
    for (size_t i = 0; i < g->count; i++)
        if (g->at[i].run == 0 &&
            strcmp(g->at[i].variant, "fork per task") == 0) {
            small = small ? small : &g->at[i];
            big = &g->at[i];
        }
    struct median r = ratio_of(big, small, &n);
    if (!n || r.low <= 1)
        return;
    snprintf(t, size,
             "fork takes %s times as long with %g MiB as with %g (%s … %s): "
             "copying page tables is its limit.",
             number_text(r.middle), big->x, small->x, number_text(r.low),
             number_text(r.high));
    const struct group *a = find_group(g, 0, "pool_apply", small->x),
                       *b = find_group(g, 0, "pool_apply", big->x);
    if (a && b && !differ(a, b))
        strncat(t, " Of pool_apply: no clear difference.",
                size - strlen(t) - 1);
}

static void says_chunk(const struct groups *g, char *t, size_t size) {
    const struct group *one = find_group(g, 0, "tiny tasks", 1), *last = NULL;
    for (size_t i = 0; i < g->count; i++)
        if (g->at[i].run == 0 && strcmp(g->at[i].variant, "uneven tasks") == 0)
            last = &g->at[i];
    if (one && one->median.low > 1.1)
        snprintf(t, size,
                 "Tiny tasks one at a time take %s times as long as in the "
                 "best chunks: handing over is the limit. ",
                 number_text(one->median.middle));
    if (last && last->median.low > 1.1)
        snprintf(t + strlen(t), size - strlen(t),
                 "Uneven tasks in chunks of %g take %s times as long: one "
                 "worker has the long ones, the others wait.",
                 last->x, number_text(last->median.middle));
}

static void says_workers(const struct table *table, const struct groups *g,
                         char *t, size_t size) {
    int cpus = table->runs[0].cpus;
    const struct group *one = find_group(g, 0, "pool_map", 1),
                       *all = find_group(g, 0, "pool_map", cpus),
                       *more = find_group(g, 0, "pool_map", 2 * cpus);
    if (one && all && more && all->median.low > one->median.high &&
        !differ(all, more))
        snprintf(t, size,
                 "pool_map gains %s-fold with %d workers; with %d no clear "
                 "difference: the %d CPUs are the limit.",
                 number_text(all->median.middle), cpus, 2 * cpus, cpus);
}

static void says_latency(const struct groups *g, char *t, size_t size) {
    const struct group *half = find_group(g, 0, "pool_apply", 50),
                       *hundredth = find_group(g, 0, "pool_apply", 99),
                       *thousandth = find_group(g, 0, "pool_apply", 99.9),
                       *tail = thousandth ? thousandth : hundredth;
    if (half && tail && tail->median.low > 2 * half->median.high)
        snprintf(t, size,
                 "Half of the pool_apply calls take at most %s, one in a %s "
                 "more than %s: the tail limits what can be promised.",
                 time_text(half->median.middle),
                 thousandth ? "thousand" : "hundred",
                 time_text(tail->median.middle));
}

// The share of the processes' time in which tasks run.
static double share(const struct table *table, const char *variant) {
    double work = 0, alive = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct reading *r = &table->rows[i];
        if (r->run == 0 && r->chart == 8 && strcmp(r->variant, variant) == 0)
            *(r->lane < table->runs[0].workers ? &work : &alive) += r->wall_ns;
    }
    return alive > 0 ? 100 * work / alive : 0;
}

static void says_timeline(const struct table *table, char *t, size_t size) {
    double bare = share(table, "a process for each task"),
           pool = share(table, "a pool");
    if (bare > 0 && pool > bare)
        snprintf(t, size,
                 "Tasks fill %.0f %% of the life of a process made for one, "
                 "and %.0f %% of a pool's workers': making and ending "
                 "processes is the rest.",
                 bare, pool);
}

static void says_cpu(const struct groups *g, char *t, size_t size) {
    const struct group *bare = find_group(g, 0, "fork per task", 0);
    size_t n;
    struct median r = ratio_of(bare, find_group(g, 0, "pool_map", 0), &n);
    char kernel[60] = "";
    if (bare && bare->system > 0.5)
        snprintf(kernel, sizeof kernel, ", %.0f %% of it in the kernel",
                 100 * bare->system);
    if (n && bare->median.low > 0 && r.low > 1)
        snprintf(t, size,
                 "A process for each task burns %s%s, %s times as much as "
                 "pool_map (%s … %s): making it.",
                 time_text(bare->median.middle), kernel, number_text(r.middle),
                 number_text(r.low), number_text(r.high));
}

void chart_says(const struct table *table, int chart,
                const struct groups *groups, char *text, size_t size) {
    text[0] = '\0';
    if (chart == 1)
        says_cost(groups, text, size);
    else if (chart == 2)
        says_crossing(groups, text, size);
    else if (chart == 3)
        says_length(groups, text, size);
    else if (chart == 4)
        says_memory(groups, text, size);
    else if (chart == 5)
        says_chunk(groups, text, size);
    else if (chart == 6)
        says_workers(table, groups, text, size);
    else if (chart == 7)
        says_latency(groups, text, size);
    else if (chart == 8)
        says_timeline(table, text, size);
    else
        says_cpu(groups, text, size);
}
