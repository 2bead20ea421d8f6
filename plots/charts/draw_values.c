// SPDX-License-Identifier: MIT
// What each chart shows of a row; values gathered by variant and place.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

const struct chart charts[CHARTS + 1] = {
    [1] = {DOTS, "1-cost-per-task", "What does it cost to have a task done?",
           "time per task (log scale; the task itself is next to nothing)",
           .x_log = true, .x_time = true},
    [2] = {LINES, "2-break-even", "When does making a pool pay?",
           "tasks (log scale)", "time, creation and end included (log scale)",
           .x_log = true, .y_log = true, .y_time = true},
    [3] = {LINES, "3-task-length", "How long must a task be?",
           "length of a task (log scale)", "speed-up over a loop (log scale)",
           .x_log = true, .y_log = true, .x_time = true, .speed_up = true},
    [4] = {LINES, "4-parent-memory", "Does the parent's size matter?",
           "memory the parent has touched, MiB (log scale)",
           "time per task (log scale)", .x_log = true, .y_log = true,
           .y_time = true},
    [5] = {LINES, "5-chunk-size", "How many tasks to hand over at a time?",
           "chunk size, tasks (log scale)",
           "time, as a multiple of the best chunk's", .x_log = true,
           .y_log = true},
    [6] = {LINES, "6-workers", "How many workers?", "workers",
           "speed-up over a loop", .speed_up = true},
    [7] = {LINES, "7-latency", "How long until one task's result is there?",
           "percentile of the tasks", "time from asking to result (log scale)",
           .y_log = true, .y_time = true},
    [8] = {SPANS, "8-timelines", "Who runs what, when?",
           "time, ms (the same work, the same scale; one run)", NULL,
           .x_log = false},
    [9] = {DOTS, "9-cpu-time", "What does it cost in CPU time?",
           "CPU time per task, all processes, a loop's taken off (log scale)",
           .x_log = true, .x_time = true},
};

// The baseline of the same run, place and repetition.
static const struct reading *baseline(const struct table *table,
                                      const struct reading *row) {
    for (size_t i = 0; i < table->count; i++) {
        const struct reading *b = &table->rows[i];
        if (b->run == row->run && b->chart == row->chart && b->x == row->x &&
            b->repetition == row->repetition &&
            strcmp(b->variant, "iterative") == 0)
            return b;
    }
    return NULL;
}

static bool value_of(const struct table *table, const struct reading *row,
                     double *value) {
    double each = row->wall_ns / row->tasks;
    const struct reading *base;
    switch (row->chart) {
    case 1:
    case 4:
        *value = each;
        return true;
    case 3:
    case 6:
        base = baseline(table, row);
        if (!base || base == row)
            return false;
        *value = base->wall_ns / base->tasks / each;
        return true;
    case 9:
        base = baseline(table, row);
        if (!base || base == row)
            return false;
        *value =
            (row->user_us + row->system_us - base->user_us - base->system_us) *
            1e3 / row->tasks;
        return true;
    case 8:
        return false;
    default:
        *value = row->wall_ns;
        return true;
    }
}

static struct group *group_for(struct groups *groups,
                               const struct reading *row) {
    double x = row->chart == 9 ? 0 : row->x;
    for (size_t i = groups->count; i-- > 0;) {
        struct group *g = &groups->at[i];
        if (g->run == row->run && g->x == x &&
            strcmp(g->variant, row->variant) == 0)
            return g;
    }
    struct group *at =
        realloc(groups->at, (groups->count + 1) * sizeof *groups->at);
    if (!at)
        abort();
    groups->at = at;
    struct group *g = &at[groups->count++];
    *g = (struct group){.run = row->run, .x = x};
    snprintf(g->variant, sizeof g->variant, "%s", row->variant);
    return g;
}

static void add_value(struct group *g, const struct reading *row,
                      double value) {
    if (g->n == g->room) {
        g->room = g->room ? 2 * g->room : 16;
        g->values = realloc(g->values, g->room * sizeof *g->values);
        g->repetitions =
            realloc(g->repetitions, g->room * sizeof *g->repetitions);
        if (!g->values || !g->repetitions)
            abort();
    }
    double cpu = row->user_us + row->system_us;
    g->system += cpu > 0 ? row->system_us / cpu : 0;
    g->values[g->n] = value;
    g->repetitions[g->n++] = row->repetition;
}

static int by_place(const void *a, const void *b) {
    const struct group *x = a, *y = b;
    int name = strcmp(x->variant, y->variant);
    return x->run != y->run ? x->run - y->run
           : name           ? name
                            : (x->x > y->x) - (x->x < y->x);
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

// Chart 5: multiples of the best chunk's median, of each kind of tasks.
static void divide_by_best(struct groups *groups) {
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

struct groups make_groups(const struct table *table, int chart) {
    struct groups groups = {NULL, 0};
    for (size_t i = 0; i < table->count; i++) {
        double value;
        if (table->rows[i].chart == chart &&
            value_of(table, &table->rows[i], &value))
            add_value(group_for(&groups, &table->rows[i]), &table->rows[i],
                      value);
    }
    for (size_t i = 0; i < groups.count; i++) {
        groups.at[i].median = median_of(groups.at[i].values, groups.at[i].n);
        groups.at[i].system /= (double)groups.at[i].n;
    }
    if (groups.count)
        qsort(groups.at, groups.count, sizeof *groups.at, by_place);
    if (chart == 5)
        divide_by_best(&groups);
    return groups;
}

void free_groups(struct groups *groups) {
    for (size_t i = 0; i < groups->count; i++) {
        free(groups->at[i].values);
        free(groups->at[i].repetitions);
    }
    free(groups->at);
}

const struct group *find_group(const struct groups *groups, int run,
                               const char *variant, double x) {
    for (size_t i = 0; i < groups->count; i++)
        if (groups->at[i].run == run && groups->at[i].x == x &&
            strcmp(groups->at[i].variant, variant) == 0)
            return &groups->at[i];
    return NULL;
}

struct median ratio_of(const struct group *a, const struct group *b,
                       size_t *n) {
    *n = 0;
    if (!a || !b)
        return (struct median){0};
    double ratios[a->n];
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < b->n; k++)
            if (a->repetitions[i] == b->repetitions[k] && b->values[k] > 0) {
                ratios[(*n)++] = a->values[i] / b->values[k];
                break;
            }
    return *n ? median_of(ratios, *n) : (struct median){0};
}

bool differ(const struct group *a, const struct group *b) {
    return a->median.low > b->median.high || b->median.low > a->median.high;
}

const char *number_text(double value) {
    static char texts[8][30];
    static int next;
    char *text = texts[next++ % 8];
    double size = fabs(value);
    if (size >= 1000)
        snprintf(text, 30, "%.0f,%03.0f", floor(size / 1000),
                 fmod(round(size), 1000));
    else
        snprintf(text, 30, "%.*f", size >= 100 ? 0 : size >= 10 ? 1 : 2, value);
    return text;
}

const char *time_text(double ns) {
    static char texts[8][30];
    static int next;
    static const char *const units[] = {"ns", "µs", "ms", "s"};
    char *text = texts[next++ % 8];
    int at = 0;
    for (; fabs(ns) >= 999.5 && at < 3; at++)
        ns /= 1000;
    snprintf(text, 30, "%.*f %s",
             fabs(ns) >= 99.5   ? 0
             : fabs(ns) >= 9.95 ? 1
                                : 2,
             ns, units[at]);
    return text;
}
