// SPDX-License-Identifier: MIT
// Lesson 8, part 1. Runs in: client.
#ifndef PIPES_H
#define PIPES_H

#include <stddef.h>

// Tries a pipe that is older than the pool, and one that is younger. Returns 0,
// or what main() is to return.
int pipes(size_t workers);

#endif
