// SPDX-License-Identifier: MIT
// Tries: has the compiler quote files in its messages: passwords, environment,
// the command line.
// Score: 0
// Judge: -
// Says: does not compile
#include "/etc/passwd"
#include "/etc/shadow"
#include "/proc/1/cmdline"
#include "/proc/self/environ"
#include "/proc/self/mountinfo"
