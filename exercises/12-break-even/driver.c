// SPDX-License-Identifier: MIT
// Exercise 12's calls. The clock is the judge's: each piece of work takes as
// long as he says, so that what comes out is known. Runs in: driver.
//
// Numbers travel as twice their value, so that halves do, too.
#include <math.h>
#include <string.h>

#include "bench.h"
#include "driver.h"

static double half(int64_t twice) { return (double)twice / 2; }
static int64_t twice(double x) {
    return x > -1e15 && x < 1e15 ? llround(2 * x) : INT64_MIN;
}

// n, values -> median, whether the values are as they were
static void call_median(struct wire *m) {
    static double x[WIRE_VALUES], copy[WIRE_VALUES];
    int n = (int)m->value[0];
    for (int i = 0; i < n; i++)
        x[i] = copy[i] = half(m->value[1 + i]);
    m->value[0] = twice(bench_median(x, n));
    m->value[1] = memcmp(x, copy, (size_t)n * sizeof *x) == 0;
    m->count = 2;
}

// n, values -> returned, untouched, low, high
static void call_interval(struct wire *m) {
    static double x[WIRE_VALUES], copy[WIRE_VALUES];
    int n = (int)m->value[0];
    double low = -1, high = -1;
    for (int i = 0; i < n; i++)
        x[i] = copy[i] = half(m->value[1 + i]);
    m->value[0] = bench_interval(x, n, &low, &high);
    m->value[1] = memcmp(x, copy, (size_t)n * sizeof *x) == 0;
    m->value[2] = twice(low);
    m->value[3] = twice(high);
    m->count = 4;
}

static void call_differ(struct wire *m) {
    m->value[0] = bench_differ(half(m->value[0]), half(m->value[1]),
                               half(m->value[2]), half(m->value[3]));
    m->count = 1;
}

static void call_break_even(struct wire *m) {
    m->value[0] = bench_break_even(half(m->value[0]), half(m->value[1]),
                                   half(m->value[2]));
    m->count = 1;
}

static int64_t durations[WIRE_VALUES], order[WIRE_VALUES];
static int runs;
static long clock_ns;

static long now(void) { return clock_ns; }

static void work(int variant) {
    if (runs < WIRE_VALUES)
        order[runs] = variant;
    clock_ns += runs < WIRE_VALUES ? (long)durations[runs] : 1;
    runs++;
}

static void work0(void) { work(0); }
static void work1(void) { work(1); }
static void work2(void) { work(2); }
static void work3(void) { work(3); }

// rounds, warmups, seed, durations -> returned, runs, order, samples (by round)
static void call_run(struct wire *m) {
    static work_fn *const variant[] = {work0, work1, work2, work3};
    static double samples[WIRE_VALUES];
    int rounds = (int)m->value[0], warmups = (int)m->value[1];
    int count = 4 * (rounds + warmups);
    memcpy(durations, m->value + 3, (size_t)count * sizeof *durations);
    runs = 0;
    for (int i = 0; i < 4 * rounds; i++)
        samples[i] = -1;
    m->value[0] = bench_run(variant, 4, rounds, warmups, (unsigned)m->value[2],
                            now, samples);
    m->value[1] = runs;
    memcpy(m->value + 2, order, (size_t)count * sizeof *order);
    for (int i = 0; i < 4 * rounds; i++)
        m->value[2 + count + i] = twice(samples[i]) / 2;
    m->count = 2 + (uint32_t)count + 4 * (uint32_t)rounds;
}

DRIVER_CALLS(call_median, call_interval, call_differ, call_break_even,
             call_run);
