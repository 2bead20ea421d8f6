// SPDX-License-Identifier: MIT
// The one program of this folder: it measures what the charts show or what the
// benchmark compares, and draws. `make plots`, `make compare` and `make bench`
// run it.
//
// Reading order: measure/variants.c (what is compared), charts/*.c (where, and
// what it shows), bench/comparisons.c, measure/run.c (repetitions, CSV),
// measure/measure.c (one measurement), draw/draw.c.
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/bench.h"
#include "draw/draw.h"

static const char help[] =
    "usage: plots measure --out FILE.csv [option…]\n"
    "       plots draw --out FOLDER [option…] RUN.csv\n"
    "       plots compare --out FOLDER [option…] A.csv B.csv…\n"
    "       plots bench [option…] [row…]     no row: all of them\n"
    "       plots list | plots list-bench\n"
    "  --charts \"1 4\"   only these\n"
    "  --quick          fewer repetitions and places\n"
    "  --workers N      processes or threads; default: one for each CPU\n"
    "  --repeat N       repetitions\n"
    "  --seed N         of their order; default: the time\n"
    "  --commit TEXT    what is measured\n"
    "  --dumb           draw in the terminal as well\n"
    "  --detail         bench: each side's interval, and what it does\n"
    "  --ours-only      bench: our side of one row once, here: for a "
    "profiler;\n"
    "  --ref-only       or the reference's side\n"
    "  --n N            with N items\n";

static struct {
    const char *out, *charts, *commit;
    int quick, dumb, detail, ours_only, reference_only, help;
    size_t workers, repetitions, n, seed;
} options = {.charts = "", .commit = "unknown"};

static _Noreturn void usage(FILE *out, int status) {
    fputs(help, out);
    exit(status);
}

// The option's argument. Users know it as a variable of make: WORKERS, REPEAT.
static size_t number(const char *name, size_t least, size_t most) {
    char *end;
    errno = 0;
    unsigned long value = strtoul(optarg, &end, 10);
    if (*optarg >= '0' && *optarg <= '9' && !*end && !errno && value >= least &&
        value <= most)
        return value;
    fputs("plots: ", stderr);
    for (; *name; name++)
        fputc(toupper(*name), stderr);
    fprintf(stderr, " takes a number from %zu to %zu, not '%s'\n", least, most,
            optarg);
    exit(2);
}

// What an option sets: a text, a number between limits, or a flag.
struct setting {
    const char *name, **text;
    size_t *number;
    size_t least, most;
    int *flag;
};

static struct setting settings[] = {
    {"out", .text = &options.out},
    {"charts", .text = &options.charts},
    {"commit", .text = &options.commit},
    {"workers", .number = &options.workers, .least = 1, .most = 1024},
    {"repeat", .number = &options.repetitions, .least = 1, .most = 1000},
    {"seed", .number = &options.seed, .most = SIZE_MAX},
    {"n", .number = &options.n, .least = 1, .most = 100000000},
    {"quick", .flag = &options.quick},
    {"dumb", .flag = &options.dumb},
    {"detail", .flag = &options.detail},
    {"ours-only", .flag = &options.ours_only},
    {"ref-only", .flag = &options.reference_only},
    {"help", .flag = &options.help},
};

static void read_options(int argc, char **argv) {
    enum { COUNT = sizeof settings / sizeof *settings };
    struct option names[COUNT + 1] = {0};
    cpu_set_t set;
    options.seed = (size_t)time(NULL);
    options.workers = sched_getaffinity(0, sizeof set, &set) == 0
                          ? (size_t)CPU_COUNT(&set)
                          : 1;
    for (int i = 0; i < COUNT; i++)
        names[i] =
            (struct option){settings[i].name, !settings[i].flag, NULL, 256 + i};
    for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (c == '?')
            usage(stderr, 2);
        struct setting *s = &settings[c - 256];
        if (s->text)
            *s->text = optarg;
        else if (s->flag)
            *s->flag = true;
        else
            *s->number = number(s->name, s->least, s->most);
    }
    if (options.help)
        usage(stdout, 0);
    check_list(options.charts);
}

static struct settings settings_for(size_t quick, size_t otherwise) {
    return (struct settings){.out = options.out,
                             .commit = options.commit,
                             .workers = options.workers,
                             .seed = options.seed,
                             .seconds = INFINITY,
                             .repetitions = options.repetitions
                                                ? options.repetitions
                                            : options.quick ? quick
                                                            : otherwise};
}

static int measure(void) {
    struct settings s = settings_for(8, 20);
    struct plan plan = {.quick = options.quick, .workers = options.workers};
    if (!s.out)
        usage(stderr, 2);
    if (options.workers > 128) {
        fputs("plots: WORKERS takes a number from 1 to 128 for charts\n",
              stderr);
        return 2;
    }
    if (options.quick && !options.repetitions)
        s.seconds = 24;
    s.title = "charts";
    calibrate();
    for (const struct chart *c = charts; c; c = c->next)
        if (is_chosen(options.charts, c->number)) {
            plan.chart = c->number;
            plan.names = c->variants;
            plan.at_most = false;
            c->places(&plan);
        }
    int status = run_plan(&plan, &s);
    if (status == 130)
        fprintf(stderr, "To draw them: make plots FROM=%s\n", s.out);
    free(plan.cells);
    return status;
}

static int bench(int count, char **names) {
    struct settings s = settings_for(6, 15);
    s.title = "benchmark";
    s.out = s.out ? s.out : "/dev/null";
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!options.ours_only && !options.reference_only)
        return run_bench(names, (size_t)count, &s, options.detail);
    if (count != 1)
        usage(stderr, 2);
    return profile(names[0], options.reference_only, options.n,
                   options.workers);
}

static int draw(int count, char **files, bool compare) {
    if (count > MOST_RUNS)
        fprintf(stderr, "plots: too many runs, %d at most\n", MOST_RUNS);
    else if (count < 1 + compare)
        fputs(compare
                  ? "plots: name two runs: make compare RUNS=\"a.csv b.csv\"\n"
                  : help,
              stderr);
    else
        return draw_runs(
            files, count,
            &(struct draw_options){options.out ? options.out : "build/plots",
                                   options.charts, options.dumb, compare});
    return 2;
}

static int list(void) {
    for (const struct chart *c = charts; c; c = c->next) {
        printf("%d  %s\n", c->number, c->title);
        for (const char *const *name = c->variants; *name; name++)
            for (const struct variant *v = NULL; (v = next_like(*name, v));) {
                const char *missing = v->missing ? v->missing() : NULL;
                printf("     %-24s %s\n", v->name, missing ? missing : "");
            }
    }
    return 0;
}

int main(int argc, char **argv) {
    const char *command = argc > 1 ? argv[1] : "";
    if (argc < 2)
        usage(stderr, 2);
    read_options(argc - 1, argv + 1);
    int count = argc - 1 - optind;
    char **rest = argv + 1 + optind;
    if (strcmp(command, "measure") == 0 && count == 0)
        return measure();
    if (strcmp(command, "bench") == 0)
        return bench(count, rest);
    if (strcmp(command, "draw") == 0 || strcmp(command, "compare") == 0)
        return draw(count, rest, *command == 'c');
    if (strcmp(command, "list") == 0)
        return list();
    if (strcmp(command, "list-bench") == 0)
        return list_comparisons(), 0;
    usage(stderr, 2);
}
