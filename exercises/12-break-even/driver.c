// SPDX-License-Identifier: MIT
// Exercise 12's calls. The clock is the judge's: each piece of work takes as
// long as he says, so that what comes out is known. Runs in: driver.
//
// Numbers travel as 128 times their value, so that fractions do, too: with two
// binary digits less where means of two are to be exact.
#include <math.h>
#include <string.h>

#include "bench.h"
#include "driver.h"

#define SCALE 128
static double value_of(int64_t wire) { return (double)wire / SCALE; }
static int64_t to_wire(double x) {
    return x > -1e15 && x < 1e15 ? llround(SCALE * x) : INT64_MIN;
}

// n, values -> median, whether the values are as they were
static void call_median(struct wire *m) {
    static double x[WIRE_VALUES], copy[WIRE_VALUES];
    int n = (int)m->value[0];
    for (int i = 0; i < n; i++)
        x[i] = copy[i] = value_of(m->value[1 + i]);
    m->value[0] = to_wire(bench_median(x, n));
    driver_destroyed(NULL);
    m->value[1] = memcmp(x, copy, (size_t)n * sizeof *x) == 0;
    m->count = 2;
}

// n, values -> returned, untouched, low, high
static void call_interval(struct wire *m) {
    static double x[WIRE_VALUES], copy[WIRE_VALUES];
    int n = (int)m->value[0];
    double low = -1, high = -1;
    for (int i = 0; i < n; i++)
        x[i] = copy[i] = value_of(m->value[1 + i]);
    m->value[0] = bench_interval(x, n, &low, &high);
    driver_destroyed(NULL);
    m->value[1] = memcmp(x, copy, (size_t)n * sizeof *x) == 0;
    m->value[2] = to_wire(low);
    m->value[3] = to_wire(high);
    m->count = 4;
}

static void call_differ(struct wire *m) {
    m->value[0] = bench_differ(value_of(m->value[0]), value_of(m->value[1]),
                               value_of(m->value[2]), value_of(m->value[3]));
    m->count = 1;
}

static void call_break_even(struct wire *m) {
    m->value[0] = bench_break_even(value_of(m->value[0]), value_of(m->value[1]),
                                   value_of(m->value[2]));
    m->count = 1;
}

static int64_t durations[WIRE_VALUES], order[WIRE_VALUES];
static int runs;
static long clock_ns = 1760000000123456789; // as clock_gettime() has it

static long now(void) { return clock_ns; }

static void work(int variant) {
    if (runs < WIRE_VALUES)
        order[runs] = variant;
    clock_ns += runs < WIRE_VALUES ? (long)durations[runs] : 1;
    runs++;
}

#define WORK(n)                                                                \
    static void work##n(void) { work(n); }
// clang-format off
WORK(0) WORK(1) WORK(2) WORK(3) WORK(4) WORK(5)
WORK(6) WORK(7) WORK(8) WORK(9) WORK(10) WORK(11)
    // clang-format on

    // rounds, warmups, seed, variants, durations -> returned, runs, order, samples
    // (by round)
    static void call_run(struct wire *m) {
    static work_fn *const variant[] = {work0, work1, work2,  work3,
                                       work4, work5, work6,  work7,
                                       work8, work9, work10, work11};
    static double samples[WIRE_VALUES];
    int rounds = (int)m->value[0], warmups = (int)m->value[1];
    int variants = (int)m->value[3], count = variants * (rounds + warmups);
    memcpy(durations, m->value + 4, (size_t)count * sizeof *durations);
    runs = 0;
    for (int i = 0; i < variants * rounds; i++)
        samples[i] = -1;
    m->value[0] = bench_run(variant, variants, rounds, warmups,
                            (unsigned)m->value[2], now, samples);
    driver_destroyed(NULL);
    m->value[1] = runs;
    memcpy(m->value + 2, order, (size_t)count * sizeof *order);
    for (int i = 0; i < variants * rounds; i++)
        m->value[2 + count + i] = to_wire(samples[i]) / SCALE;
    m->count = 2 + (uint32_t)count + (uint32_t)(variants * rounds);
}

DRIVER_CALLS(call_median, call_interval, call_differ, call_break_even,
             call_run);
