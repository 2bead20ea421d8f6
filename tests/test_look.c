// SPDX-License-Identifier: MIT
// Looking inside: statistics count items and add up.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <signal.h>

// ---- Statistics ------------------------------------------------------------

static void assert_adds_up(struct pool_stats s, size_t cancelled) {
    assert_int_equal(s.submitted,
                     s.pending + s.completed + s.failed + s.lost + cancelled);
    assert_true(s.idle <= s.workers);
}

TEST(stats_count_items_not_chunks) {
    struct pool *pool = pool_of(2);
    struct gate *gate = shared(pool, sizeof *gate), *items[10];
    for (int i = 0; i < 10; i++)
        items[i] = gate;
    struct pool_stats stats = stats_of(pool);
    assert_int_equal(stats.submitted, 0);
    assert_int_equal(stats.workers, 2);
    AWAIT(stats_of(pool).idle == 2);
    struct pool_result *result;
    assert_int_equal(pool_map_async(pool, task_pass, items, 10, sizeof *items,
                                    0, 5, NULL, NULL, &result),
                     0);
    AWAIT(stats_of(pool).idle == 0);
    stats = stats_of(pool);
    assert_int_equal(stats.submitted, 10);
    assert_int_equal(stats.pending, 10);
    assert_adds_up(stats, 0);
    gate_add(gate, 1);
    assert_int_equal(pool_result_wait(result, -1), 0);
    stats = stats_of(pool);
    assert_int_equal(stats.completed, 10);
    assert_int_equal(stats.pending, 0);
    AWAIT(stats_of(pool).idle == 2);
    pool_destroy(pool);
}

// Waits at its gate, or fails where it has none.
static int task_pass_or_fail(const void *arg, size_t arg_size, void *result,
                             size_t result_size) {
    if (!*(struct gate *const *)arg)
        return pool_fail("no gate");
    return task_pass(arg, arg_size, result, result_size);
}

// Of a map that is not done, those that have failed behind an item that runs.
TEST(stats_count_failures_behind_a_running_item) {
    struct pool *pool = pool_of(2);
    struct gate *gate = shared(pool, sizeof *gate), *items[4] = {gate};
    struct pool_result *result;
    assert_int_equal(pool_map_async(pool, task_pass_or_fail, items, 4,
                                    sizeof *items, 0, 1, NULL, NULL, &result),
                     0);
    AWAIT(stats_of(pool).failed == 3);
    assert_int_equal(stats_of(pool).completed, 0);
    assert_int_equal(stats_of(pool).pending, 1);
    gate_add(gate, 1);
    assert_int_equal(pool_result_wait(result, -1), 0);
    assert_int_equal(pool_result_status(result), POOL_ETASK);
    assert_int_equal(stats_of(pool).completed, 1);
    pool_destroy(pool);
}

// At every moment of a run with failures and deaths.
TEST(stats_add_up_all_the_time) {
    struct pool *pool = pool_of(3);
    struct pool_result *results[2];
    int items[2000], signals[40];
    for (int i = 0; i < 2000; i++)
        items[i] = i;
    for (int i = 0; i < 40; i++)
        signals[i] = i % 4 ? 0 : SIGKILL;
    assert_int_equal(pool_map_async(pool, task_square_odd_fails, items, 2000,
                                    sizeof *items, sizeof *items, 7, NULL, NULL,
                                    &results[0]),
                     0);
    assert_int_equal(pool_map_async(pool, task_die, signals, 40,
                                    sizeof *signals, 0, 8, NULL, NULL,
                                    &results[1]),
                     0);
    struct pool_stats before = {0}, now;
    do {
        now = stats_of(pool);
        assert_adds_up(now, 0);
        assert_true(now.completed >= before.completed &&
                    now.failed >= before.failed && now.lost >= before.lost &&
                    now.respawned >= before.respawned);
        before = now;
    } while (now.pending);
    assert_int_equal(now.submitted, 2040);
    assert_int_equal(now.completed, 1030);
    assert_int_equal(now.failed, 1000);
    assert_int_equal(now.lost, 10);
    AWAIT(stats_of(pool).respawned == 10);
    pool_terminate(pool);
    assert_adds_up(stats_of(pool), 0);
    pool_destroy(pool);
}

TEST(stats_after_terminate) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    assert_usable(pool);
    for (int i = 0; i < 5; i++)
        assert_int_equal(pool_apply_async(pool, task_stuck, &gate, sizeof gate,
                                          0, NULL, NULL, NULL),
                         0);
    gate_await(gate, 1);
    pool_terminate(pool);
    struct pool_stats stats = stats_of(pool);
    assert_int_equal(stats.pending, 0);
    assert_int_equal(stats.completed, 20);
    assert_int_equal(stats.lost, 0);
    assert_int_equal(stats.workers, 0);
    assert_int_equal(stats.supervisor, 0);
    assert_adds_up(stats, 5);
    pool_destroy(pool);
}

TEST(worker_pids_with_any_capacity) {
    struct pool *pool = pool_of(5);
    for (size_t capacity = 0; capacity < 8; capacity++) {
        pid_t pids[8] = {0};
        assert_int_equal(pool_worker_pids(pool, pids, capacity), 5);
        for (size_t i = 0; i < 8; i++)
            assert_int_equal(pids[i] > 0, i < capacity && i < 5);
    }
    pool_destroy(pool);
}
