// SPDX-License-Identifier: MIT
// Exercise 12's checks. Runs in: judge. Values are 128 times what
// they mean.
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { MEDIAN, INTERVAL, DIFFER, BREAK_EVEN, RUN, CALLS };

#define SCALE 128
#define VARIANTS 12 // of the driver's

static double value_of(int64_t wire) { return (double)wire / SCALE; }

static int by_value(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// Fills values[1 …] with n numbers, fractions, skewed as times are, and
// `sorted`. Every third time they are minutes in nanoseconds, and near to each
// other; every third time most are negative.
static void draw(struct run *run, int n, int64_t *values, int64_t *sorted) {
    int64_t base = n % 3 == 0   ? INT64_C(100000000000) * SCALE
                   : n % 3 == 1 ? -700 * SCALE // differences may be negative
                                : 0;
    values[0] = n;
    for (int i = 0; i < n; i++)
        values[1 + i] =
            base + 2 * (pick(run, 1, 1000 * SCALE / 2) +
                        (pick(run, 0, 9) == 0 ? 50000 * SCALE / 2 : 0));
    memcpy(sorted, values + 1, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
}

static void expect_untouched(struct run *run, bool untouched) {
    expect(run, untouched, "x stays as it is", "it was changed",
           "Sort a copy: the caller still needs to know which run was which.");
}

static void median(struct run *run) {
    static int64_t values[WIRE_VALUES], sorted[WIRE_VALUES];
    for (int i = 1; i <= 14; i++) {
        int n = i <= 12 ? i : (int)pick(run, 100, 900);
        draw(run, n, values, sorted);
        about(run, "bench_median(x, %d)", n);
        const int64_t *reply = call(run, MEDIAN, 1 + n, values);
        int64_t due = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
        expect(run, reply[0] == due, text("%.4f", value_of(due)),
               text("%.4f", value_of(reply[0])),
               "The middle of the sorted values; of an even number, the mean "
               "of the two in the middle.");
        expect_untouched(run, reply[1]);
    }
}

// By the exact binomial, in steps: no logarithms needed for n up to 900.
static int rank_for(int n) {
    long double p = 1, below = 0;
    for (int i = 0; i < n; i++)
        p /= 2;
    for (int k = 0; k <= n; k++) {
        below += p;
        if (below > 0.025L)
            return k;
        p = p * (n - k) / (k + 1);
    }
    return 0;
}

static void interval(struct run *run) {
    // Any size at all, beside those of the brief.
    int sizes[24] = {10, 20, 7, 9, 25, 40, 101, 500, 900};
    for (int i = 9; i < 24; i++)
        sizes[i] = (int)pick(run, 6, i < 16 ? 60 : 900);
    static int64_t values[WIRE_VALUES], sorted[WIRE_VALUES];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int n = sizes[i], l = rank_for(n);
        draw(run, n, values, sorted);
        if (i == 0) // closer than whole numbers, the largest first
            for (int k = 0; k < n; k++)
                values[n - k] = sorted[k] = sorted[0] + 2 * k;
        about(run, "bench_interval(x, %d, &low, &high)", n);
        const int64_t *reply = call(run, INTERVAL, 1 + n, values);
        expect(run,
               reply[0] == 0 && reply[2] == sorted[l - 1] &&
                   reply[3] == sorted[n - l],
               text("0, %.2f to %.2f (ranks %d and %d)",
                    value_of(sorted[l - 1]), value_of(sorted[n - l]), l,
                    n + 1 - l),
               text("%ld, %.2f to %.2f", (long)reply[0], value_of(reply[2]),
                    value_of(reply[3])),
               "Add up P(B = 0), P(B = 1), and so on, as long as the sum stays "
               "within 0.025. Ranks count from 1, C counts from 0. And does "
               "what sorts them see that 1.5 is less than 2?");
        expect_untouched(run, reply[1]);
    }
}

static void too_few(struct run *run) {
    static int64_t values[WIRE_VALUES], sorted[WIRE_VALUES];
    for (int n = 1; n <= 6; n++) {
        draw(run, n, values, sorted);
        about(run, "bench_interval(x, %d, &low, &high)", n);
        const int64_t *reply = call(run, INTERVAL, 1 + n, values);
        expect(run, reply[0] == (n < 6 ? -1 : 0), n < 6 ? "-1" : "0",
               text("%ld", (long)reply[0]),
               "With 5 values even the smallest and the largest cover the "
               "median too seldom: 1 - 2/32. Six are enough.");
        if (n == 6)
            expect(run, reply[2] == sorted[0] && reply[3] == sorted[5],
                   "the smallest and the largest", "others", "");
    }
}

static void differ(struct run *run) {
    for (int i = 0; i < 60; i++) {
        int64_t a = pick(run, -2 * SCALE, 20 * SCALE);
        int64_t b = a + pick(run, 0, 10 * SCALE);
        int64_t c = pick(run, -2 * SCALE, 20 * SCALE);
        if (i % 4 == 0)
            c = b; // they touch
        if (i % 4 == 1)
            c = b + 1; // and do not
        int64_t d = c + pick(run, 0, 10 * SCALE);
        if (i % 8 >= 4) { // the other way round
            int64_t low = a, high = b;
            a = c, b = d, c = low, d = high;
        }
        int64_t due = b < c ? -1 : a > d ? 1 : 0;
        about(run, "bench_differ(%.4f, %.4f, %.4f, %.4f)", value_of(a),
              value_of(b), value_of(c), value_of(d));
        int64_t got = CALL(run, DIFFER, a, b, c, d)[0];
        expect(run, got == due, text("%ld", (long)due), text("%ld", (long)got),
               "Intervals that overlap or touch: no clear difference.");
    }
}

static void break_even(struct run *run) {
    for (int i = 0; i < 100; i++) {
        int64_t forked = pick(run, 2, 900 * SCALE);
        int64_t pooled = pick(run, 0, 300 * SCALE);
        int64_t create = pick(run, 0, 20000 * SCALE);
        if (i % 3 == 0 && forked > pooled) // equal at a whole number
            create = (forked - pooled) * pick(run, 1, 50);
        if (i % 10 == 1)
            forked = pooled; // never
        if (i % 10 == 2)
            forked = pooled + 1; // after very many
        if (i % 10 == 3 && forked <= pooled)
            create = 0; // never, for as little as that
        if (i >= 96)    // seconds, for a fraction of a nanosecond
            pooled = i == 96 ? 0 : 300 * SCALE, forked = pooled + i - 95,
            create = pick(run, INT64_C(4) << 32, INT64_C(9) << 32);
        int64_t due = forked <= pooled ? -1 : create / (forked - pooled) + 1;
        about(run, "bench_break_even(%.4f, %.4f, %.4f)", value_of(create),
              value_of(pooled), value_of(forked));
        int64_t got = CALL(run, BREAK_EVEN, create, pooled, forked)[0];
        expect(run, got == due, text("%ld", (long)due), text("%ld", (long)got),
               "The smallest n with create + n * pooled < n * forked. Where "
               "both cost the same, the pool is not yet cheaper.");
    }
}

struct measured {
    int count, rounds, warmups;
    int64_t durations[WIRE_VALUES];
    const int64_t *order, *samples;
};

static void measure(struct run *run, struct measured *m, int variants,
                    int rounds, int warmups, int64_t seed) {
    static int64_t values[WIRE_VALUES];
    m->rounds = rounds;
    m->warmups = warmups;
    m->count = variants * (rounds + warmups);
    values[0] = rounds;
    values[1] = warmups;
    values[2] = seed;
    values[3] = variants;
    for (int i = 0; i < m->count; i++)
        values[4 + i] = m->durations[i] =
            pick(run, 1, 100000) + (i % 5 == 0 ? INT64_C(5000000000) : 0);
    about(run, "bench_run(variant, %d, %d, %d, %ld, now, samples)", variants,
          rounds, warmups, (long)seed);
    const int64_t *reply = call(run, RUN, 4 + m->count, values);
    expect(run, reply[0] == 0, "returns 0", text("%ld", (long)reply[0]), "");
    expect(run, reply[1] == m->count, text("%d runs in all", m->count),
           text("%ld", (long)reply[1]), "(rounds + warmups) * variants.");
    m->order = reply + 2;
    m->samples = reply + 2 + m->count;
}

// Of a variant; 0 for what is none.
static unsigned bit(int64_t variant) {
    return variant >= 0 && variant < VARIANTS ? 1u << variant : 0;
}

static void expect_rounds(struct run *run, int variants, int warmups) {
    static struct measured m;
    measure(run, &m, variants, (int)pick(run, 10, 30), warmups, 7);
    for (int r = 0; r < m.rounds + m.warmups; r++) {
        unsigned seen = 0;
        for (int i = 0; i < variants; i++)
            seen |= bit(m.order[variants * r + i]);
        expect(run, seen == (1u << variants) - 1,
               "each variant once in each round",
               text("not in round %d", r + 1),
               "A round runs all variants; then comes the next round. So a "
               "slow minute of the machine hits all alike.");
    }
    for (int k = variants * m.warmups; k < m.count; k++) {
        int v = (int)m.order[k], r = k / variants - m.warmups;
        expect(run, m.samples[v * m.rounds + r] == m.durations[k],
               text("samples[%d * rounds + %d] is %ld", v, r,
                    (long)m.durations[k]),
               text("%ld", (long)m.samples[v * m.rounds + r]),
               "The clock just before and just after that one variant; "
               "warm-up rounds are run and not recorded.");
    }
}

static void rounds(struct run *run) {
    expect_rounds(run, 4, (int)pick(run, 1, 5));
    expect_rounds(run, 3, 0);
    expect_rounds(run, 2, 1);
    expect_rounds(run, 1, 2);
    expect_rounds(run, VARIANTS, 1);
}

// All orders come, every variant in every place, and a round's order says
// nothing about the next.
static void expect_shuffled(struct run *run, const int64_t *order, int rounds) {
    int orders = 0, repeats = 0, at[4][4] = {{0}};
    bool seen[256] = {false};
    for (int r = 0; r < rounds; r++) {
        unsigned code = 0;
        for (int i = 0; i < 4; i++) {
            unsigned v = (unsigned)order[4 * r + i] % 4;
            at[v][i]++;
            code = code << 2 | v;
        }
        orders += !seen[code];
        seen[code] = true;
        repeats += r > 0 && !memcmp(order + 4 * r, order + 4 * (r - 1),
                                    4 * sizeof *order);
    }
    const char *help = "Fisher and Yates: for i from the last down to 1, swap "
                       "i with one of 0 … i. In each round anew. One that "
                       "always comes first finds cold caches.";
    expect(run, orders >= 16,
           text("in %d rounds nearly all of the 24 orders come", rounds),
           text("%d do", orders), help);
    expect(run, repeats < rounds / 4, "hardly a round has the order before it",
           text("%d of %d have", repeats, rounds), help);
    for (int v = 0; v < 4; v++)
        for (int i = 0; i < 4; i++)
            expect(run, at[v][i] > rounds / 20 && at[v][i] < rounds / 2,
                   text("variant %d comes at place %d about %d times in %d", v,
                        i + 1, rounds / 4, rounds),
                   text("%d times", at[v][i]), help);
}

// From each place a variant comes to each, in the next round.
static void expect_no_steps(struct run *run, const int64_t *const *order,
                            int measurements, int rounds) {
    int times[4][4] = {{0}}, due = measurements * (rounds - 1) / 4;
    for (int m = 0; m < measurements; m++)
        for (int r = 1; r < rounds; r++)
            for (int from = 0; from < 4; from++)
                for (int to = 0; to < 4; to++)
                    times[from][to] +=
                        order[m][4 * (r - 1) + from] == order[m][4 * r + to];
    for (int from = 0; from < 4; from++)
        for (int to = 0; to < 4; to++)
            expect(run, times[from][to] > due / 4 && times[from][to] < 2 * due,
                   text("the variant at place %d comes to place %d in the next "
                        "round about %d times",
                        from + 1, to + 1, due),
                   text("%d times", times[from][to]),
                   "A round's order says nothing about the next: swap i with "
                   "one of 0 … i, itself too, and take numbers whose low bits "
                   "are random.");
}

// Also two variants, or many: none has a place for itself.
static void expect_all_move(struct run *run, int variants, int rounds) {
    static struct measured m;
    measure(run, &m, variants, rounds, 0, 5);
    for (int place = 0; place < variants; place++) {
        int times[VARIANTS] = {0}, seen = 0, most = 0;
        for (int r = 0; r < rounds; r++) {
            int64_t v = m.order[variants * r + place];
            if (bit(v) && times[v]++ == 0)
                seen++;
            most = bit(v) && times[v] > most ? times[v] : most;
        }
        expect(run, seen > variants / 2 && most < rounds * 4 / 5,
               text("in %d rounds most of %d variants come to place %d", rounds,
                    variants, place + 1),
               text("%d do, one of them %d times", seen, most),
               "Shuffle all of them, in each round.");
    }
}

static void shuffled(struct run *run) {
    static struct measured m;
    static int64_t first[WIRE_VALUES], other[WIRE_VALUES];
    int64_t seed = pick(run, 1, 1000000);
    const int64_t ends[] = {0, UINT32_MAX}; // of the seed's type
    for (int i = 0; i < 2; i++) {
        measure(run, &m, 4, 100, 0, ends[i]);
        expect_shuffled(run, m.order, 100);
    }
    expect_all_move(run, 2, 60);
    expect_all_move(run, 8, 60); // more than that: see rounds
    measure(run, &m, 4, 100, 0, seed);
    memcpy(first, m.order, (size_t)m.count * sizeof *first);
    expect_shuffled(run, m.order, 100);
    measure(run, &m, 4, 100, 0, seed);
    expect(run, !memcmp(first, m.order, (size_t)m.count * sizeof *first),
           "the same seed gives the same orders", "others",
           "Take the random numbers from the seed and nothing else: rand_r.");
    measure(run, &m, 4, 100, 0, seed + 1);
    expect(run, memcmp(first, m.order, (size_t)m.count * sizeof *first) != 0,
           "another seed gives other orders", "the same", "");
    memcpy(other, m.order, (size_t)m.count * sizeof *other);
    measure(run, &m, 4, 100, 0, seed + 77);
    expect_no_steps(run, (const int64_t *const[]){first, other, m.order}, 3,
                    100);
}

static const struct check checks[] = {
    {"median", 2, "the middle, of odd and even numbers", median},
    {"interval", 2, "95 % by ranks, from 7 to 900 values", interval},
    {"too-few", 1, "no interval from five values", too_few},
    {"differ", 1, "overlap means no clear difference", differ},
    {"break-even", 2, "the first n where the pool is cheaper", break_even},
    {"rounds", 1, "all variants in each round, times right", rounds},
    {"shuffled", 1, "a new order each round, from the seed", shuffled},
};

EXERCISE(checks, CALLS);
