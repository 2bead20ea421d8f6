// SPDX-License-Identifier: MIT
// Where things are: the axes' ranges, places on them, what may be moved and how
// far.
#include <math.h>

#include "draw.h"

double place_of(const struct chart *chart, double x) {
    return chart->x_of ? chart->x_of(x) : x;
}

double shift(size_t i, size_t n, double most) {
    return n < 2 ? 0 : most * (2 * (double)i / (double)(n - 1) - 1);
}

double moved(const struct frame *f, double place, double by) {
    by = fmax(-1 / 3.0, fmin(1 / 3.0, by));
    return f->x_log ? place * pow(f->step, by) : place + f->step * by;
}

static double fraction(bool log, double low, double high, double at) {
    return log ? log10(at / low) / log10(high / low)
               : (at - low) / (high - low);
}

double height_of(const struct frame *f, double y) {
    return fraction(f->y_log, f->y_low, f->y_high, y);
}

void spread(double *heights, size_t n, double gap) {
    for (size_t i = 1; i < n; i++)
        heights[i] = fmax(heights[i], heights[i - 1] + gap);
    if (n > 0)
        heights[n - 1] = fmin(heights[n - 1], 1);
    for (size_t i = n; i-- > 1;)
        heights[i - 1] = fmin(heights[i - 1], heights[i] - gap);
}

// A place that a logarithmic axis cannot have is not on it.
static bool is_on_axis(const struct frame *f, const struct group *g) {
    return !f->x_log || g->x > 0;
}

static void find_step(const struct chart *c, const struct groups *g,
                      struct frame *f) {
    double least = INFINITY;
    for (size_t i = 0; i < g->count; i++)
        for (size_t k = 0; k < g->count; k++) {
            double a = place_of(c, g->at[i].x), b = place_of(c, g->at[k].x);
            if (is_on_axis(f, &g->at[i]) && is_on_axis(f, &g->at[k]) && a > b)
                least = fmin(least, f->x_log ? a / b : a - b);
        }
    f->step = isfinite(least) ? least : f->x_log ? 2 : 1;
}

bool make_frame(const struct table *t, const struct chart *c,
                const struct groups *g, struct frame *f) {
    *f = (struct frame){.x_log = c->x.log && !c->x_of,
                        .y_log = c->y.log,
                        .x_low = INFINITY,
                        .x_high = -INFINITY,
                        .y_low = INFINITY};
    for (size_t i = 0; i < g->count; i++) {
        double x = place_of(c, g->at[i].x);
        if (c->kind == DOTS || is_on_axis(f, &g->at[i])) {
            f->x_low = fmin(f->x_low, x);
            f->x_high = fmax(f->x_high, x);
        }
        for (size_t k = 0; k < g->at[i].n; k++)
            if (g->at[i].values[k] > 0) {
                f->y_low = fmin(f->y_low, g->at[i].values[k]);
                f->y_high = fmax(f->y_high, g->at[i].values[k]);
            }
    }
    if (!isfinite(f->x_low) || !isfinite(f->y_low))
        return false;
    if (c->kind == DOTS)
        return true;
    find_step(c, g, f);
    // Half a step of room, more than what is moved.
    f->x_low = f->x_log ? f->x_low / sqrt(f->step) : f->x_low - f->step / 2;
    f->x_high = f->x_log ? f->x_high * sqrt(f->step) : f->x_high + f->step / 2;
    if (c->speed_up)
        f->y_high = fmax(f->y_high, 1.2 * t->runs[0].workers);
    f->y_low = f->y_log ? f->y_low / 1.5 : 0;
    f->y_high *= f->y_log ? 1.5 : 1.15;
    return true;
}
