// SPDX-License-Identifier: MIT
// The benchmark: what its two files share.
#ifndef BENCH_H
#define BENCH_H

#include "../measure/measure.h"

enum unit { NANOSECONDS, BYTES, COUNT };

enum goal {
    TIMES_CHEAPER,  // no goal; the ratio is as in RATIO_AT_LEAST
    TIMES_AS_LONG,  // no goal; the ratio is as in RATIO_AT_MOST
    RATIO_AT_MOST,  // ours / reference
    RATIO_AT_LEAST, // reference / ours: how many times cheaper ours is
    OURS_AT_MOST,   // ours alone; the reference is only shown
};

// Two variants by their names, and what their ratio is to be.
struct comparison {
    const char *name;
    enum goal kind;
    double goal;
    const char *ours, *reference; // reference NULL: there is none
    const char *brief;            // the reference, in ten columns
    enum unit unit;
    bool on_request; // only when named in ROWS
};

extern const struct comparison comparisons[];
extern const size_t comparison_count;

// The comparisons named, or all that are not on request. Prints a line for
// each, and with `detail` both sides' intervals. Returns the program's status.
int run_bench(char **names, size_t count, struct settings *settings,
              bool detail);
void list_comparisons(void);
// One pass of one side in this process and its children.
int profile(const char *name, bool reference, size_t n, size_t workers);

#endif
