// SPDX-License-Identifier: MIT
// What the parts of the tester share.
//
// Runs in: the tester, which is the client of the pools.
#ifndef KILL_H
#define KILL_H

#include <stdbool.h>

// Where the tester is, said when something is wrong or hangs.
extern const char *at_scenario;
extern long at_step;

_Noreturn void fail(const char *what, const char *file, int line);
#define check(truth, what) ((truth) ? (void)0 : fail(what, __FILE__, __LINE__))

#endif
