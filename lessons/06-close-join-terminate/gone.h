// SPDX-License-Identifier: MIT
// Lesson 6: which workers are gone, and what ended them. Runs in: client.
#ifndef GONE_H
#define GONE_H

#include "pool.h"

// How many of these processes exist, alive or as zombies.
size_t there(const pid_t *pids, size_t count);

// How many workers this signal has ended, by the pool's trace.
size_t killed_by(struct pool *pool, int number);

#endif
