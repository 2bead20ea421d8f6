// SPDX-License-Identifier: MIT
// Tests the functions that only compute: intervals against published ranks (with
// 10 values the 2nd and 9th, with 20 the 6th and 15th, bound the median at
// 95 %), numbers in words, what may be moved in a picture, what is chosen.
#include <math.h>
#include <string.h>

#include "../draw/draw.h"

static int failures;

static void expect(bool ok, const char *what) {
    if (!ok)
        printf("not so: %s\n", what);
    failures += !ok;
}
#define EXPECT(condition) expect(condition, #condition)

static void expect_text(const char *text, const char *expected) {
    if (strcmp(text, expected) != 0)
        printf("'%s', not '%s'\n", text, expected);
    failures += strcmp(text, expected) != 0;
}

static void test_intervals(void) {
    static const size_t ranks[][3] = {{1, 1, 1},   {2, 1, 2},    {5, 1, 5},
                                      {6, 1, 6},   {10, 2, 9},   {15, 4, 12},
                                      {20, 6, 15}, {100, 40, 61}};
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        size_t low, high;
        interval_ranks(ranks[i][0], &low, &high);
        EXPECT(low + 1 == ranks[i][1] && high + 1 == ranks[i][2]);
    }
    struct median m = median_of((double[]){4, 1, 3, 2}, 4);
    EXPECT(m.low == 1 && m.middle == 2.5 && m.high == 4);
}

// Rounded once, to two digits, wherever a digit is carried over.
static void test_numbers(void) {
    expect_text(number_text(1999.7), "2,000");
    expect_text(number_text(1949.9), "1,900");
    expect_text(number_text(999.6), "1,000");
    expect_text(number_text(99.96), "100");
    expect_text(number_text(9.96), "10");
    expect_text(number_text(3.449), "3.4");
    expect_text(number_text(0.0999), "0.10");
    expect_text(number_text(0.98), "0.98");
    expect_text(number_text(0), "0.0");
    expect_text(number_text(-1999.7), "-2,000");
    expect_text(number_text(1234567), "1,200,000");
    expect_text(number_text(123456), "120,000");
    expect_text(whole_text(6.6), "7");
    expect_text(whole_text(0.7), "1");
    expect_text(whole_text(137), "140");
    expect_text(time_text(999.7), "1.0 µs");
    expect_text(time_text(45.67), "46 ns");
    expect_text(time_text(1999700), "2.0 ms");
    expect_text(place_text(1000), "1 µs");
    expect_text(place_text(100000), "100 µs");
    expect_text(times_text((struct median){1.91, 1.97, 2.04}),
                "2.0 times (1.9 … 2.0)");
}

// Nothing is moved by more than a third of a step, whatever the number.
static void test_frame(void) {
    struct frame decades = {.x_log = true, .step = 2}, plain = {.step = 1};
    for (size_t n = 1; n <= 40; n++)
        for (size_t i = 0; i < n; i++) {
            EXPECT(fabs(shift(i, n, 0.25)) <= 0.25);
            double far = 10 * shift(i, n, 1);
            EXPECT(fabs(moved(&plain, 5, far) - 5) <= 1 / 3.0 + 1e-9);
            EXPECT(fabs(log2(moved(&decades, 64, far) / 64)) <= 1 / 3.0 + 1e-9);
        }
    EXPECT(shift(0, 1, 0.3) == 0 && shift(1, 3, 0.3) == 0);
    EXPECT(shift(0, 2, 0.3) == -0.3 && shift(1, 2, 0.3) == 0.3);
    double heights[] = {0.5, 0.5, 0.51, 0.99, 0.995};
    spread(heights, 5, 0.05);
    for (size_t i = 1; i < 5; i++)
        EXPECT(heights[i] - heights[i - 1] > 0.0499 && heights[i] <= 1);
}

static void test_answers(void) {
    EXPECT(answer_of((struct median){0.95, 1, 1.05}, 10) == EQUAL);
    EXPECT(answer_of((struct median){0.5, 1, 2}, 10) == UNDECIDED);
    EXPECT(answer_of((struct median){1.05, 1.5, 2}, 10) == MORE);
    EXPECT(answer_of((struct median){0.5, 0.6, 0.9}, 10) == LESS);
    EXPECT(answer_of((struct median){1.4, 1.5, 1.6}, 5) == UNDECIDED);
}

static void test_charts(void) {
    EXPECT(is_chosen("", 12) && is_chosen("1 12", 12) && is_chosen("12,1", 1));
    EXPECT(!is_chosen("12", 1) && !is_chosen("1", 12) && !is_chosen("2", 12));
    int last = 0;
    for (const struct chart *c = charts; c; c = c->next) {
        EXPECT(c->number > last && c->title && c->places && c->variants[0]);
        last = c->number;
        for (const char *const *name = c->variants; *name; name++)
            expect(find_variant(*name), *name);
    }
}

int main(void) {
    test_intervals();
    test_numbers();
    test_frame();
    test_answers();
    test_charts();
    return failures != 0;
}
