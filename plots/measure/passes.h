// SPDX-License-Identifier: MIT
// What the variants are made of: set-ups, passes, ends (see struct variant in
// measure.h), and the tasks that all of them run.
#ifndef PASSES_H
#define PASSES_H

#include "measure.h"

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
void pool_setup(const struct job *job);
double run_apply(const struct job *job);
double run_async(const struct job *job);
double run_map(const struct job *job);
double run_map_uneven(const struct job *job);
void pool_end(void);

// --- pool_rest.c: what pending tasks and idle pools cost; creation; uneven
void held_setup(const struct job *job);
double pending(const struct job *job);
double memory_all(const struct job *job);
double memory_private(const struct job *job);
void idle_setup(const struct job *job);
double idle_time(const struct job *job);
double idle_switches(const struct job *job);
double create(const struct job *job);
double uneven(const struct job *job);
double uneven_long_last(const struct job *job);

// --- large.c
void large_setup(const struct job *job);
double map_large(const struct job *job);
void alloc_setup(const struct job *job);
double map_alloc(const struct job *job);
void memcpy_setup(const struct job *job);
double memcpy_in_and_out(const struct job *job);

// --- process.c, bare.c
double iterative(const struct job *job);
double run_fork(const struct job *job);
double run_fork_at_once(const struct job *job);
const char *vfork_missing(void);
double run_vfork(const struct job *job);
double run_spawn(const struct job *job);
double run_thread(const struct job *job);
double bare_forks(const struct job *job);
void ping_pong_setup(const struct job *job);
double ping_pong(const struct job *job);
void ping_pong_end(void);

// --- timeline.c
double fork_timeline(const struct job *job);
double pool_timeline(const struct job *job);

// --- glib.c, openmp.c, ideal.c, script.c: other pools, and the ideal
const char *glib_missing(void);
void glib_setup(const struct job *job);
double glib_stream(const struct job *job);
const char *openmp_missing(void);
void openmp_setup(const struct job *job);
double openmp_dynamic(const struct job *job);
double openmp_static(const struct job *job);
double ideal_schedule(const struct job *job);
double ideal_schedule_long_last(const struct job *job);
const char *python_missing(void);
double python_map(const struct job *job);
double python_executor(const struct job *job);
double python_apply(const struct job *job);
double python_process(const struct job *job);
double python_memory(const struct job *job);
const char *perl_missing(void);
double perl_mce(const struct job *job);

#endif
