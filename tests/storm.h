// SPDX-License-Identifier: MIT
// What the storms share: rounds with seeds, and a killer beside the client.
//
// Runs in: the process of a storm, which is the client of its pools, and the
// killer, its child.
#ifndef STORM_H
#define STORM_H

#include "harness.h"

enum { ROUND_SECONDS = 120 }; // a round that takes longer is hung

// One round of a storm: all it does follows from the seed, but for the moments
// at which signals arrive.
typedef void round_fn(unsigned seed);

// Repeats rounds with new seeds for this storm's share of SECONDS, or does the
// one with SEED. Prints the seed of a round that fails or hangs.
void storm(const char *name, round_fn *round);

// What to count in a storm; printed at its end.
void storm_count(const char *what, long number);

unsigned storm_random(unsigned *seed, unsigned below);

// Starts a process that sends `number` to random children of `parent` every so
// often, up to `pause_us` apart; SIGSTOP is followed by SIGCONT. Returns its
// pid for killer_end(), which returns how many it has hit.
struct killer {
    pid_t pid;
    struct gate *hits; // shared
};
struct killer killer_begin(pid_t parent, int number, unsigned pause_us,
                           unsigned seed);
long killer_end(struct killer *killer);

#endif
