// SPDX-License-Identifier: MIT
// Tries: includes itself without end, twice in each.
// Score: 0
// Judge: -
// Says: does not compile
#include __FILE__
#include __FILE__
int many;
