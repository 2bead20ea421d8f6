// SPDX-License-Identifier: MIT
// Measures what the charts show, and writes a row of CSV for each measurement.
//
// Reading order: variants.c (what is compared), cells.c (where and how often),
// order.c, one.c (one measurement), run_*.c (the passes). draw.c makes the
// charts.
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "list.h"
#include "measure.h"

static volatile sig_atomic_t stopped;

static void stop(int number) { stopped = number; }

struct run {
    char id[40];
    FILE *file;
    const char *name; // of the file
    size_t seq;
    uint64_t random; // the order of the next repetition
};

struct settings_of_run {
    const char *charts, *commit, *out;
    size_t workers, repetitions;
    uint64_t seed;
    bool quick;
    double seconds; // no repetition begins that would end after so many
};

// --- the CSV

static bool saved(struct run *run) {
    if (fflush(run->file) == 0 && !ferror(run->file))
        return true;
    fprintf(stderr,
            "\nplots: cannot write %s: %s\n"
            "plots: the rows written so far are kept\n",
            run->name, strerror(errno));
    return false;
}

static bool begin_csv(struct run *run, const struct settings_of_run *s) {
    char date[40];
    time_t seconds = time(NULL);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", gmtime(&seconds));
    strftime(run->id, sizeof run->id, "%Y%m%d-%H%M%S", gmtime(&seconds));
    run->name = s->out;
    run->file = fopen(s->out, "we");
    if (!run->file) {
        fprintf(stderr, "plots: cannot write %s: %s\n", s->out,
                strerror(errno));
        return false;
    }
    fprintf(run->file, "# poolschool charts\n# run: %s\n# date: %s\n", run->id,
            date);
    describe_machine(run->file);
    fprintf(run->file, "# commit: %s\n", s->commit);
    fprintf(run->file,
            "# workers: %zu\n# repetitions: %zu\n# seed: %" PRIu64 "\n"
            "# turns_per_ns: %.3f\n",
            s->workers, s->repetitions, s->seed, turns_per_ns);
    fprintf(run->file,
            "run_id,seq,chart,variant,x,workers,lane,task_ns,tasks,repetition,"
            "wall_ns,user_us,system_us,max_rss_kb,exit\n");
    return saved(run);
}

// Repetition 0 is a warm-up: kept, and not drawn.
static bool write_rows(struct run *run, const struct cell *cell,
                       size_t repetition, const struct outcome *o) {
    bool failed = o->count == 0;
    for (size_t i = 0; i < o->count + failed; i++) {
        struct sample sample = {.lane = -1};
        if (!failed)
            sample = o->samples[i];
        double x = cell->mode == LATENCY || cell->mode == TIMELINE ? sample.x
                                                                   : cell->x;
        fprintf(run->file,
                "%s,%zu,%d,\"%s\",%.10g,%zu,%ld,%.10g,%zu,%zu,%.0f,%.0f,%.0f,"
                "%ld,%d\n",
                run->id, run->seq, cell->chart, cell->variant->name, x,
                cell->job.workers, sample.lane, cell->task_ns, cell->job.n,
                sample.warm_up ? 0 : repetition, sample.wall_ns, o->user_us,
                o->system_us, o->max_rss_kb, o->exit);
    }
    return saved(run);
}

// --- progress

// Repetitions: fewer values have no 95 % interval.
enum { LEAST = 6 };

static bool is_over(const struct settings_of_run *s, size_t repetitions,
                    double spent) {
    return repetitions >= LEAST &&
           spent + spent / (double)repetitions > s->seconds;
}

// What is done was drawn by lot, so it is as dear on average as the rest.
static double seconds_left(size_t count, size_t done,
                           const struct settings_of_run *s, double spent) {
    double each = spent / (double)done;
    double all = each * ((double)(s->repetitions * count) - (double)done);
    double least = each * ((double)(LEAST * count) - (double)done);
    return fmax(0, fmin(all, fmax(least, s->seconds - spent)));
}

static void show_progress(size_t count, size_t done,
                          const struct settings_of_run *s, double began) {
    static double shown;
    bool terminal = isatty(STDERR_FILENO);
    double t = now(), spent = (t - began) / 1e9;
    size_t all = s->repetitions * count;
    if (done == 0 || (t - shown < (terminal ? 2e8 : 15e9) && done < all))
        return;
    shown = t;
    fprintf(stderr, "%s  measuring: %zu of %zu, %.0f s, about %.0f s left%s",
            terminal ? "\r" : "", done, all, spent,
            seconds_left(count, done, s, spent), terminal ? "   " : "\n");
    if (terminal && done == all)
        fputc('\n', stderr);
}

// --- the run

// One repetition. False: interrupted, or the disk is full.
static bool repeat(struct run *run, const struct cell *cells, size_t count,
                   size_t repetition, const struct settings_of_run *s,
                   double began) {
    static struct outcome outcome;
    size_t order[count];
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    shuffle(order, count, &run->random);
    for (size_t i = 0; i < count; i++) {
        const struct cell *cell = &cells[order[i]];
        show_progress(count, (repetition - 1) * count + i, s, began);
        if (cell->mode == TIMELINE && repetition > 1)
            continue;
        measure_cell(cell, &outcome);
        if (stopped)
            return false;
        if (outcome.exit)
            fprintf(stderr, "\nplots: '%s' of chart %d failed, status %d\n",
                    cell->variant->name, cell->chart, outcome.exit);
        run->seq++;
        if (!write_rows(run, cell, repetition, &outcome))
            return false;
    }
    return true;
}

static int measure(const struct settings_of_run *s) {
    struct run run = {.random = s->seed};
    size_t count;
    calibrate();
    struct cell *cells = make_cells(s->charts, s->quick, s->workers, &count);
    if (!begin_csv(&run, s))
        return 1;
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    double began = now();
    bool ok = true;
    size_t done = 0;
    watch_machine();
    while (ok && done < s->repetitions &&
           !is_over(s, done, (now() - began) / 1e9))
        ok = repeat(&run, cells, count, ++done, s, began);
    if (ok)
        show_progress(count, done * count, s, began);
    if (ok && done < s->repetitions)
        fprintf(stderr,
                "\nplots: %zu of %zu repetitions, for the machine is busy and "
                "QUICK=1 is to be quick\n",
                done, s->repetitions);
    free(cells);
    describe_others(run.file);
    if (fclose(run.file) != 0 && ok) {
        fprintf(stderr, "plots: cannot write %s: %s\n", run.name,
                strerror(errno));
        ok = false;
    }
    if (stopped) {
        fprintf(stderr,
                "\nplots: stopped; %zu measurements are kept. To draw them:\n"
                "  make plots FROM=%s\n",
                run.seq, s->out);
        return 130;
    }
    return ok ? 0 : 1;
}

// --- the command line

static _Noreturn void usage(FILE *out, int status) {
    fputs("usage: measure --out FILE.csv [option…]\n"
          "  --charts \"1 4\"   only these; default: all nine\n"
          "  --quick          fewer repetitions and places, within half a "
          "minute\n"
          "  --workers N      default: one per CPU\n"
          "  --repeat N       repetitions\n"
          "  --seed N         of the order; default: the time\n"
          "  --commit TEXT    what is measured\n"
          "  --list           the variants and their charts\n",
          out);
    exit(status);
}

static uint64_t number(const char *name, uint64_t least, uint64_t most) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(optarg, &end, 10);
    if (*optarg < '0' || *optarg > '9' || *end || errno || value < least ||
        value > most) {
        fprintf(stderr,
                "plots: %s takes a number from %" PRIu64 " to %" PRIu64
                ", not '%s'\n",
                name, least, most, optarg);
        exit(2);
    }
    return value;
}

static size_t cpus(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set)
                                                       : 1;
}

static int list(void) {
    for (size_t i = 0; i < variant_count; i++) {
        const struct side *side = &variants[i].side;
        const char *missing = side->missing ? side->missing() : NULL;
        printf("%-30s chart %-12s %s\n", variants[i].name, variants[i].charts,
               missing ? missing : "");
    }
    return 0;
}

int main(int argc, char **argv) {
    enum { OUT = 256, CHARTS, QUICK, WORKERS, REPEAT, SEED, COMMIT, LIST };
    static const struct option options[] = {
        {"out", required_argument, NULL, OUT},
        {"charts", required_argument, NULL, CHARTS},
        {"quick", no_argument, NULL, QUICK},
        {"workers", required_argument, NULL, WORKERS},
        {"repeat", required_argument, NULL, REPEAT},
        {"seed", required_argument, NULL, SEED},
        {"commit", required_argument, NULL, COMMIT},
        {"list", no_argument, NULL, LIST},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    if (argc == 3 && strcmp(argv[1], "--task") == 0)
        return spawned_main(argv[2]);
    struct settings_of_run s = {.charts = "123456789",
                                .commit = "unknown",
                                .workers = cpus(),
                                .seed = (uint64_t)time(NULL)};
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == OUT)
            s.out = optarg;
        else if (option == CHARTS)
            s.charts = chart_list(optarg);
        else if (option == QUICK)
            s.quick = true;
        else if (option == WORKERS)
            s.workers = number("WORKERS", 1, 128);
        else if (option == REPEAT)
            s.repetitions = number("REPEAT", 1, 1000);
        else if (option == SEED)
            s.seed = number("SEED", 0, UINT64_MAX);
        else if (option == COMMIT)
            s.commit = optarg;
        else if (option == LIST)
            return list();
        else
            usage(option == 'h' ? stdout : stderr, option == 'h' ? 0 : 2);
    }
    if (!s.out || optind < argc)
        usage(stderr, 2);
    s.seconds = s.quick && s.repetitions == 0 ? 24 : INFINITY;
    if (s.repetitions == 0)
        s.repetitions = s.quick ? 8 : 20;
    return measure(&s);
}
