// SPDX-License-Identifier: MIT
// The benchmark's table. A variant that several comparisons need is measured
// once in each repetition, and every repetition gives one ratio of each.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../exercises/colour.h"
#include "../measure/passes.h"
#include "bench.h"

static const struct comparison *find_comparison(const char *name) {
    for (const struct comparison *c = comparisons;
         c < comparisons + comparison_count; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    fprintf(stderr, "bench: no row '%s'; make bench-list names them\n", name);
    exit(2);
}

void list_comparisons(void) {
    for (const struct comparison *c = comparisons;
         c < comparisons + comparison_count; c++) {
        if (!find_variant(c->ours))
            continue; // without a student's pool
        printf("%-15s %s%s\n", c->name, c->ours,
               c->on_request ? " (only when named)" : "");
        if (c->reference)
            printf("%-15s   against: %s\n", "", c->reference);
    }
}

// --- the values: of each cell, by repetition

static double *values;
static size_t values_each;
static struct plan plan;

static void keep(size_t cell, size_t repetition, const struct outcome *o) {
    double *value = &values[cell * values_each + repetition - 1];
    *value = -1;
    if (o->exit == 0 && o->count > 0)
        *value =
            o->samples[o->count - 1].wall_ns / (double)plan.cells[cell].job.n;
}

// Adds the variant's cell if it is not there yet. Its number; SIZE_MAX: it
// cannot run here.
static size_t cell_of(const char *name) {
    const struct variant *v = name ? find_variant(name) : NULL;
    if (!v || (v->missing && v->missing()))
        return SIZE_MAX;
    for (size_t i = 0; i < plan.count; i++)
        if (plan.cells[i].variant == v)
            return i;
    struct cell cell = {.variant = v, .job = v->job, .passes = 3};
    if (!cell.job.workers)
        cell.job.workers = plan.workers;
    add_cell(&plan, cell);
    return plan.count - 1;
}

static bool all_measured(const double *of, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (of[i] < 0)
            return false;
    return true;
}

// --- the table

// Three significant digits, and a unit that fits.
static const char *format_value(char *text, size_t size, double value,
                                enum unit unit) {
    static const char *const names[] = {"ns", "µs", "ms", "s"};
    size_t at = 0;
    if (unit == NANOSECONDS)
        for (; value >= 999.5 && at < 3; at++)
            value /= 1000;
    int digits = value >= 99.95 || value == 0 ? 0 : value >= 9.995 ? 1 : 2;
    snprintf(text, size, "%.*f%s%s", digits, value, unit == COUNT ? "" : " ",
             unit == COUNT   ? ""
             : unit == BYTES ? "B"
                             : names[at]);
    return text;
}

static const char *format_ratio(char *text, size_t size, double value) {
    int digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.1 ? 2 : 4;
    snprintf(text, size, "%.*f", digits, value);
    return text;
}

static bool is_times_cheaper(const struct comparison *c) {
    return c->kind == RATIO_AT_LEAST || c->kind == TIMES_CHEAPER;
}

static bool has_goal(const struct comparison *c) {
    return c->kind != TIMES_CHEAPER && c->kind != TIMES_AS_LONG;
}

static const char *verdict(const struct comparison *c, struct median m) {
    if (!has_goal(c))
        return "";
    bool at_least = c->kind == RATIO_AT_LEAST;
    if (at_least ? m.low >= c->goal : m.high <= c->goal)
        return "met";
    if (at_least ? m.high < c->goal : m.low > c->goal)
        return "missed";
    return "undecided";
}

static void print_verdict(const char *goal, const char *what) {
    const char *code = strcmp(what, "met") == 0      ? COLOUR_GREEN
                       : strcmp(what, "missed") == 0 ? COLOUR_RED
                       : *what                       ? COLOUR_DIM
                                                     : "";
    printf("%s%s%s%s\n", goal, colour(code), what,
           *code ? colour(COLOUR_PLAIN) : "");
}

// printf counts bytes, and "µ", "…", "≤" have more bytes than columns.
static void print_column(const char *text, int width, bool right) {
    int columns = 0;
    for (const char *c = text; *c; c++)
        columns += (*c & 0xc0) != 0x80;
    int padding = columns < width ? width - columns : 0;
    printf("%*s%s%*s ", right ? padding : 0, "", text, right ? 0 : padding, "");
}

static void print_detail(const char *what, const double *of, size_t n,
                         enum unit unit) {
    struct median m = median_of(of, n);
    char low[30], high[30];
    printf("    %s (%s … %s)\n", what,
           format_value(low, sizeof low, m.low, unit),
           format_value(high, sizeof high, m.high, unit));
}

// Ours, the reference and their ratio, in 63 columns.
static struct median print_values(const struct comparison *c,
                                  const double *ours, const double *reference,
                                  size_t n) {
    char a[30], b[30], d[30], text[120];
    double ratios[n];
    struct median ratio = {0};
    print_column(c->name, 15, false);
    print_column(format_value(a, sizeof a, median_of(ours, n).middle, c->unit),
                 7, true);
    if (!reference) {
        print_column("", 39, false);
        return ratio;
    }
    for (size_t i = 0; i < n; i++)
        ratios[i] = is_times_cheaper(c) ? reference[i] / ours[i]
                                        : ours[i] / reference[i];
    ratio = median_of(ratios, n);
    print_column(
        format_value(a, sizeof a, median_of(reference, n).middle, c->unit), 7,
        true);
    print_column(c->brief, 9, false);
    snprintf(text, sizeof text, "%s%s (%s … %s)",
             format_ratio(a, sizeof a, ratio.middle),
             is_times_cheaper(c) ? "×" : "",
             format_ratio(b, sizeof b, ratio.low),
             format_ratio(d, sizeof d, ratio.high));
    print_column(text, 21, false);
    return ratio;
}

static void print_comparison(const struct comparison *c, size_t ours,
                             size_t reference, size_t n, bool detail) {
    const double *mine = &values[ours * values_each];
    const double *other =
        reference == SIZE_MAX ? NULL : &values[reference * values_each];
    const struct variant *v = c->reference ? find_variant(c->reference) : NULL;
    const char *missing = v && v->missing ? v->missing() : NULL;
    char value[30], goal[60] = "";
    struct median ratio = print_values(c, mine, other, n);
    if (c->kind == OURS_AT_MOST)
        snprintf(goal, sizeof goal, "≤ %s ",
                 format_value(value, sizeof value, c->goal, c->unit));
    else if (has_goal(c))
        snprintf(goal, sizeof goal, "%s %g ",
                 c->kind == RATIO_AT_LEAST ? "≥" : "≤", c->goal);
    if (missing && c->kind != OURS_AT_MOST)
        printf("\n    skipped: %s\n", missing);
    else
        print_verdict(
            goal,
            verdict(c, c->kind == OURS_AT_MOST ? median_of(mine, n) : ratio));
    if (detail)
        print_detail(c->ours, mine, n, c->unit);
    if (detail && other)
        print_detail(c->reference, other, n, c->unit);
}

static bool print_table(const struct comparison *const *chosen, size_t count,
                        const struct settings *s, bool detail) {
    bool ok = true;
    size_t n = s->repetitions;
    describe_machine(stdout);
    printf(
        "# %zu workers; medians of %zu runs, in an order drawn by lot, seed "
        "%llu\n# ratio: ours / reference; with × how many times cheaper ours is"
        "%s\n\n",
        s->workers, n, (unsigned long long)s->seed,
        n < 6 ? "\n# fewer than 6 runs: the intervals are the whole range"
              : "");
    printf("%-15s %7s %-17s %-21s goal\n", "", "ours", "reference",
           "ratio (95 % interval)");
    for (size_t i = 0; i < count; i++) {
        size_t ours = cell_of(chosen[i]->ours);
        size_t reference = cell_of(chosen[i]->reference);
        if (!all_measured(&values[ours * values_each], n) ||
            (reference != SIZE_MAX &&
             !all_measured(&values[reference * values_each], n))) {
            printf("%-15s failed\n", chosen[i]->name);
            ok = false;
        } else
            print_comparison(chosen[i], ours, reference, n, detail);
    }
    return ok;
}

static bool is_chosen(const struct comparison *c,
                      const struct comparison *const *chosen, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (chosen[i] == c)
            return true;
    return false;
}

// A row, and behind it, where a student's pool is there, that pool's own.
static size_t choose(const struct comparison *row,
                     const struct comparison **chosen, size_t n) {
    if (!is_chosen(row, chosen, n))
        chosen[n++] = row;
    for (const struct comparison *c = comparisons;
         c < comparisons + comparison_count; c++) {
        const struct variant *v = find_variant(c->ours);
        if (v && v->like && strcmp(v->like, row->ours) == 0 &&
            !is_chosen(c, chosen, n))
            chosen[n++] = c;
    }
    return n;
}

int run_bench(char **names, size_t count, struct settings *s, bool detail) {
    const struct comparison *chosen[count + comparison_count];
    size_t n = 0;
    plan.workers = s->workers;
    for (size_t i = 0; i < count; i++)
        n = choose(find_comparison(names[i]), chosen, n);
    for (size_t i = 0; count == 0 && i < comparison_count; i++)
        if (!comparisons[i].on_request && find_variant(comparisons[i].ours))
            chosen[n++] = &comparisons[i];
    for (size_t i = 0; i < n; i++) {
        if (cell_of(chosen[i]->ours) == SIZE_MAX) {
            fprintf(stderr, "bench: %s is there with POOL=mine only\n",
                    chosen[i]->name);
            return 2;
        }
        cell_of(chosen[i]->reference);
    }
    values_each = s->repetitions;
    values = memory(plan.count * values_each * sizeof *values);
    s->keep = keep;
    int status = run_plan(&plan, s);
    return status ? status : print_table(chosen, n, s, detail) ? 0 : 1;
}

int profile(const char *name, bool reference, size_t n, size_t workers) {
    const struct comparison *c = find_comparison(name);
    const char *side = reference ? c->reference : c->ours;
    const struct variant *v = side ? find_variant(side) : NULL;
    const char *missing = v && v->missing ? v->missing() : NULL;
    if (!v || missing) {
        fprintf(stderr, "bench: %s\n",
                missing ? missing : "this row has no such side here");
        return 2;
    }
    struct job job = v->job;
    job.n = n ? n : job.n;
    job.workers = job.workers ? job.workers : workers;
    run_here(v, &job);
    return 0;
}
