// SPDX-License-Identifier: MIT
// What the judge was asked for, and its way through the checks.
//
// Runs in: judge.
#ifndef EXERCISES_CHECKS_H
#define EXERCISES_CHECKS_H

#include "result.h"

#define USERS 4000 // of one judge's sandboxes; its second has as many below

struct options {
    const char *only, *out, *lines, *error, *refused, *driver;
    const char *schedules, *source, *no_schedules;
    bool report, beside;
    uint64_t seed;
    struct sandbox_options sandbox;
};

// The exercise's own, and an instructor's. main.c.
int total_checks(void);

// The result, in memory that all processes of the judge share; or NULL.
struct result *checks_result(void);
// Judges its outcomes number 0 to count - 1. False: it cannot judge here.
bool checks_judge(const struct options *options, int count);
// Whatever holds the judge up, it ends; a result that is missing is none.
void checks_limit(void);

#endif
