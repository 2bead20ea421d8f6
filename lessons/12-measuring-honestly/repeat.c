// SPDX-License-Identifier: MIT
// Lesson 12: measures as the charts do, and tells what the values say.
// Runs in: client. Each measurement runs in a process of its own, which
// measure_cell() forks (../../plots/measure/measure.c).
#include "repeat.h"
#include "lesson.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cell cell_of(enum mode mode, const char *variant, double x,
                    struct job job, double work_ns) {
    struct cell cell = {.mode = mode, .x = x, .job = job};
    cell.variant = find_variant(variant);
    if (!cell.variant)
        die("no variant %s", variant);
    cell.task_ns = work_ns / (double)job.n;
    cell.job.turns = (uint64_t)(cell.task_ns * turns_per_ns);
    return cell;
}

// Keeps every value, also those that look wrong: who drops what does not suit
// him measures himself.
static void keep(struct table *table, const struct cell *cell, int repetition,
                 const struct outcome *outcome) {
    if (outcome->exit != 0)
        die("%s failed with status %d", cell->variant->name, outcome->exit);
    for (size_t i = 0; i < outcome->count; i++) {
        const struct sample *sample = &outcome->samples[i];
        struct reading *row = &table->rows[table->count++];
        *row = (struct reading){.repetition = repetition,
                                .x = cell->x,
                                .tasks = (double)cell->job.n,
                                .wall_ns = sample->wall_ns};
        strncpy(row->variant,
                sample->warm_up ? "first pass" : cell->variant->name, NAME - 1);
    }
}

//! [repeat]
struct groups repeat(struct cell *cells, size_t count, int repetitions) {
    static struct outcome outcome;
    uint64_t random = lesson_now(); // where the lot begins
    size_t order[count], rooms = 2 * count * (size_t)repetitions;
    struct table table = {.rows = lesson_calloc(rooms, sizeof *table.rows)};

    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (int repetition = 1; repetition <= repetitions; repetition++) {
        // 1 draw the order: what else the machine does falls on all alike
        shuffle(order, count, &random);
        for (size_t i = 0; i < count; i++) {
            // 2 measure: a new process, a pass to warm up, a pass that counts
            measure_cell(&cells[order[i]], &outcome);
            // 3 keep every value
            keep(&table, &cells[order[i]], repetition, &outcome);
        }
    }
    // 4 the median of each cell, and its interval
    static const struct chart time_on_the_clock = {.kind = LINES};
    struct groups groups = make_groups(&table, &time_on_the_clock);
    free(table.rows);
    return groups;
}
//! [repeat]

struct median times_as_fast(const struct groups *groups, const char *slow,
                            double slow_x, const char *fast, double fast_x) {
    size_t n;
    return ratio_of(find_group(groups, 0, slow, slow_x),
                    find_group(groups, 0, fast, fast_x), &n);
}

bool where_they_cross(const struct groups *groups, const char *dear,
                      const char *cheap, struct median *at) {
    return crossing(groups, 0, dear, cheap, at) >= FEWEST && at->low > 0 &&
           isfinite(at->high);
}

const char *verdict(struct median ratio) {
    return ratio.low > 1    ? "clearly faster"
           : ratio.high < 1 ? "clearly slower"
                            : "no clear difference";
}

double least_ratio = INFINITY, greatest_ratio;

void row(const char *what, double x, struct median ratio, const char *note) {
    printf("  %-8s%7.0f|%8.3g times (%.3g to %.3g), %s|\n", what, x,
           ratio.middle, ratio.low, ratio.high, note);
    least_ratio = fmin(least_ratio, ratio.middle);
    greatest_ratio = fmax(greatest_ratio, ratio.middle);
}
