// SPDX-License-Identifier: MIT
// What the benchmark prints: the machine, a line per row, the list of rows.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static void cpu_model(char *text, size_t size) {
    snprintf(text, size, "unknown CPU");
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[300], *colon;
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "model name", 10) == 0 &&
            (colon = strchr(line, ':'))) {
            colon[strcspn(colon, "\n")] = '\0';
            snprintf(text, size, "%s", colon + 2);
            break;
        }
    if (file)
        fclose(file);
}

void print_header(const struct settings *settings) {
    char model[100], date[40];
    time_t seconds = time(NULL);
    struct utsname system;
    double load[3] = {0};
    cpu_model(model, sizeof model);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", gmtime(&seconds));
    uname(&system);
    getloadavg(load, 3);
    printf("%s, %ld CPUs, Linux %s, load %.2f\n%s, %s\n", model,
           sysconf(_SC_NPROCESSORS_ONLN), system.release, load[0], COMPILER,
           date);
    printf("%zu workers; medians of %zu runs, ours and the reference in turn\n",
           settings->workers, settings->repetitions);
    if (settings->repetitions < 6)
        printf("fewer than 6 runs: the intervals are the whole range\n");
    printf("ratio: ours / reference; where the goal is ≥, reference / ours\n");
    printf("\n%-15s %9s %9s %-26s %-9s verdict\n", "", "ours", "reference",
           "   ratio (95 % interval)", "goal");
}

void print_rows(void) {
    for (size_t i = 0; i < row_count; i++) {
        const struct row *row = &rows[i];
        printf("%-15s %s%s\n", row->name, row->ours.what,
               row->on_request ? " (only when named)" : "");
        if (row->ref.pass)
            printf("%-15s   against: %s\n", "", row->ref.what);
    }
}

// Three significant digits, and a unit that fits.
const char *format_value(char *text, size_t size, double value,
                         enum unit unit) {
    static const char *const names[] = {"ns", "µs", "ms", "s"};
    size_t at = 0;
    if (unit == NANOSECONDS)
        for (; value >= 1000 && at < 3; at++)
            value /= 1000;
    int digits = value >= 100 || value == 0 ? 0 : value >= 10 ? 1 : 2;
    snprintf(text, size, "%.*f%s%s", digits, value, unit == COUNT ? "" : " ",
             unit == COUNT   ? ""
             : unit == BYTES ? "B"
                             : names[at]);
    return text;
}

static const char *format_ratio(char *text, size_t size, double value) {
    int digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 4;
    snprintf(text, size, "%.*f", digits, value);
    return text;
}

static const char *verdict(const struct row *row, const struct median *m) {
    if (row->kind == NO_GOAL)
        return "";
    bool at_least = row->kind == RATIO_AT_LEAST;
    if (at_least ? m->low >= row->goal : m->high <= row->goal)
        return "met";
    if (at_least ? m->high < row->goal : m->low > row->goal)
        return "missed";
    return "no clear difference";
}

static void print_detail(const char *label, const char *what,
                         const struct median *m, enum unit unit) {
    char low[30], high[30];
    printf("    %-10s %s (%s … %s)\n", label, what,
           format_value(low, sizeof low, m->low, unit),
           format_value(high, sizeof high, m->high, unit));
}

// printf counts bytes, and "µ", "…", "≤" have more bytes than columns.
static void print_column(const char *text, int width, bool right) {
    int columns = 0;
    for (const char *c = text; *c; c++)
        columns += (*c & 0xc0) != 0x80;
    int padding = columns < width ? width - columns : 0;
    printf("%*s%s%*s ", right ? padding : 0, "", text, right ? 0 : padding, "");
}

void print_result(const struct row *row, const struct median *ours,
                  const struct median *ref, const struct median *ratio,
                  const char *missing, bool detail) {
    char a[30], b[30], c[30], text[120];
    print_column(row->name, 15, false);
    print_column(format_value(a, sizeof a, ours->middle, row->unit), 9, true);
    print_column(ref ? format_value(a, sizeof a, ref->middle, row->unit) : "-",
                 9, true);
    if (ratio) {
        print_column(format_ratio(a, sizeof a, ratio->middle), 8, true);
        snprintf(text, sizeof text, "(%s … %s)",
                 format_ratio(b, sizeof b, ratio->low),
                 format_ratio(c, sizeof c, ratio->high));
        print_column(text, 17, false);
    } else {
        print_column("-", 8, true);
        print_column("", 17, false);
    }
    if (row->kind == NO_GOAL)
        snprintf(text, sizeof text, "-");
    else if (row->kind == OURS_AT_MOST)
        snprintf(text, sizeof text, "≤ %s",
                 format_value(a, sizeof a, row->goal, row->unit));
    else
        snprintf(text, sizeof text, "%s %g",
                 row->kind == RATIO_AT_LEAST ? "≥" : "≤", row->goal);
    print_column(text, 9, false);
    if (missing && row->kind != OURS_AT_MOST)
        printf("skipped: %s\n", missing);
    else
        printf("%s\n", verdict(row, row->kind == OURS_AT_MOST ? ours : ratio));
    if (detail)
        print_detail("ours:", row->ours.what, ours, row->unit);
    if (detail && ref)
        print_detail("reference:", row->ref.what, ref, row->unit);
}
