// SPDX-License-Identifier: MIT
// Exercise 12: medians, intervals, the break-even point, and fair rounds.
#define _GNU_SOURCE
#include "bench.h"

// 1 the median
double bench_median(const double *x, int n) {
    (void)n;
    return x[0];
}

// 2 the interval
int bench_interval(const double *x, int n, double *low, double *high) {
    (void)x;
    (void)n;
    (void)low;
    (void)high;
    return -2;
}

// 3 compare
int bench_differ(double a_low, double a_high, double b_low, double b_high) {
    (void)a_low;
    (void)a_high;
    (void)b_low;
    (void)b_high;
    return -2;
}

// 4 the break-even point
long bench_break_even(double create, double pooled, double forked) {
    (void)create;
    (void)pooled;
    (void)forked;
    return -2;
}

// 5 measure
int bench_run(work_fn *const *variant, int variants, int rounds, int warmups,
              unsigned seed, clock_fn *now, double *samples) {
    (void)variant;
    (void)variants;
    (void)rounds;
    (void)warmups;
    (void)seed;
    (void)now;
    (void)samples;
    return -1;
}
