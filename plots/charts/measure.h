// SPDX-License-Identifier: MIT
// The charts' measuring program: what its files share.
//
// A cell is one variant at one place of one chart. Every repetition measures
// all cells once, in an order of its own; each measurement runs in a process
// of its own, forked for it. The variants are struct side of ../bench.
#ifndef MEASURE_H
#define MEASURE_H

#include <stdio.h>

#include "../bench/bench.h"

// How a cell is measured.
enum mode {
    STEADY,   // setup, a pass that is discarded, one timed pass, end
    WHOLE,    // setup, pass and end, all of them timed, nothing before
    LATENCY,  // setup, then many timed passes of one task each
    TIMELINE, // once; the pass reports what ran when
};

struct variant {
    const char *name;   // in the CSV and on the charts
    const char *charts; // the numbers of those it is in: "1 2 9"
    struct side side;
    double task_ns; // length of its tasks; 0: the place says it
};

struct cell {
    int chart;
    enum mode mode;
    const struct variant *variant;
    double x;       // its place on the chart's horizontal axis
    double task_ns; // length of a task
    struct job job;
};

// What a measuring process reports. The parent adds the rest of the row.
struct sample {
    bool warm_up;
    double x;
    double wall_ns;
    long lane; // of a timeline; else -1
};

extern const struct variant variants[];
extern const size_t variant_count;

// --- cells.c
struct cell *make_cells(const char *charts, bool quick, size_t workers,
                        size_t *count);
void calibrate(void); // how many turns of spin() are a nanosecond
extern double turns_per_ns;

// --- order.c
// The same state, the same order; it is another one afterwards.
void shuffle(size_t *order, size_t n, uint64_t *random);

// --- one.c
enum { MOST_SAMPLES = 1024 };
struct outcome {
    size_t count;
    struct sample samples[MOST_SAMPLES];
    double user_us, system_us;
    long max_rss_kb;
    int exit; // status; 128 + signal
};
void measure_cell(const struct cell *cell, struct outcome *outcome);
void report(struct sample sample); // in the measuring process

// --- machine.c
void describe_machine(FILE *file);
void watch_machine(void);
void describe_others(FILE *file); // the CPU time that others had since then

// --- run_*.c: the passes
void items_setup(const struct job *job);
void items_shared_setup(const struct job *job);
double iterative(const struct job *job);
double run_fork(const struct job *job);
double run_fork_at_once(const struct job *job);
const char *vfork_missing(void);
double run_vfork(const struct job *job);
double run_spawn(const struct job *job);
int spawned_main(const char *turns); // the program that run_spawn() starts
double run_thread(const struct job *job);
double fork_timeline(const struct job *job);

void pool_setup(const struct job *job);
double run_apply(const struct job *job);
double run_async(const struct job *job);
double run_map(const struct job *job);
double run_map_uneven(const struct job *job);
void pool_end(void);
double pool_timeline(const struct job *job);

extern uint64_t *items, *results;
void fill_items(const struct job *job);
void check_items(const struct job *job);

#endif
