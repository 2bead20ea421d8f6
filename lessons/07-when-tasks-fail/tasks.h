// SPDX-License-Identifier: MIT
// Lesson 7's task, which fails in as many ways as it is told.
#ifndef TASKS_H
#define TASKS_H

#include "lesson.h"

#include <stdatomic.h>

enum how { WELL, REFUSES, CRASHES, EXITS, HANGS, IS_KILLED };
struct job {
    size_t number;
    enum how how;
};

// Made before the pool: all workers have them.
extern struct lesson_words words;
extern atomic_size_t *starts; // how often each item was started; seen by all
extern int news[2];           // a pipe: the pid of a worker to be killed

// The word most like word number job->number; or some misfortune. Runs in:
// workers.
int nearest(const void *arg, size_t arg_size, void *result, size_t result_size);

#endif
