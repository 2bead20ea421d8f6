// SPDX-License-Identifier: MIT
// What came of an exercise, and the forms in which it is told.
//
// Runs in: judge.
#ifndef EXERCISES_RESULT_H
#define EXERCISES_RESULT_H

#include <stdio.h>

#include "judge.h"

#define MOST_CHECKS 64

struct outcome {
    const struct check *check;
    enum verdict { FAILED, PASSED, NOT_RUN } verdict;
    char called[200], expected[300], actual[300], help[400];
    char output[OUTPUT_KEPT + 1];
    char story[OUTPUT_KEPT + 1]; // the schedule in which it is lost, or ""
    char undecided[300];         // why seeded schedules decided nothing, or ""
};

struct result {
    uint64_t seed;
    int score, max, count;
    bool all;              // no single check was asked for
    const char *isolation; // what was active
    const char *error;     // nothing could be built: why; or NULL
    char schedules[300];   // why seeded schedules decided nothing, or ""
    struct outcome outcome[MOST_CHECKS];
};

// Whether there are scenarios of the check. schedules.c.
bool schedules_are_due(const struct check *check);
// Runs them under as many schedules as are due, those after `seed`: where one goes
// wrong the check is lost, and that is told. The options are those of the check's
// run. False: they decided nothing.
bool schedules_judge(struct outcome *outcome, uint64_t seed,
                     const char *program, const char *source,
                     const struct sandbox_options *options);

// JSON, as main.c describes it: valid whatever a program printed. result.c.
void result_json(const struct result *result, FILE *to);
// Lines for scripts: "score 7 10", then "check NAME 2 2" (points, of so many).
void result_lines(const struct result *result, FILE *to);
// For a student's terminal. report.c. `refused`: why a grader would give
// nothing, or NULL.
void report(const struct result *result, const char *refused);

#endif
