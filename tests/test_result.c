// SPDX-License-Identifier: MIT
// Results that are not there yet: waiting, timeouts, statuses, freeing.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <string.h>
#include <unistd.h>

static struct pool_result *submit_pass(struct pool *pool, struct gate *gate) {
    struct pool_result *result = NULL;
    assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate, 0,
                                      NULL, NULL, &result),
                     0);
    assert_non_null(result);
    return result;
}

static struct pool_result *submit_square(struct pool *pool, int n) {
    struct pool_result *result = NULL;
    assert_int_equal(pool_apply_async(pool, task_square, &n, sizeof n, sizeof n,
                                      NULL, NULL, &result),
                     0);
    return result;
}

TEST(result_is_not_ready_while_its_task_runs) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    struct pool_result *result = submit_pass(pool, gate);
    assert_false(pool_result_ready(result));
    assert_int_equal(pool_result_status(result), POOL_ENOTREADY);
    assert_int_equal(pool_result_item_status(result, 0), POOL_ENOTREADY);
    assert_string_equal(pool_result_message(result), "");
    gate_add(gate, 1);
    assert_int_equal(pool_result_wait(result, POOL_FOREVER), 0);
    assert_true(pool_result_ready(result));
    assert_int_equal(pool_result_status(result), 0);
    assert_int_equal(pool_result_item_status(result, 0), 0);
    assert_int_equal(pool_result_item_status(result, 1), POOL_EINVAL);
    assert_string_equal(pool_result_message(result), "");
    pool_result_free(result);
    pool_destroy(pool);
}

TEST(result_becomes_ready_while_only_looked_at) {
    struct pool *pool = pool_of(1);
    struct pool_result *result = submit_square(pool, 3);
    AWAIT(pool_result_ready(result));
    result = submit_square(pool, 4);
    AWAIT(pool_result_status(result) == 0);
    result = submit_square(pool, 5);
    int got = 0;
    AWAIT(pool_result_get(result, &got, sizeof got, 0) == 0);
    assert_int_equal(got, 25);
    pool_destroy(pool);
}

TEST(slow_result_comes_after_timeouts) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    struct pool_result *slow = submit_pass(pool, gate);
    struct pool_result *next = submit_square(pool, 9);
    int got = -1;
    static const int timeouts[] = {0, 1, 20, 0};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pool_result_get(slow, NULL, 0, timeouts[i]),
                         POOL_ETIMEDOUT);
        assert_int_equal(pool_result_wait(slow, timeouts[i]), POOL_ETIMEDOUT);
        assert_int_equal(pool_result_get(next, &got, sizeof got, timeouts[i]),
                         POOL_ETIMEDOUT);
    }
    assert_int_equal(got, -1);
    gate_add(gate, 1);
    assert_int_equal(pool_result_get(next, &got, sizeof got, POOL_FOREVER), 0);
    assert_int_equal(got, 81);
    assert_int_equal(pool_result_get(slow, NULL, 0, POOL_FOREVER), 0);
    pool_destroy(pool);
}

TEST(get_works_any_number_of_times) {
    struct pool *pool = pool_of(1);
    struct pool_result *result = submit_square(pool, 12);
    for (int i = 0; i < 5; i++) {
        int got[3] = {0, 7, 7};
        assert_int_equal(pool_result_get(result, got, sizeof got, POOL_FOREVER),
                         0);
        assert_int_equal(got[0], 144);
        assert_int_equal(got[1], 7);
        assert_int_equal(pool_result_get(result, NULL, 0, 0), 0);
    }
    pool_result_free(result);
    pool_destroy(pool);
}

TEST(get_refuses_too_little_room) {
    struct pool *pool = pool_of(1);
    struct pool_result *result = submit_square(pool, 12);
    char small[4] = "abc";
    assert_int_equal(pool_result_get(result, small, 3, POOL_FOREVER),
                     POOL_EINVAL);
    assert_int_equal(pool_result_get(result, NULL, 4, POOL_FOREVER),
                     POOL_EINVAL);
    assert_string_equal(small, "abc");
    int got;
    assert_int_equal(pool_result_get(result, &got, sizeof got, POOL_FOREVER),
                     0);
    assert_int_equal(got, 144);
    pool_result_free(result);
    pool_destroy(pool);
}

TEST(get_timed_out_then_terminate) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    struct pool_result *result = submit_pass(pool, gate);
    assert_int_equal(pool_result_get(result, NULL, 0, 10), POOL_ETIMEDOUT);
    assert_int_equal(pool_terminate(pool), 0);
    assert_int_equal(pool_result_get(result, NULL, 0, POOL_FOREVER),
                     POOL_ECANCELLED);
    assert_int_equal(pool_result_status(result), POOL_ECANCELLED);
    assert_true(strlen(pool_result_message(result)) > 0);
    pool_destroy(pool);
}

// "Before it is ready too: the task still runs."
TEST(task_of_a_freed_result_still_runs) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    struct gate *counter = shared(pool, sizeof *counter);
    atomic_store(&counter->value, 1);
    struct pool_result *first = submit_pass(pool, gate);
    struct pool_result *second = submit_pass(pool, counter);
    pool_result_free(second);
    pool_result_free(first);
    pool_result_free(NULL);
    gate_add(gate, 1);
    AWAIT(stats_of(pool).completed == 2);
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(results_can_be_read_after_join) {
    struct pool *pool = pool_of(2);
    int items[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, got[10];
    struct pool_result *good = submit_square(pool, 6), *mixed;
    assert_int_equal(pool_map_async(pool, task_square_odd_fails, items, 10,
                                    sizeof *items, sizeof *got, 3, NULL, NULL,
                                    &mixed),
                     0);
    assert_int_equal(pool_close(pool), 0);
    assert_int_equal(pool_join(pool), 0);
    assert_true(pool_result_ready(good) && pool_result_ready(mixed));
    assert_int_equal(pool_result_get(good, got, sizeof *got, 0), 0);
    assert_int_equal(got[0], 36);
    assert_int_equal(pool_result_get(mixed, got, sizeof got, 0), POOL_ETASK);
    assert_int_equal(got[8], 64);
    assert_int_equal(pool_result_item_status(mixed, 8), 0);
    assert_int_equal(pool_result_item_status(mixed, 9), POOL_ETASK);
    assert_string_equal(pool_result_message(mixed), "item 1 is odd");
    struct pool_stats stats = stats_of(pool);
    assert_int_equal(stats.submitted, 11);
    assert_int_equal(stats.completed, 6);
    assert_int_equal(stats.failed, 5);
    assert_int_equal(stats.pending, 0);
    assert_int_equal(stats.workers, 0);
    assert_int_equal(stats.supervisor, 0);
    pool_result_free(mixed);
    pool_destroy(pool);
}

TEST(results_in_the_order_they_are_waited_for) {
    struct pool *pool = pool_of(3);
    enum { N = 3000 };
    static struct pool_result *pending[N];
    for (int i = 0; i < N; i++)
        pending[i] = submit_square(pool, i);
    for (int i = 0; i < N; i++) { // a shuffle by a number prime to N
        int k = (int)((i * 1009L) % N), got;
        assert_int_equal(
            pool_result_get(pending[k], &got, sizeof got, POOL_FOREVER), 0);
        assert_int_equal(got, k * k);
        if (k % 3)
            pool_result_free(pending[k]);
    }
    pool_destroy(pool);
}

// Two results of two pools: one does not disturb the other.
TEST(two_pools_side_by_side) {
    struct pool *one = pool_of(2), *two = pool_of(1);
    struct gate *gate = shared(two, sizeof *gate);
    struct pool_result *slow = submit_pass(two, gate);
    assert_usable(one);
    assert_int_equal(pool_terminate(one), 0);
    assert_false(pool_result_ready(slow));
    gate_add(gate, 1);
    assert_int_equal(pool_result_get(slow, NULL, 0, POOL_FOREVER), 0);
    pool_destroy(one);
    assert_usable(two);
    pool_destroy(two);
}
