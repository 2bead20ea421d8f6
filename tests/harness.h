// SPDX-License-Identifier: MIT
// What tests are written with: a test in a process of its own, shared memory to
// wait for events in, and child processes that cannot escape.
//
// A test is a function: TEST(its_name) { … }. It registers itself; the name
// says what it shows. It may fork only through test_fork(), whose child ends
// inside the harness whatever it does; cmocka's own way back from a failed
// assertion, a longjmp, would take a child into its parent's code.
//
// Runs in: the runner, and the process of each test.
#ifndef HARNESS_H
#define HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

#include <cmocka.h>

#include "pool.h"

// Sanitizers slow a process down, map much memory and handle SIGSEGV.
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

// ---- Tests -----------------------------------------------------------------

struct test {
    const char *name, *file;
    unsigned seconds; // until it counts as hung
    void (*body)(void);
    struct test *next;
};

void test_register(struct test *test);

#define TEST_WITHIN(test_name, limit)                                          \
    static void test_name(void);                                               \
    __attribute__((constructor)) static void register_##test_name(void) {      \
        static struct test test = {#test_name, __FILE__, limit, test_name,     \
                                   NULL};                                      \
        test_register(&test);                                                  \
    }                                                                          \
    static void test_name(void)
#define TEST(test_name) TEST_WITHIN(test_name, 120)

// Ends the test: it cannot be made here, for this reason.
_Noreturn void test_skip(const char *reason);

// ---- Processes -------------------------------------------------------------

// Runs body(arg) in a child, which exits with 0 after it, and aborts where an
// assertion fails.
pid_t test_fork(void (*body)(void *), void *arg);
// Reaps a child and returns its wait status.
int test_wait(pid_t pid);
// As both: fails unless the child succeeds.
void test_in_child(void (*body)(void *), void *arg);
// Makes this process the parent of its orphaned descendants.
void test_adopt_orphans(void);
// Kills nobody: waits until every child has ended, and reaps them. Returns
// false if `ms` pass first.
bool test_reap_all(int ms);
// True once `pid` is dead (a zombie counts) or was never there.
bool test_gone(pid_t pid);
// True if `pid` waits in a system call.
bool test_asleep(pid_t pid);
// The name in /proc/PID/comm, in static memory; "" if there is no such process.
const char *test_comm(pid_t pid);
// Children of `pid` by name; returns how many.
size_t test_children(pid_t pid, const char *name, pid_t *pids, size_t room);

// ---- Events ----------------------------------------------------------------

// A number in shared memory that processes wait for.
struct gate {
    _Atomic uint32_t value;
};
void gate_add(struct gate *gate, uint32_t count);
void gate_await(struct gate *gate, uint32_t at_least);

// A pause between two looks at something that cannot be waited for. The test's
// deadline bounds it.
void test_pause(void);
#define AWAIT(condition)                                                       \
    do {                                                                       \
        while (!(condition))                                                   \
            test_pause();                                                      \
    } while (0)

// ---- Pools -----------------------------------------------------------------

// Asserts that the pool could be made.
struct pool *pool_of(size_t workers);
struct pool *pool_with(struct pool_options options);
void *shared(struct pool *pool, size_t size); // pool_alloc, asserted
struct pool_stats stats_of(struct pool *pool);
// True if all `workers` are there, whose numbers it writes, and asleep: one
// that is awake can run on for a moment after kill() has returned, and take an
// item.
bool all_asleep(struct pool *pool, pid_t *pids, size_t workers);

// Asserts that the pool still does its work.
void assert_usable(struct pool *pool);

// Tasks that many tests use.
int task_square(const void *arg, size_t arg_size, void *result,
                size_t result_size); // int to int
int task_square_odd_fails(const void *arg, size_t arg_size, void *result,
                          size_t result_size); // "item 7 is odd"
int task_nothing(const void *arg, size_t arg_size, void *result,
                 size_t result_size);
int task_pid(const void *arg, size_t arg_size, void *result,
             size_t result_size); // its worker's, a pid_t
int task_pass(const void *arg, size_t arg_size, void *result,
              size_t result_size); // *arg is a struct gate *: waits for 1
int task_stuck(const void *arg, size_t arg_size, void *result,
               size_t result_size); // adds 1 to the gate at *arg, never ends
int task_die(const void *arg, size_t arg_size, void *result,
             size_t result_size); // *arg is an int: the signal

#endif
