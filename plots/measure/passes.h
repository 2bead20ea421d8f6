// SPDX-License-Identifier: MIT
// What the variants are made of: set-ups, passes, ends (see struct variant in
// measure.h), and the tasks that all of them run.
#ifndef PASSES_H
#define PASSES_H

#include "measure.h"

typedef void setup_fn(const struct job *job);
typedef double pass_fn(const struct job *job);
typedef const char *missing_fn(void);
typedef int task_fn(const void *arg, size_t arg_size, void *result,
                    size_t result_size);

// --- work.c: the tasks, their items, and the check of every result
_Noreturn void die(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void *memory(size_t size);        // zeroed and touched, or die
void *shared_memory(size_t size); // the same, shared with children
double now(void);                 // nanoseconds
void wait_while(uint32_t *word, uint32_t value); // until *word != value
void wake(uint32_t *word);

task_fn tiny, spin;                      // 8 bytes in, 8 bytes out
task_fn *task_of(const struct job *job); // tiny(), or spin() for longer ones
extern uint64_t *items, *results;
void items_setup(const struct job *job);
void items_shared_setup(const struct job *job); // results that children write
void fill_items(const struct job *job);         // and forget the results
void check_items(const struct job *job);        // or die
void uneven_lengths(uint64_t *lengths, size_t n, bool long_ones_last);

// The stride is no power of two: such words would share a few cache sets.
enum { LARGE = 1 << 20, STRIDE = 65528 };
task_fn large; // 1 MiB in and out
void new_large_items(char *items, size_t n);
void check_large_results(const char *items, const char *results, size_t n);

// --- pool.c
extern struct pool *pool; // of this measurement
struct pool *open_pool(size_t workers);
void check(int error, const char *what); // 0, or die
setup_fn pool_setup;
pass_fn run_apply, run_async, run_map, run_map_uneven;
void pool_end(void);

// --- pool_rest.c: what pending tasks and idle pools cost; creation; uneven
setup_fn held_setup, idle_setup;
pass_fn pending, memory_all, memory_private, idle_time, idle_switches, create;
pass_fn uneven, uneven_long_last;

// --- large.c
setup_fn large_setup, alloc_setup, memcpy_setup;
pass_fn map_large, map_alloc, memcpy_in_and_out;

// --- process.c, bare.c
missing_fn vfork_missing;
pass_fn iterative, run_fork, run_fork_at_once, run_vfork, run_spawn, run_thread;
setup_fn ping_pong_setup;
pass_fn ping_pong, bare_forks;
void ping_pong_end(void);

// --- timeline.c
pass_fn fork_timeline, pool_timeline;

// --- glib.c, openmp.c, ideal.c, script.c: other pools, and the ideal
missing_fn glib_missing, openmp_missing, python_missing, perl_missing;
setup_fn glib_setup, openmp_setup;
pass_fn glib_stream, glib_fastest, openmp_dynamic, openmp_static;
pass_fn ideal_schedule, ideal_schedule_long_last;
pass_fn python_map, python_executor, python_apply, python_process;
pass_fn python_memory, perl_mce;

#endif
