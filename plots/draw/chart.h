// SPDX-License-Identifier: MIT
// What a chart is, and what the files of ../charts are made with.
//
// Interface: a chart is one file, ../charts/NN-name.c, that ends with CHART().
// Its number and name are the file's. While it is measured its `places` adds
// cells to a plan (../measure/measure.h); while it is drawn its `value` says
// what it shows of a row of the CSV, `caption` what the values support, and
// `guides` adds to gnuplot's script. Where one of them is NULL, see there.
#ifndef CHART_H
#define CHART_H

#include "../measure/measure.h"

enum {
    MOST_RUNS = 4,
    NAME = 48,
    FEWEST = 6, // values that have a 95 % interval, and support a sentence
};

// --- what was measured

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
    int others;    // per cent of the CPUs' time that others had, or -1: unknown
    size_t failed; // rows that say so
};

struct table {
    struct reading *rows;
    size_t count;
    struct run runs[MOST_RUNS];
    int run_count;
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

// --- text that grows; what does not fit is left out

struct text {
    char at[1000];
};
void say(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Two significant digits; eight of each live at a time.
const char *number_text(double value);       // "1.2", "1,200"
const char *whole_text(double value);        // of tasks: "1", "12", "1,200"
const char *time_text(double ns);            // "1.2 µs"
const char *place_text(double ns);           // a round number: "1 µs"
const char *times_text(struct median ratio); // "1.2 times (1.1 … 1.3)"

// --- a chart

enum kind {
    DOTS,  // a row of dots for each variant
    LINES, // a line for each variant, over places
    SPANS, // a box for each task and process, over time
};

struct axis {
    const char *label; // "(log scale)" is added
    bool log, time;    // time: ticks with units
    const char *ticks; // gnuplot's, if it is to have others
};

struct chart {
    const char *file;
    enum kind kind;
    const char *title, *note; // below it, after what is always there
    struct axis x, y;
    const char *const *variants; // their names, then NULL
    bool speed_up;               // more is better
    void (*places)(struct plan *plan);
    // False: the row is not drawn. NULL: the time on the clock of all tasks.
    bool (*value)(const struct table *table, const struct reading *row,
                  double *value);
    void (*scale)(struct groups *groups); // afterwards; may be NULL
    double (*x_of)(double x);             // where it is drawn; NULL: at x
    // Says what the data of a single run supports, or nothing.
    void (*caption)(const struct table *table, const struct groups *groups,
                    struct text *text);
    void (*guides)(FILE *gnuplot, const struct table *table,
                   const struct groups *groups); // may be NULL
    // Set by add_chart():
    int number;
    char name[NAME]; // "4-parent-memory"
    struct chart *next;
};

#define VARIANTS(...)                                                          \
    .variants = (const char *const[]) { __VA_ARGS__, NULL }

#define CHART(...)                                                             \
    static struct chart this_chart = {.file = __FILE__, __VA_ARGS__};          \
    __attribute__((constructor)) static void add_this_chart(void) {            \
        add_chart(&this_chart);                                                \
    }

// --- chart.c
void add_chart(struct chart *chart);
extern struct chart *charts; // in the order of their numbers
// Whether a list, "1 4 10" or "" for all, names the chart.
bool is_chosen(const char *list, int number);
// Ends the program with a sentence if the list names a chart that is not there.
void check_list(const char *list);

// --- values.c
struct groups make_groups(const struct table *table, const struct chart *chart);
void free_groups(struct groups *groups);
const struct group *find_group(const struct groups *groups, int run,
                               const char *variant, double x);
// The first and the last place of a variant in the first run; NULL: none.
const struct group *first_group(const struct groups *groups, const char *name);
const struct group *last_group(const struct groups *groups, const char *name);
bool value_each(const struct table *table, const struct reading *row,
                double *value); // the time of a task
bool value_speed_up(const struct table *table, const struct reading *row,
                    double *value); // over a loop
// The loop ("iterative") of the row's run, place and repetition.
const struct reading *loop_of(const struct table *table,
                              const struct reading *row);
// The median of a / b, repetition by repetition; n 0: nothing to compare.
struct median ratio_of(const struct group *a, const struct group *b, size_t *n);

// What a ratio's interval says. "Equal" is shown, not assumed.
enum answer { UNDECIDED, LESS, EQUAL, MORE }; // EQUAL: within a tenth
enum answer answer_of(struct median ratio, size_t n);
enum answer compare_groups(const struct group *a, const struct group *b,
                           struct median *ratio);

// --- crossing.c
// From which place on `cheap` costs less than `dear`: below the first place as
// 0, beyond the last as INFINITY. How many repetitions tell.
size_t crossing(const struct groups *groups, int run, const char *dear,
                const char *cheap, struct median *at);

#endif
