// SPDX-License-Identifier: MIT
// Lesson 8's task, and what it finds in its memory.
#ifndef TASKS_H
#define TASKS_H

#include "lesson.h"

#include <stdatomic.h>

// Read before the pool is made, so every worker has it too.
extern struct lesson_words words;

// What a consumer gets; the pointers lead into memory that all share.
struct job {
    struct pool_queue *queue;
    atomic_uint *taken; // how often each word was taken
    atomic_size_t *done;
};
struct sum {
    size_t words, letters, disorder;
    int ended; // what the last get said
};

// Takes words until the queue is closed and empty. Runs in: workers.
int consume(const void *arg, size_t arg_size, void *result, size_t result_size);

#endif
