// SPDX-License-Identifier: MIT
// Lesson 7: maps whose workers are killed. Runs in: client.
#ifndef KILLED_H
#define KILLED_H

#include "tasks.h"

struct outcome {
    int error;
    bool named; // the message names the worker that was killed, and the signal
    size_t right, lost, once;
};

// Maps all jobs. Where one of them IS_KILLED, kills the worker that has it.
struct outcome map(struct pool *pool, const struct job *jobs, size_t count,
                   const size_t *expected);

// Waits until there are so many workers again.
bool complete(struct pool *pool, size_t workers);

// Kills all workers of an idle pool, and waits until all of them are gone.
void kill_idle(struct pool *pool, size_t workers);

#endif
