// SPDX-License-Identifier: MIT
// What each chart shows of a row; values gathered by variant and place.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"

const struct reading *loop_of(const struct table *table,
                              const struct reading *row) {
    for (size_t i = 0; i < table->count; i++) {
        const struct reading *b = &table->rows[i];
        if (b != row && b->run == row->run && b->chart == row->chart &&
            b->x == row->x && b->repetition == row->repetition &&
            strcmp(b->variant, "iterative") == 0)
            return b;
    }
    return NULL;
}

bool value_each(const struct table *table, const struct reading *row,
                double *value) {
    (void)table;
    *value = row->wall_ns / row->tasks;
    return true;
}

bool value_speed_up(const struct table *table, const struct reading *row,
                    double *value) {
    const struct reading *loop = loop_of(table, row);
    if (!loop)
        return false;
    *value = loop->wall_ns / loop->tasks / (row->wall_ns / row->tasks);
    return true;
}

// All of a row of dots is at one place.
static struct group *group_for(struct groups *groups, const struct reading *row,
                               enum kind kind) {
    double x = kind == DOTS ? 0 : row->x;
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

struct groups make_groups(const struct table *table,
                          const struct chart *chart) {
    struct groups groups = {NULL, 0};
    for (size_t i = 0; i < table->count; i++) {
        const struct reading *row = &table->rows[i];
        double value = row->wall_ns;
        if (row->chart == chart->number && chart->kind != SPANS &&
            (!chart->value || chart->value(table, row, &value)))
            add_value(group_for(&groups, row, chart->kind), row, value);
    }
    for (size_t i = 0; i < groups.count; i++) {
        groups.at[i].median = median_of(groups.at[i].values, groups.at[i].n);
        groups.at[i].system /= (double)groups.at[i].n;
    }
    if (groups.count)
        qsort(groups.at, groups.count, sizeof *groups.at, by_place);
    if (chart->scale)
        chart->scale(&groups);
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

const struct group *first_group(const struct groups *groups, const char *name) {
    for (size_t i = 0; i < groups->count; i++)
        if (groups->at[i].run == 0 && !strcmp(groups->at[i].variant, name))
            return &groups->at[i];
    return NULL;
}

const struct group *last_group(const struct groups *groups, const char *name) {
    for (size_t i = groups->count; i-- > 0;)
        if (groups->at[i].run == 0 && !strcmp(groups->at[i].variant, name))
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

enum answer answer_of(struct median ratio, size_t n) {
    return n < FEWEST                                  ? UNDECIDED
           : ratio.low >= 1 / 1.1 && ratio.high <= 1.1 ? EQUAL
           : ratio.low > 1                             ? MORE
           : ratio.high < 1                            ? LESS
                                                       : UNDECIDED;
}

enum answer compare_groups(const struct group *a, const struct group *b,
                           struct median *ratio) {
    size_t n;
    *ratio = ratio_of(a, b, &n);
    return answer_of(*ratio, n);
}
