// SPDX-License-Identifier: MIT
// The arena: shared arrays, running full and recovering, memory used again.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int task_fill(const void *arg, size_t arg_size, void *result,
                     size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    int *const *cell = arg;
    **cell = getpid();
    return 0;
}

TEST(shared_array_is_seen_by_all_at_the_same_address) {
    struct pool *pool = pool_of(3);
    int *array = shared(pool, 1000 * sizeof *array), *cells[1000];
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(array[i], 0);
        cells[i] = &array[i];
    }
    assert_int_equal(
        pool_map(pool, task_fill, cells, 1000, sizeof *cells, NULL, 0, 1), 0);
    for (int i = 0; i < 1000; i++)
        assert_true(array[i] > 0 && array[i] != getpid());
    pool_release(pool, array);
    pool_destroy(pool);
}

TEST(shared_memory_is_zeroed_and_aligned_also_when_used_again) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 1, .memory = 8 << 20});
    unsigned seed = 7;
    char *blocks[50] = {NULL};
    size_t sizes[50] = {0};
    for (int round = 0; round < 5000; round++) {
        int k = rand_r(&seed) % 50;
        for (size_t i = 0; i < sizes[k]; i++)
            if (blocks[k][i] != (char)k)
                fail_msg("block of %zu bytes overwritten", sizes[k]);
        pool_release(pool, blocks[k]);
        sizes[k] = 1 + (size_t)rand_r(&seed) % (round % 3 ? 300 : 50000);
        blocks[k] = pool_alloc(pool, sizes[k]);
        assert_non_null(blocks[k]);
        assert_int_equal((uintptr_t)blocks[k] % 16, 0);
        for (size_t i = 0; i < sizes[k]; i++)
            if (blocks[k][i])
                fail_msg("byte %zu of %zu is not zero", i, sizes[k]);
        memset(blocks[k], k, sizes[k]);
    }
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(release_ignores_what_alloc_did_not_return) {
    struct pool *pool = pool_of(1);
    char *memory = shared(pool, 100), *large = shared(pool, 100000), local;
    pool_release(pool, NULL);
    pool_release(pool, &local);
    pool_release(pool, memory + 16);
    pool_release(pool, large + 4096);
    memset(memory, 1, 100);
    memset(large, 1, 100000);
    pool_release(pool, memory);
    pool_release(pool, memory); // twice
    pool_release(pool, large);
    pool_release(pool, large);
    char *one = shared(pool, 100), *two = shared(pool, 100);
    assert_ptr_not_equal(one, two);
    one = shared(pool, 100000), two = shared(pool, 100000);
    assert_true(one + 100000 <= two || two + 100000 <= one);
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(full_arena_is_an_error_and_the_pool_usable_after_it) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2, .memory = 1 << 20});
    errno = 0;
    assert_null(pool_alloc(pool, 2 << 20));
    assert_int_equal(errno, ENOMEM);
    assert_null(pool_alloc(pool, SIZE_MAX));
    assert_null(pool_alloc(pool, SIZE_MAX / 2));
    char *big = calloc(1, 2 << 20);
    struct pool_result *result = NULL;
    assert_int_equal(pool_apply(pool, task_nothing, big, 2 << 20, NULL, 0),
                     POOL_ENOMEM);
    assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 2 << 20,
                                      NULL, NULL, &result),
                     POOL_ENOMEM);
    assert_int_equal(pool_map(pool, task_nothing, big, 2, 1 << 20, NULL, 0, 1),
                     POOL_ENOMEM);
    assert_null(result);
    assert_null(pool_queue_create(pool, 1 << 20, 100));
    assert_int_equal(errno, ENOMEM);
    assert_int_equal(pool_trace_start(pool, 10000000), POOL_ENOMEM);
    assert_usable(pool);
    assert_int_equal(stats_of(pool).submitted, 20);
    free(big);
    pool_destroy(pool);
}

// Fill it to the brim, free everything, and it holds as much again.
TEST(memory_of_freed_results_is_used_again) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 1, .memory = 4 << 20});
    enum { MOST = 100000 };
    struct pool_result **results = calloc(MOST, sizeof *results);
    size_t held[4];
    for (int round = 0; round < 4; round++) {
        size_t n = 0;
        int rc = 0;
        char arg[200] = "";
        while (n < MOST &&
               (rc = pool_apply_async(pool, task_nothing, arg, sizeof arg, 100,
                                      NULL, NULL, &results[n])) == 0)
            n++;
        assert_int_equal(rc, POOL_ENOMEM);
        held[round] = n;
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(pool_result_wait(results[i], POOL_FOREVER), 0);
            assert_int_equal(pool_result_status(results[i]), 0);
            pool_result_free(results[i]);
        }
        assert_usable(pool);
    }
    assert_true(held[0] > 4000);
    assert_true(held[3] + held[3] / 10 >= held[0]);
    free(results);
    pool_destroy(pool);
}

TEST(million_tasks_through_a_small_arena) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2, .memory = 1 << 20});
    for (int i = 0; i < 1000000; i++) {
        int rc;
        while ((rc = pool_apply_async(pool, task_nothing, &i, sizeof i, 0, NULL,
                                      NULL, NULL)) == POOL_ENOMEM)
            sched_yield(); // full: what is done must be let go by itself
        assert_int_equal(rc, 0);
    }
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    assert_int_equal(stats_of(pool).completed, 1000000);
    pool_destroy(pool);
}

// Pages of this process: anonymous, file and shared ones.
static size_t resident(void) {
    char line[128];
    size_t kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        sscanf(line, "VmRSS: %zu", &kib);
    fclose(file);
    return kib * 1024;
}

TEST(pending_task_of_8_bytes_takes_160_bytes_at_most) {
    if (SANITIZED)
        test_skip("a sanitizer's malloc takes more");
    enum { N = 200000 };
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    struct pool_result *results[1];
    assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate, 8,
                                      NULL, NULL, results),
                     0);
    size_t before = resident();
    for (int i = 0; i < N; i++)
        assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate,
                                          8, NULL, NULL, NULL),
                         0);
    size_t each = (resident() - before) / N;
    if (each > 160)
        fail_msg("%zu bytes for each pending task", each);
    gate_add(gate, 1);
    pool_destroy(pool);
}

// Endless use in bounded memory: nothing grows with what is long done. Many at
// a time, so that it takes no longer where every wake has to wait for a CPU.
TEST(memory_does_not_grow_with_tasks_done) {
    enum { ROUNDS = 2000, TASKS = 100 };
    struct pool *pool = pool_of(2);
    struct pool_result *results[TASKS];
    int n = 3, got;
    size_t before = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < TASKS; i++)
            assert_int_equal(pool_apply_async(pool, task_square, &n, sizeof n,
                                              sizeof got, NULL, NULL,
                                              &results[i]),
                             0);
        for (int i = 0; i < TASKS; i++) {
            assert_int_equal(
                pool_result_get(results[i], &got, sizeof got, POOL_FOREVER), 0);
            pool_result_free(results[i]);
        }
        assert_int_equal(
            pool_apply(pool, task_square, &n, sizeof n, &got, sizeof got), 0);
        if (round == ROUNDS / 10)
            before = resident();
    }
    size_t after = resident();
    if (after > before + (1 << 20))
        fail_msg("%zu bytes more", after - before);
    pool_destroy(pool);
}

TEST(queues_and_arrays_are_given_back) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 1, .memory = 1 << 20});
    for (int i = 0; i < 10000; i++) {
        struct pool_queue *queue = pool_queue_create(pool, 100, 100);
        assert_non_null(queue);
        pool_queue_destroy(queue);
        pool_release(pool, shared(pool, 300000));
    }
    pool_destroy(pool);
}

TEST(memory_of_any_size_option) {
    struct pool_options options = {.workers = 2};
    for (options.memory = 1; options.memory < (size_t)1 << 40;
         options.memory *= 4) {
        struct pool *pool = pool_create(&options);
        if (!pool) {
            assert_true(options.memory < 1 << 20);
            assert_int_equal(errno, EINVAL);
            continue;
        }
        assert_usable(pool);
        pool_destroy(pool);
    }
}

// Whatever dumps: a core file or a pipe from the kernel. VmFlags say "dd".
TEST(no_mapping_of_the_arena_is_dumped) {
    struct pool *pool = pool_with(
        (struct pool_options){.workers = 1, .memory = (size_t)256 << 20});
    assert_usable(pool);
    FILE *file = fopen("/proc/self/smaps", "r");
    assert_non_null(file);
    char line[512], permissions[8];
    unsigned long from, to;
    bool large = false;
    int seen = 0;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, permissions) == 3)
            large = permissions[3] == 's' && to - from > (64ul << 20);
        if (!large || strncmp(line, "VmFlags:", 8) != 0)
            continue;
        seen++;
        if (!strstr(line, " dd"))
            fail_msg("dumped: %s", line);
    }
    fclose(file);
    assert_int_equal(seen, 2); // the arena, and its read-only window
    pool_destroy(pool);
}
