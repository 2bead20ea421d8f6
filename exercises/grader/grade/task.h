// SPDX-License-Identifier: MIT
// One exercise of one student while it is graded, and the steps of that.
//
// Runs in: workers.
#ifndef GRADE_TASK_H
#define GRADE_TASK_H

#include <limits.h>

#include "grade.h"

struct job {
    const struct student *student;
    const struct exercise_info *exercise;
    const struct handed_in *file;
    int index; // of the exercise
    char slot[PATH_MAX];
    const char *staging;
    // What came of it.
    enum grade_status status;
    char message[LIMIT_MESSAGE_KEPT + 200];
    json_t *result;
    bool schedules;         // the slot has a program that runs them
    char no_schedules[300]; // or why not
    bool ours;              // it failed on our side: message says how
};

// Each step returns whether the next one makes sense. task_build.c.
bool task_compile(struct job *job);
bool task_inspect(struct job *job);
bool task_link(struct job *job);
// The same three steps for what runs seeded schedules, where the exercise has
// scenarios. False only where it fails on our side.
bool task_schedules(struct job *job);

// Ends the job with this status and message; false.
bool task_end_with(struct job *job, enum grade_status status,
                   const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
