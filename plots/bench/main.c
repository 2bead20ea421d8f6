// SPDX-License-Identifier: MIT
// The benchmark: every promise about speed and memory, measured beside its
// reference in one run. `make bench` runs it; `bench --list` explains the rows.
//
// Reading order: rows.c (what is compared), harness.c (how), ours.c and
// ref_*.c (the two sides), stats.c (medians and intervals).
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static _Noreturn void usage(FILE *out, int status) {
    fputs("usage: bench [option…] [row…]        no row: all of them\n"
          "  --list           explain the rows\n"
          "  --quick          6 runs of each side, not 15\n"
          "  --repeat N       N runs of each side\n"
          "  --workers N      workers or threads; default: one per CPU\n"
          "  --detail         each side's interval, and what it does\n"
          "  --csv FILE       append the raw values\n"
          "  --ours-only      run our side of one row once, here: for a\n"
          "  --ref-only       profiler; or the reference's side\n"
          "  --n N            with N items\n",
          out);
    exit(status);
}

// The option's argument.
static size_t number(const char *option, size_t most) {
    char *end;
    errno = 0;
    unsigned long value = strtoul(optarg, &end, 10);
    if (*optarg < '0' || *optarg > '9' || *end || errno || value == 0 ||
        value > most) {
        fprintf(stderr, "bench: %s takes a number from 1 to %zu, not '%s'\n",
                option, most, optarg);
        exit(2);
    }
    return value;
}

static const struct row *find_row(const char *name) {
    for (size_t i = 0; i < row_count; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    fprintf(stderr, "bench: no row '%s'; bench --list names them\n", name);
    exit(2);
}

static size_t cpus(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) < 0)
        return 1;
    return (size_t)CPU_COUNT(&set);
}

enum only { BOTH, OURS, REFERENCE };

// One pass in this process and its children.
static int profile(const struct row *row, enum only only, size_t n,
                   size_t workers) {
    const struct side *side = only == OURS ? &row->ours : &row->ref;
    const char *missing = side->missing ? side->missing() : NULL;
    if (missing || !side->pass) {
        fprintf(stderr, "bench: %s\n",
                missing ? missing : "this row has no reference");
        return 2;
    }
    struct job job = {.n = n ? n : side->n,
                      .workers = side->workers ? side->workers : workers};
    run_here(side, &job);
    return 0;
}

static bool measure(char **names, size_t count, struct settings *settings) {
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        find_row(names[i]);
    print_header(settings);
    for (size_t i = 0; i < count; i++)
        ok &= measure_row(find_row(names[i]), settings);
    for (size_t i = 0; count == 0 && i < row_count; i++)
        if (!rows[i].on_request)
            ok &= measure_row(&rows[i], settings);
    return ok;
}

enum { LIST = 256, HELP, QUICK, REPEAT, WORKERS, DETAIL, CSV, HERE, REF, N };

static const struct option options[] = {
    {"list", no_argument, NULL, LIST},
    {"help", no_argument, NULL, HELP},
    {"quick", no_argument, NULL, QUICK},
    {"repeat", required_argument, NULL, REPEAT},
    {"workers", required_argument, NULL, WORKERS},
    {"detail", no_argument, NULL, DETAIL},
    {"csv", required_argument, NULL, CSV},
    {"ours-only", no_argument, NULL, HERE},
    {"ref-only", no_argument, NULL, REF},
    {"n", required_argument, NULL, N},
    {0},
};

int main(int argc, char **argv) {
    struct settings settings = {
        .workers = cpus(), .repetitions = 15, .passes = 3};
    enum only only = BOTH;
    size_t n = 0;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == LIST) {
            print_rows();
            return 0;
        } else if (option == HELP)
            usage(stdout, 0);
        else if (option == QUICK)
            settings.repetitions = 6;
        else if (option == REPEAT)
            settings.repetitions = number("--repeat", 1000);
        else if (option == WORKERS)
            settings.workers = number("--workers", POOL_MAX_WORKERS);
        else if (option == DETAIL)
            settings.detail = true;
        else if (option == CSV)
            settings.csv = optarg;
        else if (option == HERE)
            only = OURS;
        else if (option == REF)
            only = REFERENCE;
        else if (option == N)
            n = number("--n", 100000000);
        else
            usage(stderr, 2);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    argv += optind, argc -= optind;
    if (only == BOTH)
        return measure(argv, (size_t)argc, &settings) ? 0 : 1;
    if (argc != 1)
        usage(stderr, 2);
    return profile(find_row(argv[0]), only, n, settings.workers);
}
