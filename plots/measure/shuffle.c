// SPDX-License-Identifier: MIT
// The order of measurements, drawn by lot: whatever else the machine does falls
// on all variants alike. Runs in: the measuring program, lesson 12.
#include "measure.h"

static uint64_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

void shuffle(size_t *order, size_t n, uint64_t *random) {
    for (size_t i = n; i > 1; i--) {
        size_t k = (size_t)(next_random(random) % i), other = order[k];
        order[k] = order[i - 1];
        order[i - 1] = other;
    }
}
