// SPDX-License-Identifier: MIT
// The one program of this folder: it measures what the charts show or what the
// benchmark compares, and draws. `make plots`, `make compare` and `make bench`
// run it.
//
// Reading order: measure/variants.c (what is compared), charts/*.c (where, and
// what it shows), bench/comparisons.c, measure/run.c (repetitions, CSV),
// measure/measure.c (one measurement), draw/draw.c.
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
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
    bool quick, dumb, detail, here, reference;
    size_t workers, repetitions, n;
    uint64_t seed;
} options = {.charts = "", .commit = "unknown"};

static _Noreturn void usage(FILE *out, int status) {
    fputs(help, out);
    exit(status);
}

// The option's argument.
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

static void take_option(int option) {
    switch (option) {
    case 'o':
        options.out = optarg;
        break;
    case 'c':
        options.charts = optarg;
        break;
    case 'C':
        options.commit = optarg;
        break;
    case 'q':
        options.quick = true;
        break;
    case 'd':
        options.dumb = true;
        break;
    case 'D':
        options.detail = true;
        break;
    case 'R':
        options.reference = true; // fall through
    case 'O':
        options.here = true;
        break;
    case 'w':
        options.workers = number("WORKERS", 1, 1024);
        break;
    case 'r':
        options.repetitions = number("REPEAT", 1, 1000);
        break;
    case 's':
        options.seed = number("SEED", 0, UINT64_MAX);
        break;
    case 'n':
        options.n = number("--n", 1, 100000000);
        break;
    case 'h':
        usage(stdout, 0);
    default:
        usage(stderr, 2);
    }
}

static void read_options(int argc, char **argv) {
    static const struct option names[] = {
        {"out", required_argument, NULL, 'o'},
        {"charts", required_argument, NULL, 'c'},
        {"commit", required_argument, NULL, 'C'},
        {"quick", no_argument, NULL, 'q'},
        {"dumb", no_argument, NULL, 'd'},
        {"detail", no_argument, NULL, 'D'},
        {"ours-only", no_argument, NULL, 'O'},
        {"ref-only", no_argument, NULL, 'R'},
        {"workers", required_argument, NULL, 'w'},
        {"repeat", required_argument, NULL, 'r'},
        {"seed", required_argument, NULL, 's'},
        {"n", required_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    cpu_set_t set;
    options.seed = (uint64_t)time(NULL);
    options.workers = sched_getaffinity(0, sizeof set, &set) == 0
                          ? (size_t)CPU_COUNT(&set)
                          : 1;
    for (int option; (option = getopt_long(argc, argv, "", names, NULL)) != -1;)
        take_option(option);
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
    if (!s.out || options.workers > 128)
        usage(stderr, 2);
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
    if (!options.here)
        return run_bench(names, (size_t)count, &s, options.detail);
    if (count != 1)
        usage(stderr, 2);
    return profile(names[0], options.reference, options.n, options.workers);
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
