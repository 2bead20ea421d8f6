// SPDX-License-Identifier: MIT
// Many items: order, chunks, errors of single items.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int *numbers(size_t count) {
    int *items = malloc(count * sizeof *items + 1);
    assert_non_null(items);
    for (size_t i = 0; i < count; i++)
        items[i] = (int)i;
    return items;
}

static void map_and_compare(struct pool *pool, size_t count, size_t chunk) {
    int *items = numbers(count), *results = malloc(count * sizeof *results + 1);
    memset(results, 0xff, count * sizeof *results);
    assert_int_equal(pool_map(pool, task_square, items, count, sizeof *items,
                              results, sizeof *results, chunk),
                     0);
    for (size_t i = 0; i < count; i++)
        if (results[i] != (int)((unsigned)i * (unsigned)i))
            fail_msg("%zu items, chunks of %zu: item %zu is %d", count, chunk,
                     i, results[i]);
    free(items);
    free(results);
}

TEST(map_equals_serial_map) {
    struct pool *pool = pool_of(3);
    static const size_t counts[] = {0, 1, 2, 3, 7, 100, 255, 256, 257, 10000};
    static const size_t chunks[] = {0, 1, 2, 7, 100, 10000, 1u << 31, SIZE_MAX};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (size_t k = 0; k < sizeof chunks / sizeof *chunks; k++)
            map_and_compare(pool, counts[c], chunks[k]);
    pool_destroy(pool);
}

TEST(map_of_a_million_items) {
    struct pool *pool = pool_of(2);
    map_and_compare(pool, 40000, 1); // squares fit an int
    int *results = malloc(1000000 * sizeof *results);
    assert_int_equal(
        pool_map(pool, task_pid, NULL, 1000000, 0, results, sizeof *results, 1),
        0);
    for (size_t i = 0; i < 1000000; i++)
        if (results[i] <= 0)
            fail_msg("item %zu did not run", i);
    free(results);
    pool_destroy(pool);
}

// Results are copied out while later items still run: from copies of the items.
TEST(results_may_take_the_place_of_the_items) {
    struct pool *pool = pool_of(2);
    static const size_t chunks[] = {0, 1, 1000};
    for (size_t k = 0; k < 3; k++) {
        int *items = numbers(40000);
        assert_int_equal(pool_map(pool, task_square, items, 40000,
                                  sizeof *items, items, sizeof *items,
                                  chunks[k]),
                         0);
        for (int i = 0; i < 40000; i++)
            assert_int_equal(items[i], i * i);
        free(items);
    }
    int one = 7;
    assert_int_equal(
        pool_apply(pool, task_square, &one, sizeof one, &one, sizeof one), 0);
    assert_int_equal(one, 49);
    pool_destroy(pool);
}

// The client sleeps and is woken several times in each of these maps, beside
// workers that finish what it is about to wait for.
TEST(many_maps_of_many_chunks_with_many_workers) {
    enum { COUNT = 40000 }; // an item takes as long as two microseconds
    struct pool *pool = pool_of(64);
    int *results = malloc(COUNT * sizeof *results);
    for (int i = 0; i < 20; i++)
        assert_int_equal(pool_map(pool, task_pid, NULL, COUNT, 0, results,
                                  sizeof *results, 1),
                         0);
    free(results);
    pool_destroy(pool);
}

TEST(map_with_more_workers_than_items) {
    struct pool *pool = pool_of(16);
    for (size_t count = 0; count < 20; count++)
        map_and_compare(pool, count, 0);
    pool_destroy(pool);
}

struct step {
    struct gate *gate;
    uint32_t turn;
};

// Items run in the opposite order: each waits for all after it.
static int task_in_turn(const void *arg, size_t arg_size, void *result,
                        size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct step *step = arg;
    gate_await(step->gate, step->turn);
    *(uint32_t *)result = step->turn;
    gate_add(step->gate, 1);
    return 0;
}

TEST(results_are_in_the_order_of_the_items_not_of_running) {
    struct pool *pool = pool_of(8);
    struct gate *gate = shared(pool, sizeof *gate);
    struct step items[8];
    uint32_t turns[8];
    for (uint32_t i = 0; i < 8; i++)
        items[i] = (struct step){gate, 7 - i};
    assert_int_equal(pool_map(pool, task_in_turn, items, 8, sizeof *items,
                              turns, sizeof *turns, 1),
                     0);
    for (uint32_t i = 0; i < 8; i++)
        assert_int_equal(turns[i], 7 - i);
    pool_destroy(pool);
}

TEST(map_async_equals_map) {
    struct pool *pool = pool_of(2);
    int *items = numbers(1000), results[1000];
    for (size_t chunk = 0; chunk < 5; chunk++) {
        struct pool_result *pending;
        assert_int_equal(pool_map_async(pool, task_square, items, 1000,
                                        sizeof *items, sizeof *results, chunk,
                                        NULL, NULL, &pending),
                         0);
        memset(results, 0, sizeof results);
        assert_int_equal(
            pool_result_get(pending, results, sizeof results, POOL_FOREVER), 0);
        for (int i = 0; i < 1000; i++) {
            assert_int_equal(results[i], i * i);
            assert_int_equal(pool_result_item_status(pending, (size_t)i), 0);
        }
        assert_string_equal(pool_result_message(pending), "");
        pool_result_free(pending);
    }
    free(items);
    pool_destroy(pool);
}

TEST(many_maps_at_once) {
    struct pool *pool = pool_of(3);
    int *items = numbers(500), results[500];
    struct pool_result *pending[40];
    for (size_t m = 0; m < 40; m++)
        assert_int_equal(pool_map_async(pool, task_square, items, 12 * m,
                                        sizeof *items, sizeof *results, m % 5,
                                        NULL, NULL, &pending[m]),
                         0);
    for (size_t m = 40; m-- > 0;) {
        assert_int_equal(
            pool_result_get(pending[m], results, sizeof results, POOL_FOREVER),
            0);
        for (size_t i = 0; i < 12 * m; i++)
            assert_int_equal(results[i], i * i);
        pool_result_free(pending[m]);
    }
    free(items);
    pool_destroy(pool);
}

static void count_call(struct pool_result *result, void *user) {
    assert_true(pool_result_ready(result));
    assert_int_equal(pool_result_status(result), 0);
    ++*(int *)user;
}

TEST(empty_input_is_success_and_calls_back) {
    struct pool *pool = pool_of(2);
    struct pool_result *pending;
    int calls = 0;
    assert_int_equal(pool_map(pool, task_square, NULL, 0, 4, NULL, 4, 0), 0);
    assert_int_equal(pool_map(pool, task_square, &calls, 0, 4, &calls, 4, 1),
                     0);
    assert_int_equal(pool_map_async(pool, task_square, NULL, 0, 4, 4, 0,
                                    count_call, &calls, &pending),
                     0);
    assert_int_equal(pool_result_get(pending, NULL, 0, POOL_FOREVER), 0);
    assert_int_equal(calls, 1);
    assert_string_equal(pool_result_message(pending), "");
    assert_int_equal(pool_result_item_status(pending, 0), POOL_EINVAL);
    pool_result_free(pending);
    assert_int_equal(pool_map_async(pool, task_square, NULL, 0, 4, 4, 0,
                                    count_call, &calls, NULL),
                     0);
    pool_poll(pool, POOL_FOREVER);
    assert_int_equal(calls, 2);
    assert_int_equal(stats_of(pool).submitted, 0);
    pool_destroy(pool);
}

TEST(items_without_bytes) {
    struct pool *pool = pool_of(2);
    pid_t pids[50];
    assert_int_equal(
        pool_map(pool, task_pid, NULL, 50, 0, pids, sizeof *pids, 3), 0);
    assert_int_equal(pool_map(pool, task_nothing, NULL, 50, 0, NULL, 0, 3), 0);
    int *items = numbers(50);
    assert_int_equal(
        pool_map(pool, task_nothing, items, 50, sizeof *items, NULL, 0, 0), 0);
    free(items);
    pool_destroy(pool);
}

// One failing item stops none of the others, whatever the chunks.
TEST(map_waits_for_all_and_returns_the_lowest_failure) {
    struct pool *pool = pool_of(3);
    int *items = numbers(100), results[100];
    for (size_t chunk = 0; chunk < 12; chunk++) {
        memset(results, 0xff, sizeof results);
        struct pool_result *pending;
        assert_int_equal(pool_map_async(pool, task_square_odd_fails, items + 2,
                                        98, sizeof *items, sizeof *results,
                                        chunk, NULL, NULL, &pending),
                         0);
        assert_int_equal(
            pool_result_get(pending, results, sizeof results, POOL_FOREVER),
            POOL_ETASK);
        assert_string_equal(pool_result_message(pending), "item 3 is odd");
        assert_int_equal(pool_result_status(pending), POOL_ETASK);
        for (int i = 0; i < 98; i++) {
            int n = i + 2;
            assert_int_equal(pool_result_item_status(pending, (size_t)i),
                             n % 2 ? POOL_ETASK : 0);
            assert_int_equal(results[i], n % 2 ? 0 : n * n);
        }
        pool_result_free(pending);
        memset(results, 0xff, sizeof results);
        assert_int_equal(pool_map(pool, task_square_odd_fails, items, 100,
                                  sizeof *items, results, sizeof *results,
                                  chunk),
                         POOL_ETASK);
        for (int n = 0; n < 100; n++)
            assert_int_equal(results[n], n % 2 ? 0 : n * n);
    }
    free(items);
    pool_destroy(pool);
}

struct late_failure {
    struct gate *others;
    int number;
};

static int task_fail_loudly(const void *arg, size_t arg_size, void *result,
                            size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    const struct late_failure *item = arg;
    char text[3000];
    memset(text, 'a' + item->number, sizeof text);
    if (item->number == 0)
        gate_await(item->others, 2); // the lowest fails last
    gate_add(item->others, 1);
    if (item->number < 2)
        return pool_fail("%.*s", (int)sizeof text, text);
    return 0;
}

TEST(two_long_messages_and_the_first_item_speaks) {
    struct pool *pool = pool_of(3);
    struct gate *others = shared(pool, sizeof *others);
    struct late_failure items[3] = {{others, 0}, {others, 1}, {others, 2}};
    struct pool_result *pending;
    assert_int_equal(pool_map_async(pool, task_fail_loudly, items, 3,
                                    sizeof *items, 0, 1, NULL, NULL, &pending),
                     0);
    assert_int_equal(pool_result_get(pending, NULL, 0, POOL_FOREVER),
                     POOL_ETASK);
    const char *message = pool_result_message(pending);
    assert_int_equal(strlen(message), POOL_MESSAGE_SIZE - 1);
    assert_int_equal(strspn(message, "a"), POOL_MESSAGE_SIZE - 1);
    assert_int_equal(pool_result_item_status(pending, 2), 0);
    assert_int_equal(atomic_load(&others->value), 3);
    pool_result_free(pending);
    pool_destroy(pool);
}

struct parcel {
    size_t number;
    char bytes[100003];
};

static int task_parcel(const void *arg, size_t arg_size, void *result,
                       size_t result_size) {
    if (arg_size != sizeof(struct parcel) || result_size != arg_size)
        return 1;
    memcpy(result, arg, arg_size);
    struct parcel *out = result;
    memset(out->bytes, (int)out->number, sizeof out->bytes);
    return 0;
}

TEST(map_of_large_items) {
    struct pool *pool = pool_of(2);
    enum { N = 60 };
    struct parcel *items = calloc(N, sizeof *items);
    struct parcel *results = calloc(N, sizeof *results);
    for (size_t i = 0; i < N; i++)
        items[i].number = i;
    for (size_t chunk = 0; chunk < 9; chunk += 4) {
        memset(results, 0xff, N * sizeof *results);
        assert_int_equal(pool_map(pool, task_parcel, items, N, sizeof *items,
                                  results, sizeof *results, chunk),
                         0);
        for (size_t i = 0; i < N; i++) {
            assert_int_equal(results[i].number, i);
            assert_int_equal(results[i].bytes[100002], (char)i);
        }
    }
    free(items);
    free(results);
    pool_destroy(pool);
}

TEST(items_and_results_in_shared_arrays_are_used_in_place) {
    struct pool *pool = pool_of(2);
    enum { N = 5000 };
    int *items = shared(pool, N * sizeof *items);
    int *results = shared(pool, N * sizeof *results);
    for (int i = 0; i < N; i++)
        items[i] = i;
    assert_int_equal(pool_map(pool, task_square_odd_fails, items, N,
                              sizeof *items, results, sizeof *results, 7),
                     POOL_ETASK);
    for (int i = 0; i < N; i++)
        assert_int_equal(results[i], i % 2 ? 0 : i * i);
    assert_int_equal(pool_map(pool, task_square, items, N, sizeof *items, items,
                              sizeof *items, 0),
                     0); // over the inputs
    for (int i = 0; i < N; i++)
        assert_int_equal(items[i], i * i);
    pool_release(pool, items);
    pool_release(pool, results);
    assert_usable(pool);
    pool_destroy(pool);
}
