// SPDX-License-Identifier: MIT
// The drawing program: what its files share. It reads CSV, computes medians,
// intervals and sentences, and has gnuplot draw.
#ifndef DRAW_H
#define DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../bench/bench.h"

enum {
    CHARTS = 9,
    MOST_RUNS = 4,
    NAME = 48,
    FEWEST = 6, // values that have a 95 % interval, and support a sentence
};

struct reading {
    int run, chart, repetition, exit;
    long lane;
    char variant[NAME];
    double x, task_ns, tasks, wall_ns, user_us, system_us;
};

struct run {
    const char *file;
    char id[NAME], label[2]; // "A", or "" if it is the only one
    char date[NAME], cpu[120], kernel[120], commit[NAME], load[NAME];
    int cpus, workers;
    int others;    // per cent of the CPUs' time that other programs used, or -1
    size_t failed; // rows that say so
};

struct table {
    struct reading *rows;
    size_t count;
    struct run runs[MOST_RUNS];
    int run_count;
};

enum kind { DOTS, LINES, SPANS };

struct chart {
    enum kind kind;
    const char *slug, *title, *x_label, *y_label;
    bool x_log, y_log, x_time, y_time, speed_up;
};

// The values of one variant at one place of one chart, by repetition.
struct group {
    int run;
    char variant[NAME];
    double x;
    size_t n, room;
    double *values;
    int *repetitions;
    double system; // mean share of system time
    struct median median;
};

struct groups {
    struct group *at;
    size_t count;
};

extern const struct chart charts[CHARTS + 1]; // from 1

// --- draw_table.c
bool read_run(struct table *table, const char *file); // false: said why

// --- draw_values.c
struct groups make_groups(const struct table *table, int chart);
void free_groups(struct groups *groups);
const struct group *find_group(const struct groups *groups, int run,
                               const char *variant, double x);
// The median of a / b, repetition by repetition; n 0: nothing to compare.
struct median ratio_of(const struct group *a, const struct group *b, size_t *n);
bool differ(const struct group *a, const struct group *b);
const char *time_text(double ns); // "1.2 µs"; eight of them live at a time
const char *number_text(double value);

// --- draw_says.c: a sentence that the data supports, or ""
void chart_says(const struct table *table, int chart,
                const struct groups *groups, char *text, size_t size);

// From which place on `cheap` costs less than `dear`: below the first place as
// 0, beyond the last as INFINITY. False: the interval leaves the chart.
bool crossing(const struct groups *groups, int run, const char *dear,
              const char *cheap, struct median *at);

// --- draw_text.c
struct caption {
    char says[700];   // above the chart: what limits what
    char values[400]; // below it: how many values
};
void make_caption(struct caption *caption, const struct table *table, int chart,
                  const struct groups *groups);
// The machine, the date and what else it did.
void describe_run(const struct run *run, char *text, size_t size);
// Appends the text in lines of that many characters. How many lines.
int wrap(char *out, size_t size, const char *text, int width);

// --- draw_plot.c
void plot(FILE *gnuplot, const struct table *table, int chart,
          const struct groups *groups, const struct caption *caption,
          bool text_only);

// --- draw_series.c: for draw_plot.c only
void plot_dots(FILE *gnuplot, const struct table *table,
               const struct groups *groups);
void plot_lines(FILE *gnuplot, const struct table *table, int chart,
                const struct groups *groups);
void plot_timeline(FILE *gnuplot, const struct table *table);
bool same_series(const struct group *a, const struct group *b);

// --- draw_rule.c
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

// --- draw_compare.c: every later run beside the first
struct comparison {
    size_t places, values; // all there are; the fewest values at one
    size_t faster, slower;
};
void count_places(const struct table *table, const struct groups *groups,
                  struct comparison *comparison);
void compare_runs(FILE *out, const struct table *table, int chart,
                  const struct groups *groups, struct comparison *comparison);
void sum_up(FILE *out, const struct comparison *comparison);
void warn_of_machines(FILE *out, const struct table *table);

#endif
