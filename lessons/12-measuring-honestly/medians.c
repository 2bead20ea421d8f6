// SPDX-License-Identifier: MIT
// Reads lines "name: time": how long does each name take, as far as one can say?
//
//     ./first_pass 2 12 | ./medians
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct value {
    char name[32];
    double time;
} values[10000];

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct value *)a)->name,
                  ((const struct value *)b)->name);
}

static int by_time(const void *a, const void *b) {
    double x = ((const struct value *)a)->time;
    double y = ((const struct value *)b)->time;
    return (x > y) - (x < y);
}

// With 95 % or more the true median lies between the values of ranks r and
// n + 1 - r: fewer than r of n lie below it as rarely as fewer than r of n coins
// show heads, in 2.5 % or less. 0: n is too small.
static size_t rank(size_t n) {
    double heads = 1, sum; // heads: exactly r of n coins show heads
    size_t r = 0;
    for (size_t i = 0; i < n; i++)
        heads /= 2;
    for (sum = heads; sum <= 0.025; sum += heads, r++)
        heads *= (double)(n - r) / (double)(r + 1);
    return r;
}

int main(void) {
    char line[80];
    size_t count = 0, n, r;
    for (; count < 10000 && fgets(line, sizeof line, stdin); count++)
        if (sscanf(line, "%31[^:]: %lf", values[count].name,
                   &values[count].time) != 2)
            errx(2, "not a name, a colon and a time: %s", line);
    qsort(values, count, sizeof *values, by_name);
    puts("name         runs       mean     median   interval of the median");
    for (struct value *v = values; v < values + count; v += n) {
        double sum = 0;
        for (n = 0; v + n < values + count && by_name(v, v + n) == 0; n++)
            sum += v[n].time;
        qsort(v, n, sizeof *v, by_time);
        printf("%-12s %4zu %10.1f %10.1f", v->name, n, sum / (double)n,
               (v[(n - 1) / 2].time + v[n / 2].time) / 2);
        if ((r = rank(n)) > 0)
            printf("   %.1f to %.1f\n", v[r - 1].time, v[n - r].time);
        else
            puts("   none: it needs 6 runs");
    }
}
