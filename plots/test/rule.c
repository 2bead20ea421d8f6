// SPDX-License-Identifier: MIT
// Tests the rule by which a run is called clearly faster, with made-up tables
// of 137 places: where the runs do not differ, at most one table in twenty has
// anything clear in it; where they do, it is found.
#include <math.h>
#include <stdio.h>

#include "../draw/draw.h"

enum { PLACES = 137, TABLES = 400, MOST = 20 };

// How a table is made up.
struct scene {
    const char *what;
    size_t n, m;
    double factor;    // how many times as long b takes
    double noise;     // a value is at least 1, and about so much more
    double disturbed; // share of repetitions in which all places take longer
    bool one_only;    // only in b
};

static uint64_t state = 1;

static double uniform(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / 9007199254740992.0 + 1e-12;
}

// The tables' values, by repetition and place.
static double a[PLACES][MOST], b[PLACES][MOST];

static void fill(double values[][MOST], size_t n, const struct scene *s,
                 double factor, double disturbed) {
    for (size_t r = 0; r < n; r++) {
        double longer = uniform() < disturbed ? 1.2 + uniform() : 1;
        for (size_t p = 0; p < PLACES; p++)
            values[p][r] = factor * longer * (1 - s->noise * log(uniform()));
    }
}

struct found {
    int tables, luck;   // with anything clear; with an interval without 1
    int slower, faster; // places
};

static struct found try_out(const struct scene *s) {
    struct found found = {0};
    for (int t = 0; t < TABLES; t++) {
        int slower = 0, faster = 0, luck = 0;
        fill(a, s->n, s, 1, s->one_only ? 0 : s->disturbed);
        fill(b, s->m, s, s->factor, s->disturbed);
        for (size_t p = 0; p < PLACES; p++) {
            struct verdict v = compare_values(a[p], s->n, b[p], s->m, PLACES);
            slower += clearly_slower(v);
            faster += clearly_faster(v);
            luck += v.low > 1 || v.high < 1;
        }
        found.tables += slower + faster > 0;
        found.luck += luck > 0;
        found.slower += slower;
        found.faster += faster;
    }
    return found;
}

static int failures;

static void expect(bool ok, const struct scene *s, struct found f) {
    printf("%-37s places slower %5.1f, faster %5.1f; tables with any %3d, "
           "with luck %3d\n",
           s->what, (double)f.slower / TABLES, (double)f.faster / TABLES,
           f.tables, f.luck);
    if (!ok)
        printf("FAIL: %s\n", s->what);
    failures += !ok;
}

int main(void) {
    static const struct scene equal[] = {
        {"equal runs of 20", 20, 20, 1, 0.1, 0, false},
        {"equal runs of 20, much noise", 20, 20, 1, 0.5, 0, false},
        {"equal runs of 20, disturbed together", 20, 20, 1, 0.1, 0.3, false},
        {"equal runs of 20, one disturbed", 20, 20, 1, 0.1, 0.5, true},
        {"equal runs of 10, one disturbed", 10, 10, 1, 0.05, 0.5, true},
        {"equal runs of 10", 10, 10, 1, 0.1, 0, false},
        {"equal runs of 8 and 20", 8, 20, 1, 0.1, 0, false},
        {"equal runs of 3", 3, 3, 1, 0.1, 0, false},
    };
    static const struct scene different[] = {
        {"30 % slower", 20, 20, 1.3, 0.05, 0, false},
        {"30 % slower, both disturbed", 20, 20, 1.3, 0.05, 0.3, false},
        {"30 % faster", 20, 20, 1 / 1.3, 0.05, 0, false},
        {"30 % slower, runs of 8", 8, 8, 1.3, 0.02, 0, false},
    };
    for (size_t i = 0; i < sizeof equal / sizeof *equal; i++) {
        struct found f = try_out(&equal[i]);
        // 1 in 20 is 20 of 400; by luck hardly ever more than 34.
        bool lucky = !equal[i].one_only && f.luck > 34;
        expect(f.tables <= 34 && !lucky, &equal[i], f);
    }
    for (size_t i = 0; i < sizeof different / sizeof *different; i++) {
        const struct scene *s = &different[i];
        struct found f = try_out(s);
        int right = s->factor > 1 ? f.slower : f.faster;
        expect(right >= 0.9 * PLACES * TABLES && right == f.slower + f.faster,
               s, f);
    }
    if (clear_rank(20, 20, PLACES) != 11 || clear_rank(6, 6, PLACES) != 0) {
        printf("FAIL: the ranks\n");
        failures++;
    }
    return failures != 0;
}
