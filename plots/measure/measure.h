// SPDX-License-Identifier: MIT
// The measuring program: what its files share.
//
// Interface: a variant is one way to have tasks done. A cell is a variant at
// one place of one chart, or in the benchmark. Every repetition measures all
// cells once, in an order drawn by lot; each measurement runs in a process of
// its own, forked for it, so that neither the threads nor the memory of one
// variant disturb the next.
#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// What a variant is asked to do.
struct job {
    size_t n;       // tasks, or whatever the variant counts
    size_t workers; // processes or threads
    size_t chunk;   // of pool_map
    size_t ballast; // MiB of memory that the measuring process has touched
    uint64_t turns; // length of a task, in turns of spin(); 0: tiny()
};

struct variant {
    const char *name;             // in the CSV and on the charts
    const char *(*missing)(void); // a sentence if it cannot run; NULL: it can
    void (*setup)(const struct job *job);
    double (*pass)(const struct job *job); // nanoseconds a task; bytes; a count
    void (*end)(void);
    struct job job;   // 0: as the place or the user says
    size_t warm_ups;  // passes that do not count; 0: one
    bool cold;        // none, and a single pass
    bool own;         // a row of the pool's own
    double task_ns;   // length of its tasks; 0: the place says it
    const char *like; // it is in every chart and comparison that has this one
};

// How a cell is measured.
enum mode {
    STEADY,   // setup, passes that do not count, timed passes, end
    WHOLE,    // setup, pass and end, all of them timed, nothing before
    LATENCY,  // setup, then many timed passes of one task each
    TIMELINE, // once; the pass reports what ran when
};

struct cell {
    int chart; // 0: the benchmark
    enum mode mode;
    const struct variant *variant;
    double x;       // its place on the chart's horizontal axis
    double task_ns; // length of a task
    struct job job;
    size_t passes; // timed ones, of which the median counts; 0: one
};

// What a measuring process reports. The parent adds the rest of the row.
struct sample {
    bool warm_up;
    double x;
    double wall_ns;
    long lane; // of a timeline; else -1
};

enum { MOST_SAMPLES = 1024 };
struct outcome {
    size_t count;
    struct sample samples[MOST_SAMPLES];
    double user_us, system_us;
    long max_rss_kb;
    int exit; // status; 128 + signal
};

// --- variants.c
extern const struct variant variants[];
const struct variant *find_variant(const char *name); // NULL: there is none
// The next variant that is `name` or like it; NULL: no more.
const struct variant *next_like(const char *name, const struct variant *last);

// --- cells.c: what is to be measured
struct plan {
    int chart;
    bool quick;
    size_t workers;
    const char *const *names; // of the chart's variants
    bool at_most; // job.n is a limit, and the variant's entry another
    struct cell *cells;
    size_t count;
};
void calibrate(void); // how many turns of spin() are a nanosecond
extern double turns_per_ns;
size_t clamp(double value, size_t least, size_t most);
// A cell for each variant whose job has as many tasks as a chunk; how many.
// job.n 0: as many tasks as the variant's entry says.
size_t add_cells(struct plan *plan, enum mode mode, double x, struct job job,
                 double task_ns);
void add_cell(struct plan *plan, struct cell cell);

// --- shuffle.c: the same state, the same order; it is another one afterwards
void shuffle(size_t *order, size_t n, uint64_t *random);

// --- measure.c
void measure_cell(const struct cell *cell, struct outcome *outcome);
void report(struct sample sample); // in the measuring process
// One pass in this process, for a profiler.
void run_here(const struct variant *variant, const struct job *job);

// --- run.c: a whole run
struct settings {
    const char *title, *out, *commit; // out: the CSV
    size_t workers, repetitions;
    uint64_t seed;
    double seconds; // no repetition begins that would end after so many
    // Told each measurement; may be NULL.
    void (*keep)(size_t cell, size_t repetition, const struct outcome *);
};
// Returns the program's status.
int run_plan(const struct plan *plan, const struct settings *settings);

// --- machine.c
void describe_machine(FILE *file);
void watch_machine(void);
void describe_others(FILE *file); // the CPU time that others had since then

// --- stats.c
struct median {
    double low, middle, high; // with its 95 % order-statistic interval
};
void interval_ranks(size_t n, size_t *low, size_t *high);
struct median median_of(const double *values, size_t n);

#endif
