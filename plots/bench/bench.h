// SPDX-License-Identifier: MIT
// The benchmark: what its files share.
//
// A row compares two sides, ours and a reference. Each measurement of a side
// runs in a process of its own, forked for it, so that neither the threads of
// one side nor the memory of another disturbs the next. In that process:
// setup, one pass that is discarded, the timed passes, end.
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool.h"

// What one side is asked to do.
struct job {
    size_t n;       // items, or whatever the side counts
    size_t workers; // processes or threads
    // What only the charts set:
    uint64_t turns; // length of a task, in turns of spin()
    size_t chunk;   // of pool_map
    size_t ballast; // MiB of memory that the measuring process has touched
};

struct side {
    const char *what;             // for the reader
    const char *(*missing)(void); // a sentence if it cannot run; NULL: it can
    void (*setup)(const struct job *job);
    double (*pass)(const struct job *job); // its result: see enum unit
    void (*end)(void);
    size_t n;
    size_t workers; // 0: as the user says
    bool cold;      // one pass, without a warm-up before it
};

enum unit { NANOSECONDS, BYTES, COUNT };

enum goal {
    NO_GOAL,        // the ratio is as in RATIO_AT_LEAST
    RATIO_AT_MOST,  // ours / reference
    RATIO_AT_LEAST, // reference / ours: how many times cheaper ours is
    OURS_AT_MOST,   // ours alone; the reference is only shown
};

struct row {
    const char *name;
    enum goal kind;
    double goal;
    enum unit unit;
    bool on_request; // only when named in ROWS
    struct side ours;
    struct side ref; // no pass: there is none
};

extern const struct row rows[];
extern const size_t row_count;

struct settings {
    size_t workers;
    size_t repetitions;
    size_t passes;
    bool detail;
    const char *csv;
};

// A median with its 95 % order-statistic interval.
struct median {
    double low, middle, high;
};

// --- stats.c
void interval_ranks(size_t n, size_t *low, size_t *high);
struct median median_of(const double *values, size_t n);

// --- harness.c
// Measures a row, printing its line. False: a side failed.
bool measure_row(const struct row *row, const struct settings *settings);
// Runs one pass of a side in this process, for a profiler.
void run_here(const struct side *side, const struct job *job);

// --- print.c
void print_header(const struct settings *settings);
void print_rows(void);
void print_result(const struct row *row, const struct median *ours,
                  const struct median *ref, const struct median *ratio,
                  const char *missing, bool detail);
const char *format_value(char *text, size_t size, double value, enum unit unit);

// --- work.c: the tasks both sides run, and what they check
_Noreturn void die(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void check(int error, const char *what);
void *memory(size_t size);        // zeroed and touched, or die
void *shared_memory(size_t size); // the same, shared with children
double now(void);                 // nanoseconds
void wait_while(uint32_t *word, uint32_t value); // until *word != value
void wake(uint32_t *word);

int tiny(const void *arg, size_t arg_size, void *result, size_t result_size);
void new_items(uint64_t *items, size_t n); // different ones at each call
void check_results(const uint64_t *items, const uint64_t *results, size_t n);

// The stride is no power of two: such words would share a few cache sets.
enum { LARGE = 1 << 20, STRIDE = 65528 };
int large(const void *arg, size_t arg_size, void *result, size_t result_size);
void new_large_items(char *items, size_t n);
void check_large_results(const char *items, const char *results, size_t n);

int spin(const void *arg, size_t arg_size, void *result, size_t result_size);
void uneven_lengths(uint64_t *lengths, size_t n, bool long_ones_last);

#endif
