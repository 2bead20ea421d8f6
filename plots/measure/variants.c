// SPDX-License-Identifier: MIT
// Every variant that charts and benchmark compare. To add one, add an entry
// here and its name where it is to be: plots/README.md tells how.
#include <string.h>

#include "passes.h"

enum { MILLION = 1000000 };

#define POOL(run) .own = true, .setup = pool_setup, .pass = run, .end = pool_end
#define HELD(run) .own = true, .setup = held_setup, .pass = run, .end = pool_end
#define SCRIPT(tool, run) .missing = tool##_missing, .pass = run, .cold = true

const struct variant variants[] = {
    // One process, or one for each task. The baseline is not drawn.
    {"iterative", .setup = items_setup, .pass = iterative, .job.n = MILLION},
    {"posix_spawn + exec", .setup = items_shared_setup, .pass = run_spawn,
     .job.n = 20},
    {"fork per task", .setup = items_shared_setup, .pass = run_fork,
     .job.n = 100},
    {"fork (N at once)", .setup = items_shared_setup, .pass = run_fork_at_once,
     .job.n = 100},
    // Its first passes are slower after much memory was touched. Why is open.
    {"vfork", .missing = vfork_missing, .setup = items_setup, .pass = run_vfork,
     .job.n = 300, .warm_ups = 5},
    {"thread per task", .setup = items_setup, .pass = run_thread, .job.n = 300},
    // fork copies what maps the items; a million of them are 8 MiB.
    {"fork beside a million items", .setup = items_shared_setup,
     .pass = run_fork, .job = {.n = 200, .ballast = 8}},
    {"9 forks, until the first child runs", .pass = bare_forks, .job.n = 9},
    {"futex ping-pong of two processes", .setup = ping_pong_setup,
     .pass = ping_pong, .end = ping_pong_end, .job.n = 10000},

    // The pool.
    {"pool_apply", POOL(run_apply), .job.n = 10000},
    {"pool_apply_async", POOL(run_async), .job.n = 100000},
    {"pool_apply_async, 256 workers", POOL(run_async),
     .job = {.n = 100000, .workers = 256}},
    {"pool_apply_async, 2 workers", POOL(run_async),
     .job = {.n = 100000, .workers = 2}},
    {"pool_map", POOL(run_map), .job.n = MILLION},
    {"pool_map, warm pool", POOL(run_map), .job.n = MILLION, .warm_ups = 12},
    {"pool_map, chunks of 1", POOL(run_map), .job = {.n = MILLION, .chunk = 1}},
    {"pool_map, chunks of 1, 256 workers", POOL(run_map),
     .job = {.n = MILLION, .chunk = 1, .workers = 256}},
    {"pool_map, chunks of 1, 2 workers", POOL(run_map),
     .job = {.n = MILLION, .chunk = 1, .workers = 2}},
    {"tiny tasks", POOL(run_map), .job.n = 262144},
    {"uneven tasks", POOL(run_map_uneven), .job.n = 1024, .task_ns = 2000},
    {"pool_create, 8 workers, first task", .own = true, .pass = create,
     .job.n = 8},
    {"1,000 pending", HELD(pending), .job.n = 1000},
    {"10,000 pending", HELD(pending), .job.n = 10000},
    {"100,000 pending", HELD(pending), .job.n = 100000},
    {"1,000,000 pending", HELD(pending), .job.n = MILLION},
    {"2,000,000 pending", HELD(pending), .job.n = 2 * MILLION},
    {"10,000,000 pending", HELD(pending), .job.n = 10 * MILLION},
    {"bytes of a pending task", HELD(memory_all), .cold = true,
     .job.n = MILLION},
    {"of them, private to the client", HELD(memory_private), .cold = true,
     .job.n = MILLION},
    {"CPU time of an idle pool, in 1 s", .own = true, .setup = idle_setup,
     .pass = idle_time, .end = pool_end, .cold = true, .job.n = 10000},
    {"context switches of an idle pool, in 1 s", .own = true,
     .setup = idle_setup, .pass = idle_switches, .end = pool_end, .cold = true,
     .job.n = 10000},
    {"pool_map, 1 of 20 items 50 times as long", HELD(uneven), .job.n = 2000},
    {"the same, the long ones last", HELD(uneven_long_last), .job.n = 2000},
    {"pool_map, items of 1 MiB", .own = true, .setup = large_setup,
     .pass = map_large, .end = pool_end, .job.n = 64},
    {"the same, in pool_alloc memory", .own = true, .setup = alloc_setup,
     .pass = map_alloc, .end = pool_end, .job.n = 64},

    // Other pools, and ideals.
    {"GLib thread pool", .missing = glib_missing, .setup = glib_setup,
     .pass = glib_stream, .job.n = 100000},
    {"GLib thread pool, fastest of 10", .missing = glib_missing,
     .setup = glib_setup, .pass = glib_fastest, .job.n = 100000},
    {"OpenMP, dynamic,1", .missing = openmp_missing, .setup = openmp_setup,
     .pass = openmp_dynamic, .job.n = MILLION},
    {"OpenMP, static, memcpy in and out", .missing = openmp_missing,
     .setup = openmp_setup, .pass = openmp_static, .job.n = MILLION},
    {"memcpy in, loop, memcpy out", .setup = memcpy_setup,
     .pass = memcpy_in_and_out, .job.n = 64},
    {"ideal schedule", .setup = items_setup, .pass = ideal_schedule,
     .job.n = 2000},
    {"ideal schedule, the long ones last", .setup = items_setup,
     .pass = ideal_schedule_long_last, .job.n = 2000},
    {"Python Process", SCRIPT(python, python_process), .job.n = 12},
    {"Python Pool.apply", SCRIPT(python, python_apply), .job.n = 500},
    {"Python Pool.map", SCRIPT(python, python_map), .job.n = 4000},
    {"Python ProcessPoolExecutor.map", SCRIPT(python, python_executor),
     .job.n = 2000},
    {"bytes of a task of Python's Pool", SCRIPT(python, python_memory),
     .job.n = 50000},
    {"Perl MCE::Map", SCRIPT(perl, perl_mce), .job.n = 5000},

    // Chart 8.
    {"a process for each task", .setup = items_shared_setup,
     .pass = fork_timeline},
    {"a pool", .own = true, .pass = pool_timeline},
    {0}};

// A student's pool, if it is linked in: see pool.c.
extern const struct variant mine_variants[] __attribute__((weak));

const struct variant *next_like(const char *name, const struct variant *last) {
    const struct variant *v = last ? last + 1 : variants;
    for (;; v++) {
        // The end of the first table is followed by the second.
        if (!v->name && v == variants + sizeof variants / sizeof *variants - 1)
            v = mine_variants;
        if (!v || !v->name)
            return NULL;
        if (!name || strcmp(v->name, name) == 0 ||
            (v->like && strcmp(v->like, name) == 0))
            return v;
    }
}

const struct variant *find_variant(const char *name) {
    for (const struct variant *v = NULL; (v = next_like(NULL, v));)
        if (strcmp(v->name, name) == 0)
            return v;
    return NULL;
}
