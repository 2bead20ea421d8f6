// SPDX-License-Identifier: MIT
// Tries: has the compiler wait for its input, a terminal, a random device.
// Score: 0
// Judge: -
// Says: does not compile
#include "/dev/stdin"
#include "/dev/tty"
#include "/dev/urandom"
