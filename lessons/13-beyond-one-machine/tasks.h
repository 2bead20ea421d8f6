// SPDX-License-Identifier: MIT
// Lesson 13: the tasks, and the table that gives each a number.
//
// Interface: two different programs are linked with tasks.o. A number means the
// same task in both, whatever address it has there. New tasks go to the end.
#ifndef TASKS_H
#define TASKS_H

#include "pool.h"

#include <stdbool.h>
#include <stdint.h>

// What travels holds no pointer: it would mean nothing where it arrives.
struct item {
    char word[24];
    bool die; // the process that runs this item kills itself
};

enum task_number { TASK_LETTERS, TASK_CHECKSUM, TASKS };

struct task {
    pool_task_fn *fn;
    size_t result_size;
};
extern const struct task tasks[TASKS];

#define RESULT_MOST 24 // the largest result_size

#endif
