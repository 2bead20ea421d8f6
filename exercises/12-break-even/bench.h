// SPDX-License-Identifier: MIT
// Exercise 12: measure honestly. You write it in ex12_break_even.c.
// Memory that these functions take is freed when they return.
#ifndef BENCH_H
#define BENCH_H

// The middle value of n >= 1; of an even n, the mean of the two in the middle.
// `x` stays as it is.
double bench_median(const double *x, int n);

// A 95 % interval for the median, from ranks: *low and *high get the l-th
// smallest and the l-th largest value, with the largest l for which
// P(B < l) <= 0.025, where B counts heads in n tosses of a coin. n = 10: the
// 2nd and the 9th of the sorted values; n = 20: the 6th and the 15th. Returns
// 0, or -1 if there is no such l: too few values. `x` stays as it is.
int bench_interval(const double *x, int n, double *low, double *high);

// Compares two intervals: -1 if all of a is below b, 1 if it is above; 0 if
// they overlap or touch: no clear difference.
int bench_differ(double a_low, double a_high, double b_low, double b_high);

// A pool costs `create` once and `pooled` per task; a process per task costs
// `forked` per task. The smallest number of tasks, at least 1, for which the
// pool's total is strictly below, and be it thousands of millions; -1 if there
// is none.
long bench_break_even(double create, double pooled, double forked);

typedef void work_fn(void);
typedef long clock_fn(void); // nanoseconds

// Runs `warmups` rounds that are not recorded, then `rounds` that are. A round
// runs each of the variants once, in an order shuffled anew in each round; the
// same seed gives the same orders. samples[v * rounds + r] gets the time, by
// `now`, of variant v in recorded round r. Returns 0, or -1.
int bench_run(work_fn *const *variant, int variants, int rounds, int warmups,
              unsigned seed, clock_fn *now, double *samples);

#endif
