// SPDX-License-Identifier: MIT
// What an exercise is: the end of its check.c. Runs in: judge.
#ifndef EXERCISES_EXERCISE_H
#define EXERCISES_EXERCISE_H

#include <stdbool.h>

struct run;

struct check {
    const char *name;
    int points;
    const char *description; // one line: what must hold
    void (*judge)(struct run *);
};

struct exercise {
    int number;       // the first four follow from the folder
    const char *name; // folder: NN-name
    const char *file; // the student's
    int calls;        // how many functions the driver has
    const struct check *checks;
    int check_count;
    // Tasks run in processes that the student makes: a check in which none did
    // shows nothing, and earns nothing.
    bool in_processes;
    // Names of checks, with spaces between, that scenarios of schedule.c are
    // about: each is lost, too, where one of them goes wrong under a seeded
    // schedule. Or NULL. See ../schedule/README.md.
    const char *schedules;
};
extern const struct exercise exercise;

// Defines it, at the end of check.c: EXERCISE(checks, CALLS, .in_processes =
// true). CALLS ends the enum of the driver's functions. What says which folder
// it is comes from the build.
#define EXERCISE(table, call_count, ...)                                       \
    const struct exercise exercise = {.number = EXERCISE_NUMBER,               \
                                      .name = EXERCISE_NAME,                   \
                                      .file = EXERCISE_FILE,                   \
                                      .calls = (call_count),                   \
                                      .checks = (table),                       \
                                      .check_count =                           \
                                          sizeof(table) / sizeof *(table),     \
                                      __VA_ARGS__}

// Checks of an instructor's own, judged after the exercise's. Optional: linked
// from CHECKS=folder.
extern const struct check extra_checks[] __attribute__((weak));
extern const int extra_check_count __attribute__((weak));

#endif
