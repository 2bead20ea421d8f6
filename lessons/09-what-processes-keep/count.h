// SPDX-License-Identifier: MIT
// Lesson 9, parts 1 and 3: a task that counts, and what its answers tell.
#ifndef COUNT_H
#define COUNT_H

#include "lesson.h"

// Each process has its own copy of these.
extern struct lesson_words words; // read before the pool is made
extern size_t calls, prepared;

struct answer {
    pid_t pid;
    size_t calls, prepared, letters;
    int drawn; // a "random" number
};

// The task: the argument is only a word's number. Runs in: workers.
int count(const void *arg, size_t arg_size, void *result, size_t result_size);

// The initialiser: runs once in each worker, before its first task.
int prepare(void *arg);

// What the processes counted.
struct summary {
    size_t processes, longest, letters;
    bool whole;     // each process counted 1, 2, 3 ...
    bool same_draw; // the first random number of all is the same
    bool prepared;  // each was prepared once, before its first task
};

// Sorts the answers by process and sums them up. Runs in: client.
struct summary summarize(struct answer *answers, size_t tasks);

#endif
