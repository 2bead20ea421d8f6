// SPDX-License-Identifier: MIT
// When is one of two runs clearly faster? When the k fastest values of both,
// put together, are all its own, and still are if the other's are a tenth less.
//
// Two runs are not interleaved: what else the machine did fell on one of them
// and not on the other. It made that one's values slower, most of them perhaps,
// but none of them faster, so only the fastest are compared. By luck alone the
// k fastest of n + m values are all of the run that has n with probability
// n/(n+m) · (n-1)/(n+m-1) · …, k factors, however the values are distributed.
// But a machine has moods that outlast a run, and by a tenth even the fastest
// values of two quiet runs may differ.
#include <math.h>
#include <stdlib.h>

#include "draw.h"

size_t clear_rank(size_t n, size_t m, size_t places) {
    double luck = 2 * (double)places; // either run may be the faster, anywhere
    for (size_t k = 1; k <= n; k++) {
        luck *= (double)(n - k + 1) / (double)(n + m - k + 1);
        if (luck <= 0.05)
            return k;
    }
    return 0;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The ratio is that of the middle ones of the k fastest. Its interval holds
// every ratio that luck allows.
struct verdict compare_values(double *a, size_t n, double *b, size_t m,
                              size_t places) {
    size_t of_a = clear_rank(n, m, places), of_b = clear_rank(m, n, places);
    qsort(a, n, sizeof *a, by_value);
    qsort(b, m, sizeof *b, by_value);
    if (of_a == 0 || of_b == 0)
        return (struct verdict){b[m / 2] / a[n / 2], 0, INFINITY};
    return (struct verdict){b[of_b / 2] / a[of_a / 2], b[0] / a[of_a - 1],
                            b[of_b - 1] / a[0]};
}

bool clearly_slower(struct verdict v) { return v.low > 1.1; }
bool clearly_faster(struct verdict v) { return v.high < 1 / 1.1; }
bool clearly_equal(struct verdict v) {
    return v.low >= 1 / 1.1 && v.high <= 1.1;
}
