// SPDX-License-Identifier: MIT
// Fair: random_r with a state of its own; the k-th smallest by counting, without
// sorting; ranks by the ratio of neighbouring terms.
#define _GNU_SOURCE
#include "bench.h"

#include <math.h>
#include <stdlib.h>

double kth(const double *x, int n, int k) { // from 1
    for (int i = 0; i < n; i++) {
        int below = 0, equal = 0;
        for (int j = 0; j < n; j++) {
            below += x[j] < x[i];
            equal += x[j] == x[i];
        }
        if (below < k && k <= below + equal)
            return x[i];
    }
    return NAN;
}

double bench_median(const double *x, int n) {
    return (kth(x, n, (n + 1) / 2) + kth(x, n, n / 2 + 1)) / 2;
}

int bench_interval(const double *x, int n, double *low, double *high) {
    long double term = ldexpl(1, -n), sum = 0;
    int l = 0;
    for (; l <= n; l++) {
        sum += term;
        if (sum > 0.025L)
            break;
        term *= (long double)(n - l) / (l + 1);
    }
    if (l == 0)
        return -1;
    *low = kth(x, n, l);
    *high = kth(x, n, n + 1 - l);
    return 0;
}

int bench_differ(double a_low, double a_high, double b_low, double b_high) {
    return (a_low > b_high) - (a_high < b_low);
}

long bench_break_even(double create, double pooled, double forked) {
    if (!(forked > pooled))
        return -1;
    long n = lrint(ceil(create / (forked - pooled)));
    n = n > 2 ? n - 2 : 1;
    while (create + (double)n * pooled >= (double)n * forked)
        n++;
    return n;
}

int bench_run(work_fn *const *variant, int variants, int rounds, int warmups,
              unsigned seed, clock_fn *now, double *samples) {
    struct random_data state = {0};
    char memory[128];
    initstate_r(seed, memory, sizeof memory, &state);
    for (int r = 0; r < warmups + rounds; r++) {
        int left[variants];
        for (int i = 0; i < variants; i++)
            left[i] = i;
        for (int n = variants; n > 0; n--) {
            int32_t number;
            random_r(&state, &number);
            int *one = &left[number / 7 % n], v = *one;
            *one = left[n - 1];
            long before = now();
            variant[v]();
            long after = now();
            if (r >= warmups)
                samples[v * rounds + r - warmups] = (double)(after - before);
        }
    }
    return 0;
}
