// SPDX-License-Identifier: MIT
// Medians and their 95 % intervals. The interval is made of two of the sorted
// values, so it assumes nothing about how they are distributed.
#include <stdlib.h>

#include "measure.h"

// The ranks, from 0, of the narrowest symmetric interval that holds the true
// median with at least 95 % probability: below it lies each value with
// probability 1/2, so the number of values below is binomial. Fewer than six
// values cannot give 95 %; then it is the whole range.
void interval_ranks(size_t n, size_t *low, size_t *high) {
    double probability = 1; // of exactly k values below the median
    for (size_t i = 0; i < n; i++)
        probability /= 2;
    double below = probability;
    size_t k = 0;
    while (2 * k + 2 < n) {
        probability *= (double)(n - k) / (double)(k + 1);
        if (below + probability > 0.025)
            break;
        below += probability;
        k++;
    }
    *low = k;
    *high = n ? n - 1 - k : 0;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct median median_of(const double *values, size_t n) {
    double sorted[n];
    for (size_t i = 0; i < n; i++)
        sorted[i] = values[i];
    qsort(sorted, n, sizeof *sorted, compare);
    size_t low, high;
    interval_ranks(n, &low, &high);
    return (struct median){
        .low = sorted[low],
        .middle = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2,
        .high = sorted[high],
    };
}
