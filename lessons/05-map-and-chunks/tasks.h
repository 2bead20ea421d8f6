// SPDX-License-Identifier: MIT
// Lesson 5's two tasks, and what they find in their memory.
#ifndef TASKS_H
#define TASKS_H

#include "lesson.h"

#include <stdatomic.h>

// Made before the pool: all workers have them.
extern struct lesson_files files;
extern struct lesson_words words;

// Seen by all processes: item 0 goes on until `need` others have ended.
struct gate {
    atomic_size_t ended, need;
};
extern struct gate *gate;

// The checksum of an item, and how many items had ended before it.
struct sum {
    uint32_t crc;
    size_t before;
};

// The CRC-32 of a file; the item is its number. Runs in: workers.
int checksum(const void *arg, size_t arg_size, void *result,
             size_t result_size);

// How many vowels a word has. Runs in: workers.
int vowels(const void *arg, size_t arg_size, void *result, size_t result_size);

#endif
