// SPDX-License-Identifier: MIT
// Right, but not as expected: C++ fashion, recursion, large static arrays,
// random().
#include "bench.h"

#include <math.h>
#include <stdlib.h>

static double sortedValues[1 << 20];

static void quickSort(double *begin, double *end) {
    if (end - begin < 2)
        return;
    double pivot = begin[(end - begin) / 2];
    double *left = begin, *right = end - 1;
    while (left <= right) {
        while (*left < pivot)
            ++left;
        while (*right > pivot)
            --right;
        if (left <= right) {
            double swapped = *left;
            *left++ = *right;
            *right-- = swapped;
        }
    }
    quickSort(begin, right + 1);
    quickSort(left, end);
}

static const double *sorted(const double *x, int n) {
    for (int i = 0; i < n; ++i)
        sortedValues[i] = x[i];
    quickSort(sortedValues, sortedValues + n);
    return sortedValues;
}

double bench_median(const double *x, int n) {
    const double *s = sorted(x, n);
    return n & 1 ? s[n >> 1] : 0.5 * s[n / 2 - 1] + 0.5 * s[n / 2];
}

static long double logChoose(int n, int k) {
    return lgammal(n + 1.0L) - lgammal(k + 1.0L) - lgammal(n - k + 1.0L);
}

static long double below(int n, int l) { // P(B < l)
    long double sum = 0;
    for (int k = 0; k < l; ++k)
        sum += powl(2, -n) * expl(logChoose(n, k));
    return sum;
}

int bench_interval(const double *x, int n, double *low, double *high) {
    int l = 0;
    while (l < n && below(n, l + 1) <= 0.025L)
        ++l;
    if (!l)
        return -1;
    const double *s = sorted(x, n);
    *low = s[l - 1];
    *high = s[n - l];
    return 0;
}

int bench_differ(double a_low, double a_high, double b_low, double b_high) {
    if (a_high < b_low)
        return -1;
    return a_low > b_high ? 1 : 0;
}

long bench_break_even(double create, double pooled, double forked) {
    if (forked <= pooled)
        return -1;
    long n = (long)floor(create / (forked - pooled)) - 2;
    for (n = n < 1 ? 1 : n; create + n * pooled >= n * forked; ++n) {
    }
    return n;
}

int bench_run(work_fn *const *variant, int variants, int rounds, int warmups,
              unsigned seed, clock_fn *now, double *samples) {
    static int order[1000];
    srandom(seed);
    for (int r = 0; r < warmups + rounds; ++r) {
        for (int i = 0; i < variants; ++i) {
            int j = (int)(random() % (i + 1));
            order[i] = order[j];
            order[j] = i;
        }
        for (int i = 0; i < variants; ++i) {
            const long start = now();
            variant[order[i]]();
            const long stop = now();
            if (r >= warmups)
                samples[order[i] * rounds + r - warmups] = stop - start;
        }
    }
    return 0;
}
