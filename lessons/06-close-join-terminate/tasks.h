// SPDX-License-Identifier: MIT
// Lesson 6's tasks, and how they are submitted. Runs in: client, the three
// tasks in workers.
#ifndef TASKS_H
#define TASKS_H

#include "lesson.h"

// Pipes made before the pools, so that the workers have them too: a byte in the
// first lets one patient task go on; in the second a stubborn one tells its
// process id.
extern int gate[2], news[2];
extern struct lesson_files files;

// The CRC-32 of a struct lesson_file.
int checksum(const void *arg, size_t arg_size, void *result,
             size_t result_size);

// Ends when the client has written a byte to the gate.
int patient(const void *arg, size_t arg_size, void *result, size_t result_size);

// Never ends, and does not let itself be asked to.
int stubborn(const void *arg, size_t arg_size, void *result,
             size_t result_size);

// What the callbacks were told: ended() counts it.
struct ends {
    size_t calls, done, cancelled;
};
void ended(struct pool_result *result, void *user);

// Submits a checksum for each of the first `count` files; the handle of the
// last one goes to `last`, unless that is NULL.
void submit(struct pool *pool, size_t count, struct ends *ends,
            struct pool_result **last);

// Gives each worker a stubborn task. Returns when all of them run.
void occupy(struct pool *pool, struct ends *ends, pid_t *pids, size_t workers);

// Lets `count` patient tasks go on.
void open_gate(size_t count);

#endif
