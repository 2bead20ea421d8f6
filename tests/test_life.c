// SPDX-License-Identifier: MIT
// Create, close, terminate, join, destroy, in every order; who lives how long.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int submit(struct pool *pool) {
    int n = 3;
    return pool_apply_async(pool, task_square, &n, sizeof n, sizeof n, NULL,
                            NULL, NULL);
}

// As in nproc: what this process may run on.
static size_t cpus(void) {
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    return (size_t)CPU_COUNT(&set);
}

TEST(no_options_and_0_workers_mean_one_per_cpu) {
    struct pool *pool = pool_create(NULL);
    assert_non_null(pool);
    assert_int_equal(pool_worker_pids(pool, NULL, 0), cpus());
    pool_destroy(pool);
    pool = pool_of(0);
    assert_int_equal(stats_of(pool).workers, cpus());
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(default_counts_only_cpus_we_may_use) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    struct pool *pool = pool_create(NULL);
    assert_non_null(pool);
    assert_int_equal(stats_of(pool).workers, 1);
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(create_returns_with_every_worker_forked) {
    for (int round = 0; round < 10; round++) {
        struct pool *pool = pool_of(7);
        pid_t pids[10];
        assert_int_equal(pool_worker_pids(pool, pids, 10), 7);
        pid_t super = stats_of(pool).supervisor, children[10];
        assert_int_equal(test_children(super, NULL, children, 10), 7);
        assert_int_equal(test_children(getpid(), NULL, children, 10), 1);
        assert_int_equal(children[0], super);
        pool_destroy(pool);
    }
}

static int task_double(const void *arg, size_t arg_size, void *result,
                       size_t result_size) {
    (void)arg_size, (void)result_size;
    *(int *)result = 2 * *(const int *)arg;
    return 0;
}

TEST(close_lets_finish_what_was_submitted) {
    struct pool *pool = pool_of(2);
    struct gate *gate = shared(pool, sizeof *gate);
    struct pool_result *slow[10], *quick[10];
    for (int i = 0; i < 10; i++) {
        assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate,
                                          0, NULL, NULL, &slow[i]),
                         0);
        assert_int_equal(pool_apply_async(pool, task_double, &i, sizeof i,
                                          sizeof i, NULL, NULL, &quick[i]),
                         0);
    }
    assert_int_equal(pool_close(pool), 0);
    assert_int_equal(pool_close(pool), 0);
    gate_add(gate, 1);
    assert_int_equal(pool_join(pool), 0);
    for (int i = 0; i < 10; i++) {
        int got;
        assert_int_equal(pool_result_status(slow[i]), 0);
        assert_int_equal(pool_result_get(quick[i], &got, sizeof got, 0), 0);
        assert_int_equal(got, 2 * i);
    }
    pool_destroy(pool);
}

static int no_more(void *state, void *item, size_t item_size) {
    (void)state, (void)item, (void)item_size;
    return 0;
}

static void assert_refuses(struct pool *pool, int error) {
    int n = 2, got;
    struct pool_result *result = NULL;
    struct pool_iter *iter = NULL;
    assert_int_equal(
        pool_apply(pool, task_square, &n, sizeof n, &got, sizeof got), error);
    assert_int_equal(pool_apply_async(pool, task_square, &n, sizeof n, sizeof n,
                                      NULL, NULL, &result),
                     error);
    assert_int_equal(
        pool_map(pool, task_square, &n, 1, sizeof n, &got, sizeof got, 0),
        error);
    assert_int_equal(pool_map(pool, task_square, NULL, 0, 4, NULL, 4, 0),
                     error);
    assert_int_equal(pool_map_async(pool, task_square, &n, 1, sizeof n,
                                    sizeof n, 0, NULL, NULL, &result),
                     error);
    assert_int_equal(
        pool_imap(pool, task_square, no_more, NULL, 4, 4, 0, &iter), error);
    assert_int_equal(
        pool_imap_unordered(pool, task_square, no_more, NULL, 4, 4, 0, &iter),
        error);
    assert_null(result);
    assert_null(iter);
}

TEST(closed_pool_refuses_every_submission) {
    struct pool *pool = pool_of(1);
    pool_close(pool);
    assert_refuses(pool, POOL_ECLOSED);
    pool_join(pool);
    assert_refuses(pool, POOL_ECLOSED);
    assert_string_equal(pool_strerror(POOL_ECLOSED), "pool not running");
    pool_destroy(pool);
}

TEST(terminated_pool_refuses_every_submission) {
    struct pool *pool = pool_of(1);
    pool_terminate(pool);
    assert_refuses(pool, POOL_ECLOSED);
    pool_join(pool);
    assert_refuses(pool, POOL_ECLOSED);
    pool_destroy(pool);
}

TEST(join_before_close_is_an_error_at_once) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    assert_int_equal(pool_join(pool), POOL_ERUNNING);
    assert_int_equal(pool_apply_async(pool, task_stuck, &gate, sizeof gate, 0,
                                      NULL, NULL, NULL),
                     0);
    assert_int_equal(pool_join(pool), POOL_ERUNNING);
    assert_string_equal(pool_strerror(POOL_ERUNNING), "pool is still running");
    pool_destroy(pool);
}

TEST(join_reaps_every_process_twice_is_fine) {
    struct pool *pool = pool_of(5);
    pid_t pids[5];
    assert_int_equal(pool_worker_pids(pool, pids, 5), 5);
    pid_t super = stats_of(pool).supervisor;
    submit(pool);
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(kill(pids[i], 0), -1);
    assert_int_equal(kill(super, 0), -1);
    assert_int_equal(waitpid(-1, NULL, 0), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(pool_join(pool), 0);
    assert_int_equal(pool_worker_pids(pool, pids, 5), 0);
    pool_destroy(pool);
}

static int task_ignore_signals(const void *arg, size_t arg_size, void *result,
                               size_t result_size) {
    for (int number = 1; number < 64; number++)
        signal(number, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    return task_stuck(arg, arg_size, result, result_size);
}

TEST(terminate_ends_tasks_that_ignore_every_signal) {
    struct pool *pool = pool_of(3);
    struct gate *gate = shared(pool, sizeof *gate);
    struct pool_result *results[5];
    for (int i = 0; i < 5; i++)
        assert_int_equal(pool_apply_async(pool, task_ignore_signals, &gate,
                                          sizeof gate, 0, NULL, NULL,
                                          &results[i]),
                         0);
    gate_await(gate, 3);
    assert_int_equal(pool_terminate(pool), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(pool_result_status(results[i]), POOL_ECANCELLED);
    assert_int_equal(pool_terminate(pool), 0);
    assert_int_equal(pool_join(pool), 0);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
}

static int task_stop(const void *arg, size_t arg_size, void *result,
                     size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    gate_add(*(struct gate *const *)arg, 1);
    raise(SIGSTOP);
    return 0;
}

TEST(terminate_ends_stopped_workers) {
    struct pool *pool = pool_of(2);
    struct gate *gate = shared(pool, sizeof *gate);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pool_apply_async(pool, task_stop, &gate, sizeof gate,
                                          0, NULL, NULL, NULL),
                         0);
    gate_await(gate, 2);
    assert_int_equal(pool_terminate(pool), 0);
    pool_destroy(pool);
}

TEST(terminate_a_stopped_supervisor) {
    struct pool *pool = pool_of(2);
    kill(stats_of(pool).supervisor, SIGSTOP);
    assert_int_equal(pool_terminate(pool), 0);
    pool_destroy(pool);
}

TEST(terminate_and_join_10000_endless_tasks) {
    struct pool *pool = pool_of(3);
    struct gate *gate = shared(pool, sizeof *gate);
    static struct pool_result *results[10000];
    for (int i = 0; i < 10000; i++)
        assert_int_equal(pool_apply_async(pool, task_stuck, &gate, sizeof gate,
                                          0, NULL, NULL, &results[i]),
                         0);
    gate_await(gate, 3);
    assert_int_equal(pool_terminate(pool), 0);
    assert_int_equal(pool_join(pool), 0);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(pool_result_get(results[i], NULL, 0, 0),
                         POOL_ECANCELLED);
    assert_int_equal(stats_of(pool).pending, 0);
    assert_int_equal(stats_of(pool).submitted, 10000);
    pool_destroy(pool);
}

// What was done before it stays done.
TEST(terminate_in_the_middle_of_a_map) {
    for (size_t chunk = 1; chunk <= 8; chunk++) {
        struct pool *pool = pool_of(1);
        struct gate *shut = shared(pool, sizeof *shut), *items[8];
        struct gate *open = shared(pool, sizeof *open);
        gate_add(open, 1);
        for (int i = 0; i < 8; i++)
            items[i] = i >= 4 ? shut : open;
        struct pool_result *result;
        assert_int_equal(pool_map_async(pool, task_pass, items, 8,
                                        sizeof *items, 0, chunk, NULL, NULL,
                                        &result),
                         0);
        AWAIT(stats_of(pool).completed == 4);
        assert_int_equal(pool_terminate(pool), 0);
        assert_int_equal(pool_result_status(result), POOL_ECANCELLED);
        for (size_t i = 0; i < 8; i++)
            assert_int_equal(pool_result_item_status(result, i),
                             i < 4 ? 0 : POOL_ECANCELLED);
        assert_int_equal(stats_of(pool).completed, 4);
        pool_destroy(pool);
    }
}

// Every sequence of four calls ends well.
TEST_WITHIN(ending_in_every_order, 120) {
    for (int order = 0; order < 4 * 4 * 4 * 4; order++) {
        struct pool *pool = pool_of(2);
        bool closed = false;
        if (order % 2)
            submit(pool);
        for (int k = 0, rest = order; k < 4; k++, rest /= 4) {
            int call = rest % 4;
            if (call == 0)
                assert_int_equal(submit(pool), closed ? POOL_ECLOSED : 0);
            else if (call == 1)
                assert_int_equal(pool_close(pool), 0);
            else if (call == 2)
                assert_int_equal(pool_terminate(pool), 0);
            else
                assert_int_equal(pool_join(pool), closed ? 0 : POOL_ERUNNING);
            closed |= call == 1 || call == 2;
        }
        pool_destroy(pool);
    }
    pool_destroy(NULL);
}

TEST(destroy_a_busy_pool) {
    struct pool *pool = pool_of(2);
    struct gate *gate = shared(pool, sizeof *gate);
    for (int i = 0; i < 20; i++)
        assert_int_equal(pool_apply_async(pool, task_stuck, &gate, sizeof gate,
                                          0, NULL, NULL, NULL),
                         0);
    gate_await(gate, 2);
    pool_destroy(pool);
}

TEST(idle_pool_takes_no_cpu_time) {
    struct pool *pool = pool_of(2);
    assert_usable(pool);
    pid_t pids[3];
    assert_int_equal(pool_worker_pids(pool, pids, 2), 2);
    pids[2] = stats_of(pool).supervisor;
    for (int p = 2; p >= 0; p--) // the supervisor first: it wakes the others
        AWAIT(test_asleep(pids[p]));
    long switches[2] = {0, 0};
    for (int round = -2; round < 2; round++) { // the first rounds let it settle
        for (int i = 0; i < 100; i++)
            test_pause();
        for (int p = 0; p < 3 && round >= 0; p++) {
            char path[64], line[128];
            snprintf(path, sizeof path, "/proc/%d/status", (int)pids[p]);
            FILE *file = fopen(path, "r");
            assert_non_null(file);
            long value;
            while (fgets(line, sizeof line, file))
                if (sscanf(line, "voluntary_ctxt_switches: %ld", &value) == 1)
                    switches[round] += value;
            fclose(file);
        }
    }
    assert_int_equal(switches[0], switches[1]); // nobody woke up in between
    pool_destroy(pool);
}

// ---- Lifetimes of workers --------------------------------------------------

TEST(worker_lifetime_of_10_items_over_100) {
    struct pool *pool = pool_with(
        (struct pool_options){.workers = 1, .max_tasks_per_worker = 10});
    for (size_t chunk = 1; chunk < 30; chunk += 7) {
        pid_t pids[100];
        assert_int_equal(
            pool_map(pool, task_pid, NULL, 100, 0, pids, sizeof *pids, chunk),
            0);
        int changes = 0;
        for (int i = 0; i < 100; i++) {
            assert_true(pids[i] > 0);
            changes += i > 0 && pids[i] != pids[i - 1];
        }
        assert_int_equal(changes, 9);
    }
    AWAIT(stats_of(pool).respawned == 50);
    int seen = 0;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(
            pool_apply(pool, task_square, &i, sizeof i, &seen, sizeof seen), 0);
        assert_int_equal(seen, i * i);
    }
    struct pool_stats stats = stats_of(pool);
    assert_int_equal(stats.lost, 0);
    assert_int_equal(stats.completed, 600);
    pool_destroy(pool);
}

TEST(lifetime_of_1_and_an_early_close) {
    for (int round = 0; round < 20; round++) {
        struct pool *pool = pool_with(
            (struct pool_options){.workers = 3, .max_tasks_per_worker = 1});
        struct pool_result *results[10];
        for (int i = 0; i < 10; i++)
            assert_int_equal(pool_apply_async(pool, task_square, &i, sizeof i,
                                              sizeof i, NULL, NULL,
                                              &results[i]),
                             0);
        pool_close(pool);
        assert_int_equal(pool_join(pool), 0);
        for (int i = 0; i < 10; i++) {
            int got;
            assert_int_equal(pool_result_get(results[i], &got, sizeof got, 0),
                             0);
            assert_int_equal(got, i * i);
        }
        pool_destroy(pool);
    }
}

// ---- Workers on demand -----------------------------------------------------

TEST(on_demand_starts_workers_when_tasks_find_none_idle) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 3, .on_demand = true});
    assert_int_equal(pool_worker_pids(pool, NULL, 0), 0);
    assert_int_equal(stats_of(pool).workers, 0);
    int n = 4, got;
    for (int i = 0; i < 50; i++) // never two at once: one worker is enough
        assert_int_equal(
            pool_apply(pool, task_square, &n, sizeof n, &got, sizeof got), 0);
    assert_int_equal(stats_of(pool).workers, 1);
    struct gate *gates[3];
    for (uint32_t i = 0; i < 3; i++) {
        gates[i] = shared(pool, sizeof **gates);
        assert_int_equal(pool_apply_async(pool, task_stuck, &gates[i],
                                          sizeof *gates, 0, NULL, NULL, NULL),
                         0);
        gate_await(gates[i], 1);
        assert_int_equal(stats_of(pool).workers, i + 1);
    }
    assert_int_equal(submit(pool), 0);
    assert_int_equal(stats_of(pool).workers, 3); // no more than asked for
    assert_int_equal(stats_of(pool).respawned, 0);
    pool_destroy(pool);
}

TEST(on_demand_without_a_task_ends_well) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 3, .on_demand = true});
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
    pool = pool_with((struct pool_options){.workers = 3, .on_demand = true});
    assert_usable(pool);
    pool_destroy(pool);
}

// ---- Initialisers ----------------------------------------------------------

static int prepared;

static int prepare(void *arg) {
    prepared += *(int *)arg;
    assert_true(pool_worker_index() >= 0);
    return 0;
}

static int task_prepared(const void *arg, size_t arg_size, void *result,
                         size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    *(int *)result = prepared;
    return 0;
}

TEST(initialiser_runs_once_in_each_worker_and_replacement) {
    int amount = 5;
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2,
                                        .init = prepare,
                                        .init_arg = &amount,
                                        .max_tasks_per_worker = 3});
    amount = 1000; // too late
    int got[60];
    assert_int_equal(
        pool_map(pool, task_prepared, NULL, 60, 0, got, sizeof *got, 1), 0);
    for (int i = 0; i < 60; i++)
        assert_int_equal(got[i], 5);
    assert_int_equal(prepared, 0);
    pool_destroy(pool);
}

static int refuse(void *arg) {
    return arg ? pool_fail("cannot open %s", (char *)arg) : 17;
}

static void failing_initialiser(void *arg, const char *wanted) {
    struct pool *pool = pool_with(
        (struct pool_options){.workers = 2, .init = refuse, .init_arg = arg});
    struct pool_result *result = NULL;
    int n = 3;
    int rc = pool_apply_async(pool, task_square, &n, sizeof n, sizeof n, NULL,
                              NULL, &result);
    if (rc == 0) {
        assert_int_equal(pool_result_get(result, &n, sizeof n, POOL_FOREVER),
                         POOL_EBROKEN);
        assert_non_null(strstr(pool_result_message(result), wanted));
    } else {
        assert_int_equal(rc, POOL_EBROKEN);
    }
    AWAIT(stats_of(pool).supervisor == 0);
    assert_true(stats_of(pool).respawned < 100);
    assert_refuses(pool, POOL_EBROKEN);
    assert_int_equal(pool_close(pool), 0);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
}

TEST(failing_initialiser_breaks_the_pool_with_its_reason) {
    failing_initialiser("the file", "cannot open the file");
    failing_initialiser(NULL, "17");
}

static int crash(void *arg) {
    (void)arg;
    return raise(SIGKILL);
}

TEST(crashing_initialiser_breaks_the_pool) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2, .init = crash});
    struct pool_result *result;
    int n = 3;
    if (pool_apply_async(pool, task_square, &n, sizeof n, sizeof n, NULL, NULL,
                         &result) == 0) {
        assert_int_equal(pool_result_get(result, &n, sizeof n, POOL_FOREVER),
                         POOL_EBROKEN);
        assert_non_null(strstr(pool_result_message(result), "signal 9"));
    }
    pool_destroy(pool);
}

static int wait_in_initialiser(void *arg) {
    gate_await(arg, 1);
    return 0;
}

TEST(initialisers_may_still_run_when_create_returns) {
    struct pool *home = pool_of(1); // only for its memory
    struct gate *gate = shared(home, sizeof *gate);
    struct pool *pool = pool_with((struct pool_options){
        .workers = 2, .init = wait_in_initialiser, .init_arg = gate});
    assert_int_equal(submit(pool), 0);
    gate_add(gate, 1);
    assert_usable(pool);
    pool_destroy(pool);
    atomic_store(&gate->value, 0);
    pool = pool_with((struct pool_options){
        .workers = 2, .init = wait_in_initialiser, .init_arg = gate});
    assert_int_equal(submit(pool), 0);
    pool_destroy(pool); // ends though they never return
    pool_destroy(home);
}
