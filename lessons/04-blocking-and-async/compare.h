// SPDX-License-Identifier: MIT
// Lesson 4's task.
#ifndef COMPARE_H
#define COMPARE_H

#include "lesson.h"

#include <stdatomic.h>

// Read before the pool is made, so every worker has it too.
extern struct lesson_words words;

// How many of these words become another one by a single letter?
struct job {
    size_t number, first, count;
    const atomic_bool *until; // go on until this is set; NULL: once will do
};
struct found {
    size_t number, close;
    pid_t pid; // who looked
};

// The task. Runs in: workers.
int compare(const void *arg, size_t arg_size, void *result, size_t result_size);

// The job with this number; the first one goes on until `until` is set. Runs
// in: client.
struct job job_number(size_t i, const atomic_bool *until);

#endif
