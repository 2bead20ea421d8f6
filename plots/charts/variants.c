// SPDX-License-Identifier: MIT
// Every variant that the charts compare. To add one, add an entry: its name,
// the charts it is in, and a struct side (../bench/bench.h) whose pass runs
// job->n tasks of job->turns turns of spin() and returns nanoseconds a task.
#include "../bench/ref.h"
#include "measure.h"

const struct variant variants[] = {
    // The baseline of charts 3, 6 and 9; not drawn.
    {"iterative", "3 6 9",
     .side = {.setup = items_setup, .pass = iterative, .n = 1000000}},
    {"posix_spawn", "1 4",
     .side = {.setup = items_shared_setup, .pass = run_spawn, .n = 20}},
    {"fork per task", "1 2 4 7 9",
     .side = {.setup = items_shared_setup, .pass = run_fork, .n = 100}},
    {"fork (N at once)", "3 6",
     .side = {.setup = items_shared_setup, .pass = run_fork_at_once, .n = 100}},
    {"vfork", "1 4 7 9",
     .side = {.missing = vfork_missing,
              .setup = items_setup,
              .pass = run_vfork,
              .n = 300}},
    {"thread per task", "1 2 7 9",
     .side = {.setup = items_setup, .pass = run_thread, .n = 300}},
    {"GLib thread pool", "1",
     .side = {.missing = glib_missing,
              .setup = glib_setup,
              .pass = glib_stream,
              .n = 100000}},
    {"pool_apply", "1 4 7 9",
     .side =
         {.setup = pool_setup, .pass = run_apply, .end = pool_end, .n = 2000}},
    {"pool_apply_async", "1 3 9",
     .side = {.setup = pool_setup,
              .pass = run_async,
              .end = pool_end,
              .n = 100000}},
    {"pool_map", "1 2 3 6 9",
     .side =
         {.setup = pool_setup, .pass = run_map, .end = pool_end, .n = 1000000}},
    {"Python Process", "1",
     .side = {.missing = python_missing,
              .pass = python_process,
              .n = 12,
              .cold = true}},
    {"Python Pool.apply", "1",
     .side = {.missing = python_missing,
              .pass = python_apply,
              .n = 400,
              .cold = true}},
    {"Python Pool.map", "1",
     .side = {.missing = python_missing,
              .pass = python_map,
              .n = 4000,
              .cold = true}},
    // Chart 5: not who runs the tasks, but what they are like.
    {"tiny tasks", "5",
     .side =
         {.setup = pool_setup, .pass = run_map, .end = pool_end, .n = 262144}},
    {"uneven tasks", "5",
     .side = {.setup = pool_setup,
              .pass = run_map_uneven,
              .end = pool_end,
              .n = 1024},
     .task_ns = 2000},
    {"a process for each task", "8",
     .side = {.setup = items_shared_setup, .pass = fork_timeline}},
    {"a pool", "8", .side = {.pass = pool_timeline}},
};

const size_t variant_count = sizeof variants / sizeof *variants;
