// SPDX-License-Identifier: MIT
// A run: every repetition measures all cells once, in an order drawn by lot,
// and each measurement becomes a row of CSV.
// Runs in: the measuring program.
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "passes.h"

static volatile sig_atomic_t stopped;

static void stop(int number) { stopped = number; }

struct run {
    char id[40];
    FILE *file;
    const char *name; // of the file
    size_t seq;
    uint64_t random; // the order of the next repetition
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

static bool begin_csv(struct run *run, const struct settings *s) {
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
    fprintf(run->file, "# poolschool %s\n# run: %s\n# date: %s\n", s->title,
            run->id, date);
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

static bool is_over(const struct settings *s, size_t repetitions,
                    double spent) {
    return repetitions >= LEAST &&
           spent + spent / (double)repetitions > s->seconds;
}

// What is done was drawn by lot, so it is as dear on average as the rest.
static double seconds_left(size_t count, size_t done, const struct settings *s,
                           double spent) {
    double each = spent / (double)done;
    double all = each * ((double)(s->repetitions * count) - (double)done);
    double least = each * ((double)(LEAST * count) - (double)done);
    return fmax(0, fmin(all, fmax(least, s->seconds - spent)));
}

static void show_progress(size_t count, size_t done, const struct settings *s,
                          double began) {
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
static bool repeat(struct run *run, const struct plan *plan, size_t repetition,
                   const struct settings *s, double began) {
    static struct outcome outcome;
    size_t count = plan->count, order[count];
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    shuffle(order, count, &run->random);
    for (size_t i = 0; i < count; i++) {
        const struct cell *cell = &plan->cells[order[i]];
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
        if (s->keep)
            s->keep(order[i], repetition, &outcome);
    }
    return true;
}

static void repeat_all(struct run *run, const struct plan *plan,
                       const struct settings *s, bool *ok) {
    double began = now();
    size_t done = 0;
    while (*ok && done < s->repetitions &&
           !is_over(s, done, (now() - began) / 1e9))
        *ok = repeat(run, plan, ++done, s, began);
    if (*ok)
        show_progress(plan->count, done * plan->count, s, began);
    if (*ok && done < s->repetitions)
        fprintf(stderr,
                "\nplots: %zu of %zu repetitions, for the machine is busy and "
                "QUICK=1 is to be quick\n",
                done, s->repetitions);
}

int run_plan(const struct plan *plan, const struct settings *s) {
    struct run run = {.random = s->seed};
    if (!begin_csv(&run, s))
        return 1;
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    bool ok = true;
    watch_machine();
    repeat_all(&run, plan, s, &ok);
    describe_others(run.file);
    if (fclose(run.file) != 0 && ok) {
        fprintf(stderr, "plots: cannot write %s: %s\n", run.name,
                strerror(errno));
        ok = false;
    }
    if (stopped)
        fprintf(stderr, "\nplots: stopped; %zu measurements are kept in %s\n",
                run.seq, run.name);
    return stopped ? 130 : ok ? 0 : 1;
}
