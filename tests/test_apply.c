// SPDX-License-Identifier: MIT
// One task: its argument, its result, its memory, what it prints.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TEST(apply_returns_the_tasks_result) {
    struct pool *pool = pool_of(2);
    for (int i = -5; i < 100; i++) {
        int result = -1;
        assert_int_equal(
            pool_apply(pool, task_square, &i, sizeof i, &result, sizeof result),
            0);
        assert_int_equal(result, i * i);
    }
    pool_destroy(pool);
}

struct triple {
    double base;
    int exponent;
    char name[20];
};

static int task_power(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    const struct triple *in = arg;
    if (arg_size != sizeof *in || result_size != sizeof *in)
        return 1;
    struct triple out = *in;
    out.base = pow(in->base, in->exponent);
    strcat(out.name, "!");
    *(struct triple *)result = out;
    return 0;
}

TEST(apply_takes_a_struct_of_several_fields) {
    struct pool *pool = pool_of(2);
    struct triple in = {2.5, 3, "cube"}, out;
    assert_int_equal(
        pool_apply(pool, task_power, &in, sizeof in, &out, sizeof out), 0);
    assert_true(out.base == 2.5 * 2.5 * 2.5);
    assert_string_equal(out.name, "cube!");
    pool_destroy(pool);
}

static int task_expects_nothing(const void *arg, size_t arg_size, void *result,
                                size_t result_size) {
    (void)result;
    if (arg || arg_size || result_size)
        return pool_fail("arg %p, sizes %zu and %zu", arg, arg_size,
                         result_size);
    return 0;
}

TEST(apply_without_argument_and_result) {
    struct pool *pool = pool_of(1);
    assert_int_equal(pool_apply(pool, task_expects_nothing, NULL, 0, NULL, 0),
                     0);
    int unused = 3; // a size of 0 is what counts
    assert_int_equal(
        pool_apply(pool, task_expects_nothing, &unused, 0, &unused, 0), 0);
    assert_int_equal(unused, 3);
    pool_destroy(pool);
}

TEST(apply_async_equals_apply) {
    struct pool *pool = pool_of(3);
    enum { N = 100 };
    struct pool_result *pending[N];
    for (int i = 0; i < N; i++)
        assert_int_equal(pool_apply_async(pool, task_square, &i, sizeof i,
                                          sizeof i, NULL, NULL, &pending[i]),
                         0);
    for (int i = N - 1; i >= 0; i--) {
        int got = -1, blocking = -2;
        assert_int_equal(
            pool_result_get(pending[i], &got, sizeof got, POOL_FOREVER), 0);
        assert_int_equal(pool_apply(pool, task_square, &i, sizeof i, &blocking,
                                    sizeof blocking),
                         0);
        assert_int_equal(got, blocking);
        pool_result_free(pending[i]);
    }
    pool_destroy(pool);
}

TEST(argument_is_copied_when_it_is_submitted) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    struct pool_result *first, *second;
    assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate, 0,
                                      NULL, NULL, &first),
                     0);
    int n = 7;
    assert_int_equal(pool_apply_async(pool, task_square, &n, sizeof n, sizeof n,
                                      NULL, NULL, &second),
                     0);
    n = 1000;
    gate_add(gate, 1);
    assert_int_equal(pool_result_get(second, &n, sizeof n, POOL_FOREVER), 0);
    assert_int_equal(n, 49);
    pool_destroy(pool);
}

struct meeting {
    struct gate arrived, leave;
};

// Waits until three workers are in it at once.
static int task_meet(const void *arg, size_t arg_size, void *result,
                     size_t result_size) {
    (void)arg_size, (void)result_size;
    struct meeting *meeting = *(struct meeting *const *)arg;
    gate_add(&meeting->arrived, 1);
    gate_await(&meeting->arrived, 3);
    *(pid_t *)result = getpid();
    return 0;
}

TEST(three_workers_exist_at_once) {
    struct pool *pool = pool_of(3);
    struct meeting *meeting = shared(pool, sizeof *meeting);
    struct meeting *items[3] = {meeting, meeting, meeting};
    pid_t pids[3];
    assert_int_equal(pool_map(pool, task_meet, items, 3, sizeof *items, pids,
                              sizeof *pids, 1),
                     0);
    assert_true(pids[0] != pids[1] && pids[1] != pids[2] && pids[0] != pids[2]);
    for (int i = 0; i < 3; i++)
        assert_int_not_equal(pids[i], getpid());
    pool_destroy(pool);
}

// A task that runs long and holds reserved work does not keep it from the rest.
TEST(no_task_waits_behind_a_stuck_one_while_a_worker_is_idle) {
    struct pool *pool = pool_of(2);
    struct gate *gate = shared(pool, sizeof *gate), *busy;
    busy = shared(pool, sizeof *busy);
    assert_int_equal(pool_apply_async(pool, task_stuck, &busy, sizeof busy, 0,
                                      NULL, NULL, NULL),
                     0);
    gate_await(busy, 1);
    for (int round = 0; round < 50; round++)
        assert_usable(pool);
    pool_destroy(pool);
}

enum { BIG = 5 * 1000 * 1000 + 3 };

static int task_reverse(const void *arg, size_t arg_size, void *result,
                        size_t result_size) {
    if (result_size != arg_size)
        return 1;
    for (size_t i = 0; i < arg_size; i++)
        ((char *)result)[i] = ((const char *)arg)[arg_size - 1 - i];
    return 0;
}

TEST(arguments_and_results_of_megabytes) {
    struct pool *pool = pool_of(2);
    char *in = malloc(BIG), *out = malloc(BIG);
    for (size_t i = 0; i < BIG; i++)
        in[i] = (char)(i * 31 + i / 977);
    for (size_t size = 1; size < BIG; size = size * 7 + 1) {
        assert_int_equal(pool_apply(pool, task_reverse, in, size, out, size),
                         0);
        for (size_t i = 0; i < size; i++)
            if (out[i] != in[size - 1 - i])
                fail_msg("size %zu: byte %zu differs", size, i);
    }
    assert_int_equal(pool_apply(pool, task_reverse, in, BIG, out, BIG), 0);
    assert_int_equal(out[0], in[BIG - 1]);
    free(in);
    free(out);
    pool_destroy(pool);
}

static int task_write_past_result(const void *arg, size_t arg_size,
                                  void *result, size_t result_size) {
    (void)arg, (void)arg_size;
    volatile char *bytes = result;
    for (size_t i = 0; i < result_size; i++)
        bytes[i] = 1;
    __asm__ volatile("" : "+r"(bytes)); // the compiler must not see the size
    bytes[result_size] = 1;
    return 0;
}

TEST(writing_past_a_result_crashes_only_that_task) {
    struct pool *pool = pool_of(1);
    for (size_t size = 1; size < 10000; size = size * 3) {
        char *bytes = calloc(1, size);
        assert_int_equal(
            pool_apply(pool, task_write_past_result, NULL, 0, bytes, size),
            POOL_ELOST);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(bytes[i], 0);
        free(bytes);
    }
    assert_usable(pool);
    pool_destroy(pool);
}

static int task_write_argument(const void *arg, size_t arg_size, void *result,
                               size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    *(volatile int *)(void *)(uintptr_t)arg = 5;
    return 0;
}

TEST(writing_to_an_argument_crashes_only_that_task) {
    struct pool *pool = pool_of(1);
    int n = 4;
    assert_int_equal(
        pool_apply(pool, task_write_argument, &n, sizeof n, NULL, 0),
        POOL_ELOST);
    assert_int_equal(n, 4);
    assert_usable(pool);
    pool_destroy(pool);
}

static int task_check_alignment(const void *arg, size_t arg_size, void *result,
                                size_t result_size) {
    (void)arg_size;
    size_t unit = result_size & -result_size; // largest that divides it
    if (unit > 16)
        unit = 16;
    if ((uintptr_t)arg % 16 || (uintptr_t)result % unit)
        return pool_fail("%p, %p for %zu", arg, result, result_size);
    memset(result, 0, result_size);
    return 0;
}

TEST(arguments_and_results_are_aligned) {
    struct pool *pool = pool_of(2);
    char buffer[300] = "";
    for (size_t size = 1; size < sizeof buffer; size++) {
        struct pool_result *pending;
        assert_int_equal(pool_apply_async(pool, task_check_alignment, buffer,
                                          size, size, NULL, NULL, &pending),
                         0);
        int rc = pool_result_get(pending, buffer, size, POOL_FOREVER);
        if (rc != 0)
            fail_msg("%s", pool_result_message(pending));
        pool_result_free(pending);
    }
    pool_destroy(pool);
}

static int counter = 1; // of the program, not shared

static int task_count(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    *(int *)result = ++counter;
    return 0;
}

TEST(workers_see_variables_as_they_were_at_create) {
    counter = 41;
    struct pool *pool = pool_of(1);
    counter = 1000;
    int seen = 0;
    assert_int_equal(pool_apply(pool, task_count, NULL, 0, &seen, sizeof seen),
                     0);
    assert_int_equal(seen, 42);
    assert_int_equal(pool_apply(pool, task_count, NULL, 0, &seen, sizeof seen),
                     0);
    assert_int_equal(seen, 43);
    assert_int_equal(counter, 1000);
    pool_destroy(pool);
}

static int task_index(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    task_meet(arg, arg_size, result, result_size); // all three, once each
    *(int *)result = pool_worker_index();
    return 0;
}

TEST(worker_index_counts_from_0_and_is_minus_1_in_the_client) {
    assert_int_equal(pool_worker_index(), -1);
    struct pool *pool = pool_of(3);
    struct meeting *meeting = shared(pool, sizeof *meeting);
    struct meeting *items[3] = {meeting, meeting, meeting};
    int indices[3], seen = 0;
    assert_int_equal(pool_map(pool, task_index, items, 3, sizeof *items,
                              indices, sizeof *indices, 1),
                     0);
    for (int i = 0; i < 3; i++)
        seen |= 1 << indices[i];
    assert_int_equal(seen, 7);
    assert_int_equal(pool_worker_index(), -1);
    pool_destroy(pool);
}

static int task_print(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    printf("task %d;", *(const int *)arg);
    return 0;
}

static int print_pipe[2];

// What a task printed is out when its result is there; what the client had
// printed before is out once.
static void print_into_pipe(void *unused) {
    (void)unused;
    dup2(print_pipe[1], STDOUT_FILENO);
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    printf("client;");
    struct pool *pool = pool_of(2);
    for (int i = 0; i < 3; i++) {
        char seen[100] = "", expected[100];
        assert_int_equal(pool_apply(pool, task_print, &i, sizeof i, NULL, 0),
                         0);
        snprintf(expected, sizeof expected, "%stask %d;", i ? "" : "client;",
                 i);
        assert_true(read(print_pipe[0], seen, sizeof seen) > 0);
        assert_string_equal(seen, expected);
    }
    pool_destroy(pool);
}

TEST(what_a_task_prints_is_out_before_its_result) {
    assert_int_equal(pipe(print_pipe), 0);
    test_in_child(print_into_pipe, NULL);
    close(print_pipe[1]);
    char rest[10];
    assert_int_equal(read(print_pipe[0], rest, sizeof rest), 0);
    close(print_pipe[0]);
}

static int task_pow(const void *arg, size_t arg_size, void *result,
                    size_t result_size) {
    (void)arg_size, (void)result_size;
    double x = *(const double *)arg;
    *(double *)result = pow(x, 2);
    return 0;
}

static double sum;

static void add_up(struct pool_result *result, void *user) {
    (void)user;
    double value = 0;
    assert_int_equal(pool_result_get(result, &value, sizeof value, 0), 0);
    sum += value;
}

// A pool of one worker per CPU, 100 × apply_async of pow, close, join.
TEST(the_notes_one_program) {
    struct pool *pool = pool_create(NULL);
    assert_non_null(pool);
    sum = 0;
    for (int i = 0; i < 100; i++) {
        double x = i;
        assert_int_equal(pool_apply_async(pool, task_pow, &x, sizeof x,
                                          sizeof x, add_up, NULL, NULL),
                         0);
    }
    assert_int_equal(pool_close(pool), 0);
    assert_int_equal(pool_join(pool), 0);
    assert_true(sum == 328350);
    pool_destroy(pool);
}

static int task_grow(const void *arg, size_t arg_size, void *result,
                     size_t result_size) {
    (void)arg, (void)arg_size;
    for (size_t i = 0; i < result_size; i++)
        ((char *)result)[i] = 'x';
    return 0;
}

// The worker's result memory grows and serves smaller ones after that.
TEST(results_of_changing_sizes_from_one_worker) {
    struct pool *pool = pool_of(1);
    char *out = malloc(1 << 20);
    static const size_t sizes[] = {1, 4096, 4097, 1 << 20, 3, 0, 65536, 8};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memset(out, 'o', 1 << 20);
        assert_int_equal(pool_apply(pool, task_grow, NULL, 0, out, sizes[i]),
                         0);
        for (size_t b = 0; b < 1 << 20; b += b < sizes[i] + 10 ? 1 : 4099)
            assert_int_equal(out[b], b < sizes[i] ? 'x' : 'o');
    }
    free(out);
    pool_destroy(pool);
}
