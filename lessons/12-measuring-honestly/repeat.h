// SPDX-License-Identifier: MIT
// Lesson 12: measures as the charts do, and tells what the values say.
//
// Interface: a cell, a variant at one place x, is from measure.h of
// ../../plots/measure; groups, medians and crossings are from ../../plots/draw,
// chart.h. All values
// are times on the clock, in nanoseconds.
#ifndef REPEAT_H
#define REPEAT_H

#include "../../plots/draw/chart.h"
#include "../../plots/measure/passes.h"

#define REPETITIONS 10

// One of the charts' variants by its name. All tasks together are `work_ns`
// long, so that any number of them takes as long.
struct cell cell_of(enum mode mode, const char *variant, double x,
                    struct job job, double work_ns);

// Measures every cell `repetitions` times. What a warm-up pass took is in the
// group "first pass". Ends the program if a measurement fails.
struct groups repeat(struct cell *cells, size_t count, int repetitions);

// How many times as fast `fast` is at its place, with the ratio's interval.
struct median times_as_fast(const struct groups *groups, const char *slow,
                            double slow_x, const char *fast, double fast_x);

// Where `dear` becomes dearer than `cheap`. False: its interval leaves the
// places that were measured.
bool where_they_cross(const struct groups *groups, const char *dear,
                      const char *cheap, struct median *at);

// "clearly faster", "clearly slower" or "no clear difference".
const char *verdict(struct median ratio);

// A line of a table. Remembers all lines' least and greatest ratio.
void row(const char *what, double x, struct median ratio, const char *note);
extern double least_ratio, greatest_ratio;

// amdahl.c: a job of which a part can be done by one process only.
void how_many_workers(size_t workers, size_t tasks);

#endif
