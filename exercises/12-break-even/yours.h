// SPDX-License-Identifier: MIT
// The pools of exercises 1, 3 and 11 in one program. They have the same names;
// here each has its exercise's before it: ex1_run_all(), ex3_pool_create(),
// ex11_pool_map(). make try12 renames them in the object files, too, and says
// which of yours it found: HAVE_1, HAVE_3 and HAVE_11 are 1 or 0.
#ifndef YOURS_H
#define YOURS_H

#define task_fn ex1_task_fn
#define run_all ex1_run_all
#include "../01-process-per-task/per_task.h"
#undef task_fn
#undef run_all

#define task_fn ex3_task_fn
#define pool ex3_pool
#define pool_create ex3_pool_create
#define pool_map ex3_pool_map
#define pool_destroy ex3_pool_destroy
#include "../03-living-workers/workers.h"
#undef task_fn
#undef pool
#undef pool_create
#undef pool_map
#undef pool_destroy

// The last one keeps the library's names.
#include "../11-your-own-pool/minipool.h"

#endif
