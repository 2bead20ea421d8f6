// SPDX-License-Identifier: MIT
// Exercise 12: medians, intervals, the break-even point, and fair rounds.
#define _GNU_SOURCE
#include "bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// A sorted copy, to be freed. NULL without memory.
static double *sorted(const double *x, int n) {
    double *copy = malloc((size_t)n * sizeof *copy);
    if (!copy)
        return NULL;
    memcpy(copy, x, (size_t)n * sizeof *copy);
    qsort(copy, (size_t)n, sizeof *copy, by_value);
    return copy;
}

// 1 the median
double bench_median(const double *x, int n) {
    double *s = sorted(x, n);
    if (!s)
        return NAN;
    double median = n % 2 ? s[n / 2] : (s[n / 2 - 1] + s[n / 2]) / 2;
    free(s);
    return median;
}

// The largest l with P(B < l) <= 0.025; 0 if not even 1 is.
static int rank_for(int n) {
    // P(B = k) by way of logarithms: 2^-n is too small a number for large n.
    double below = 0;
    for (int k = 0; k <= n / 2; k++) {
        below += exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) -
                     n * log(2));
        if (below > 0.025)
            return k;
    }
    return 0;
}

// 2 the interval
int bench_interval(const double *x, int n, double *low, double *high) {
    int l = rank_for(n);
    if (n < 1 || l < 1)
        return -1;
    double *s = sorted(x, n);
    if (!s)
        return -1;
    *low = s[l - 1];
    *high = s[n - l];
    free(s);
    return 0;
}

// 3 compare
int bench_differ(double a_low, double a_high, double b_low, double b_high) {
    return a_high < b_low ? -1 : a_low > b_high ? 1 : 0;
}

// 4 the break-even point: create + n * pooled < n * forked
long bench_break_even(double create, double pooled, double forked) {
    if (pooled >= forked)
        return -1;
    double n = floor(create / (forked - pooled));
    // The division rounds; the definition decides.
    while (n > 0 && create + (n - 1) * pooled < (n - 1) * forked)
        n--;
    while (n < 1 || create + n * pooled >= n * forked)
        n++;
    return (long)n;
}

static void shuffle(int *order, int n, unsigned *seed) {
    for (int i = n - 1; i > 0; i--) { // Fisher and Yates
        int j = rand_r(seed) % (i + 1);
        int t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
}

// 5 measure
int bench_run(work_fn *const *variant, int variants, int rounds, int warmups,
              unsigned seed, clock_fn *now, double *samples) {
    int *order = malloc((size_t)variants * sizeof *order);
    if (!order)
        return -1;
    for (int i = 0; i < variants; i++)
        order[i] = i;
    for (int r = -warmups; r < rounds; r++) {
        shuffle(order, variants, &seed);
        for (int i = 0; i < variants; i++) {
            int v = order[i];
            long begin = now();
            variant[v]();
            long end = now();
            if (r >= 0)
                samples[v * rounds + r] = (double)(end - begin);
        }
    }
    free(order);
    return 0;
}
