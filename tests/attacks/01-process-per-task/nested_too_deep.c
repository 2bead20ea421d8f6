// SPDX-License-Identifier: MIT
// Tries: nests so deep that the compiler has no stack left.
// Score: 0
// Judge: -
// Says: does not compile
#include "per_task.h"

#define P10 ((((((((((
#define P100 P10 P10 P10 P10 P10 P10 P10 P10 P10 P10
#define P1000 P100 P100 P100 P100 P100 P100 P100 P100 P100 P100
#define P10000 P1000 P1000 P1000 P1000 P1000 P1000 P1000 P1000 P1000 P1000
#define P100000                                                                \
    P10000 P10000 P10000 P10000 P10000 P10000 P10000 P10000 P10000 P10000

int run_all(task_fn *task, int count, int results[]) { return P100000; }
