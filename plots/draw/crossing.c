// SPDX-License-Identifier: MIT
// Where one variant becomes cheaper than another, repetition by repetition.
#include <math.h>
#include <string.h>

#include "chart.h"

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

size_t crossing(const struct groups *g, int run, const char *dear,
                const char *cheap, struct median *at) {
    enum { MOST = 1000 };
    double found[MOST];
    size_t n = 0;
    for (int repetition = 1; repetition <= MOST; repetition++)
        n += crosses(g, run, dear, cheap, repetition, &found[n]);
    *at = n ? median_of(found, n) : (struct median){0};
    return n;
}
