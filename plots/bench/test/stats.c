// SPDX-License-Identifier: MIT
// Tests the benchmark's intervals against the published ranks: with 10 values
// the 2nd and 9th, with 20 the 6th and 15th, bound the median at 95 %.
#include <stdio.h>

#include "../bench.h"

static int failures;

static void expect_ranks(size_t n, size_t low, size_t high) {
    size_t first, last;
    interval_ranks(n, &first, &last);
    if (first + 1 == low && last + 1 == high)
        return;
    printf("%zu values: ranks %zu and %zu, not %zu and %zu\n", n, first + 1,
           last + 1, low, high);
    failures++;
}

int main(void) {
    expect_ranks(1, 1, 1);
    expect_ranks(2, 1, 2);
    expect_ranks(5, 1, 5);
    expect_ranks(6, 1, 6);
    expect_ranks(10, 2, 9);
    expect_ranks(15, 4, 12);
    expect_ranks(20, 6, 15);
    expect_ranks(100, 40, 61);
    struct median m = median_of((double[]){4, 1, 3, 2}, 4);
    if (m.low != 1 || m.middle != 2.5 || m.high != 4) {
        printf("median of 1 2 3 4: %g (%g … %g)\n", m.middle, m.low, m.high);
        failures++;
    }
    return failures != 0;
}
