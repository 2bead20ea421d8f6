// SPDX-License-Identifier: MIT
// Right, but not as expected: selects instead of sorting, counts with whole
// numbers, draws its own random numbers.
#include "bench.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

// The k-th smallest, from 1, by counting: no copy is needed.
static double kth(const double *x, int n, int k) {
    for (int i = 0; i < n; i++) {
        int below = 0, same = 0;
        for (int j = 0; j < n; j++) {
            below += x[j] < x[i];
            same += x[j] == x[i];
        }
        if (below < k && k <= below + same)
            return x[i];
    }
    return NAN;
}

double bench_median(const double *x, int n) {
    return (kth(x, n, (n + 1) / 2) + kth(x, n, n / 2 + 1)) / 2;
}

int bench_interval(const double *x, int n, double *low, double *high) {
    // Pascal's triangle, each row halved: row[k] is P(B = k).
    double *row = calloc((size_t)n + 2, sizeof *row);
    if (!row)
        return -1;
    row[0] = 1;
    for (int tosses = 1; tosses <= n; tosses++)
        for (int k = tosses; k >= 0; k--)
            row[k] = (row[k] + (k ? row[k - 1] : 0)) / 2;
    double sum = 0;
    int l = 0;
    while (l < n && sum + row[l] <= 0.025)
        sum += row[l++];
    free(row);
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
    long low = 0, high = 1;
    while (!((double)high * forked > create + (double)high * pooled))
        high *= 2;
    while (high - low > 1) {
        long n = low + (high - low) / 2;
        if ((double)n * forked > create + (double)n * pooled)
            high = n;
        else
            low = n;
    }
    return high;
}

int bench_run(work_fn *const *variant, int variants, int rounds, int warmups,
              unsigned seed, clock_fn *now, double *samples) {
    uint64_t state = seed * 2862933555777941757u + 3037000493u;
    for (int round = -warmups; round < rounds; round++) {
        uint64_t left = (1ull << variants) - 1; // those not yet run
        while (left) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            int v = (int)((state >> 33) % (uint64_t)variants);
            if (!(left >> v & 1))
                continue;
            left &= ~(1ull << v);
            long before = now();
            variant[v]();
            long after = now();
            if (round >= 0)
                samples[v * rounds + round] = (double)(after - before);
        }
    }
    return 0;
}
