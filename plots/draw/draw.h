// SPDX-License-Identifier: MIT
// The drawing program: what its files share. It reads CSV, computes medians,
// intervals and captions, and has gnuplot draw.
#ifndef DRAW_H
#define DRAW_H

#include "chart.h"

// --- draw.c: the program; returns its status
struct draw_options {
    const char *out, *charts;
    bool dumb, compare;
};
int draw_runs(char **files, int count, const struct draw_options *options);

// --- table.c
bool read_run(struct table *table, const char *file); // false: said why

// --- caption.c
struct caption {
    struct text says;   // above the chart: what limits what
    struct text values; // below it: how many values
};
void make_caption(struct caption *caption, const struct table *table,
                  const struct chart *chart, const struct groups *groups);
// The machine, the date and what else it did.
void describe_run(const struct run *run, struct text *text);

// --- text.c
// Appends the text in lines of that many characters. How many lines.
int wrap(char *out, size_t size, const char *text, int width);

// --- frame.c: where things are
struct frame {
    bool x_log, y_log; // gnuplot's axes
    double x_low, x_high, y_low, y_high;
    double step; // the least one between two places: a factor, or a difference
};
bool make_frame(const struct table *table, const struct chart *chart,
                const struct groups *groups, struct frame *frame);
double place_of(const struct chart *chart, double x); // on gnuplot's axis
// `by` steps to the side, at most a third of one: decoration, no more.
double moved(const struct frame *frame, double place, double by);
// The i-th of n on either side of 0, `most` away at most.
double shift(size_t i, size_t n, double most);
double height_of(const struct frame *frame, double y); // 0 bottom, 1 top
// Moves sorted heights apart, so that labels at them can be read.
void spread(double *heights, size_t n, double gap);

// --- plot.c
void plot(FILE *gnuplot, const struct table *table, const struct chart *chart,
          const struct groups *groups, const struct caption *caption,
          bool text_only);

// --- series.c, dots.c: for plot.c
enum { STYLES = 8 };
extern const char *const colours[STYLES];
bool is_own(const struct group *group); // of the pool
void plot_dots(FILE *gnuplot, const struct table *table,
               const struct groups *groups, bool text_only);
void plot_lines(FILE *gnuplot, const struct table *table,
                const struct chart *chart, const struct groups *groups,
                const struct frame *frame, bool text_only);
void plot_timeline(FILE *gnuplot, const struct table *table,
                   const struct chart *chart);
// Whether the pool's own variants are to be marked: some are, some are not.
bool marks_own(const struct groups *groups);

// --- rule.c
struct verdict {
    double ratio, low, high; // of b's times to a's
};
// How many of the fastest of n and m values must all be of the n, for luck to
// bring that about in one of twenty tables of so many places. 0: all n would be
// too few.
size_t clear_rank(size_t n, size_t m, size_t places);
// Sorts both.
struct verdict compare_values(double *a, size_t n, double *b, size_t m,
                              size_t places);
bool clearly_slower(struct verdict verdict); // b
bool clearly_faster(struct verdict verdict);
bool clearly_equal(struct verdict verdict); // within a tenth

// --- compare.c: every later run beside the first
struct comparing {
    size_t places, values; // all there are; the fewest values at one
    size_t faster, slower, equal;
};
void count_places(const struct table *table, const struct groups *groups,
                  struct comparing *comparing);
void compare_runs(FILE *out, const struct table *table,
                  const struct chart *chart, const struct groups *groups,
                  struct comparing *comparing);
// "B's times beside A's: 0.93 (…) to 1.2 (…)", for a caption.
void say_ratios(const struct table *table, const struct chart *chart,
                const struct groups *groups, struct text *text);
void sum_up(FILE *out, const struct comparing *comparing);
void warn_of_machines(FILE *out, const struct table *table);

#endif
