// SPDX-License-Identifier: MIT
// Part 4 of lesson 11. Runs in: client.
#ifndef ORPHANS_H
#define ORPHANS_H

#include <stddef.h>

// Kills a client of each pool while its workers are busy.
// Returns how many of the own pool's workers live on.
size_t client_dies(size_t workers);

#endif
