// SPDX-License-Identifier: MIT
// Tries: has the compiler read a file that never ends.
// Score: 0
// Judge: -
// Says: does not compile
#include "/dev/zero"
