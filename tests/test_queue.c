// SPDX-License-Identifier: MIT
// Queues between client and tasks: order, bounds, timeouts, closing, deaths.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct pool_queue *queue_of(struct pool *pool, size_t capacity) {
    struct pool_queue *queue = pool_queue_create(pool, sizeof(int), capacity);
    assert_non_null(queue);
    return queue;
}

TEST(queue_is_first_in_first_out_and_bounded) {
    struct pool *pool = pool_of(1);
    for (size_t capacity = 1; capacity < 20; capacity++) {
        struct pool_queue *queue = queue_of(pool, capacity);
        int in = 0, out = 0, got;
        for (int lap = 0; lap < 5; lap++) {
            while (pool_queue_put(queue, &in, 0) == 0)
                in++;
            assert_int_equal(pool_queue_size(queue), capacity);
            assert_int_equal(pool_queue_put(queue, &in, 1), POOL_ETIMEDOUT);
            for (size_t n = capacity / 2 + 1; n > 0; n--) {
                assert_int_equal(pool_queue_get(queue, &got, 0), 0);
                assert_int_equal(got, out++);
                assert_int_equal(pool_queue_size(queue), in - out);
            }
        }
        while (pool_queue_get(queue, &got, 0) == 0)
            assert_int_equal(got, out++);
        assert_int_equal(in, out);
        assert_int_equal(pool_queue_get(queue, &got, 0), POOL_ETIMEDOUT);
        assert_int_equal(pool_queue_get(queue, &got, 5), POOL_ETIMEDOUT);
        assert_int_equal(pool_queue_size(queue), 0);
        pool_queue_destroy(queue);
    }
    pool_queue_destroy(NULL);
    pool_destroy(pool);
}

TEST(closed_queue_refuses_put_and_hands_out_the_rest) {
    struct pool *pool = pool_of(1);
    struct pool_queue *queue = queue_of(pool, 4);
    int n = 1;
    assert_int_equal(pool_queue_put(queue, &n, POOL_FOREVER), 0);
    n = 2;
    assert_int_equal(pool_queue_put(queue, &n, POOL_FOREVER), 0);
    pool_queue_close(queue);
    pool_queue_close(queue);
    assert_int_equal(pool_queue_put(queue, &n, POOL_FOREVER), POOL_ECLOSED);
    assert_int_equal(pool_queue_size(queue), 2);
    assert_int_equal(pool_queue_get(queue, &n, POOL_FOREVER), 0);
    assert_int_equal(n, 1);
    assert_int_equal(pool_queue_get(queue, &n, POOL_FOREVER), 0);
    assert_int_equal(n, 2);
    assert_int_equal(pool_queue_get(queue, &n, POOL_FOREVER), POOL_ECLOSED);
    pool_queue_close(NULL);
    pool_queue_destroy(queue);
    pool_destroy(pool);
}

TEST(items_of_any_size) {
    struct pool *pool = pool_of(1);
    char in[5000], out[5000];
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (char)(i * 7 + i / 256);
    for (size_t size = 1; size <= sizeof in; size += 1 + size / 3) {
        struct pool_queue *queue = pool_queue_create(pool, size, 3);
        assert_non_null(queue);
        for (int n = 0; n < 7; n++) {
            memset(out, 0, sizeof out);
            assert_int_equal(pool_queue_put(queue, in, 0), 0);
            assert_int_equal(pool_queue_get(queue, out, 0), 0);
            assert_memory_equal(in, out, size);
            if (size < sizeof out)
                assert_int_equal(out[size], 0);
        }
        pool_queue_destroy(queue);
    }
    pool_destroy(pool);
}

// ---- Between processes -----------------------------------------------------

struct producer {
    struct pool_queue *queue;
    int first, count;
};

static int task_produce(const void *arg, size_t arg_size, void *result,
                        size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    const struct producer *p = arg;
    for (int i = 0; i < p->count; i++) {
        int n = p->first + i;
        int rc = pool_queue_put(p->queue, &n, POOL_FOREVER);
        if (rc != 0)
            return pool_fail("put: %s", pool_strerror(rc));
    }
    return 0;
}

static int task_consume(const void *arg, size_t arg_size, void *result,
                        size_t result_size) {
    (void)arg_size, (void)result_size;
    struct pool_queue *queue = *(struct pool_queue *const *)arg;
    long sum = 0;
    int n, rc;
    while ((rc = pool_queue_get(queue, &n, POOL_FOREVER)) == 0)
        sum += n;
    *(long *)result = sum;
    return rc == POOL_ECLOSED ? 0 : pool_fail("get: %s", pool_strerror(rc));
}

static struct pool_result *produce(struct pool *pool, struct pool_queue *queue,
                                   int first, int count) {
    struct producer p = {queue, first, count};
    struct pool_result *result;
    assert_int_equal(pool_apply_async(pool, task_produce, &p, sizeof p, 0, NULL,
                                      NULL, &result),
                     0);
    return result;
}

TEST(queue_made_after_the_workers_passed_in_an_argument) {
    struct pool *pool = pool_of(2);
    assert_usable(pool); // they run already
    for (size_t capacity = 1; capacity < 70; capacity = 3 * capacity + 1) {
        struct pool_queue *queue = queue_of(pool, capacity);
        struct pool_result *done = produce(pool, queue, 0, 2000);
        for (int i = 0; i < 2000; i++) {
            int got;
            assert_int_equal(pool_queue_get(queue, &got, POOL_FOREVER), 0);
            assert_int_equal(got, i);
        }
        assert_int_equal(pool_result_get(done, NULL, 0, POOL_FOREVER), 0);
        pool_queue_destroy(queue);
    }
    pool_destroy(pool);
}

TEST(client_fills_what_tasks_drain) {
    struct pool *pool = pool_of(3);
    struct pool_queue *queue = queue_of(pool, 5);
    struct pool_result *sums[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(pool_apply_async(pool, task_consume, &queue,
                                          sizeof queue, sizeof(long), NULL,
                                          NULL, &sums[i]),
                         0);
    long expected = 0, sum = 0;
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(pool_queue_put(queue, &i, POOL_FOREVER), 0);
        expected += i;
    }
    pool_queue_close(queue);
    for (int i = 0; i < 3; i++) {
        long part;
        assert_int_equal(
            pool_result_get(sums[i], &part, sizeof part, POOL_FOREVER), 0);
        sum += part;
    }
    assert_int_equal(sum, expected);
    pool_destroy(pool);
}

TEST(many_producers_many_consumers) {
    struct pool *pool = pool_of(8);
    struct pool_queue *queue = queue_of(pool, 3);
    struct pool_result *producers[4], *consumers[4];
    long sum = 0, part;
    for (int i = 0; i < 4; i++) {
        producers[i] = produce(pool, queue, i * 1000, 1000);
        assert_int_equal(pool_apply_async(pool, task_consume, &queue,
                                          sizeof queue, sizeof(long), NULL,
                                          NULL, &consumers[i]),
                         0);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(pool_result_get(producers[i], NULL, 0, POOL_FOREVER),
                         0);
    pool_queue_close(queue);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(
            pool_result_get(consumers[i], &part, sizeof part, POOL_FOREVER), 0);
        sum += part;
    }
    assert_int_equal(sum, 3999L * 4000 / 2);
    pool_destroy(pool);
}

struct timed {
    struct pool_queue *queue;
    int put, timeout_ms;
};

static int task_timed(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct timed *t = arg;
    int n = 5;
    *(int *)result = t->put ? pool_queue_put(t->queue, &n, t->timeout_ms)
                            : pool_queue_get(t->queue, &n, t->timeout_ms);
    return 0;
}

TEST(timeouts_in_a_worker) {
    struct pool *pool = pool_of(1);
    struct pool_queue *queue = queue_of(pool, 1);
    static const int timeouts[] = {0, 1, 30};
    for (size_t i = 0; i < 3; i++) {
        struct timed get = {queue, 0, timeouts[i]}, put = {queue, 1, 0};
        int rc, n = 4;
        assert_int_equal(
            pool_apply(pool, task_timed, &get, sizeof get, &rc, sizeof rc), 0);
        assert_int_equal(rc, POOL_ETIMEDOUT);
        assert_int_equal(pool_queue_put(queue, &n, 0), 0);
        put.timeout_ms = timeouts[i];
        assert_int_equal(
            pool_apply(pool, task_timed, &put, sizeof put, &rc, sizeof rc), 0);
        assert_int_equal(rc, POOL_ETIMEDOUT);
        assert_int_equal(
            pool_apply(pool, task_timed, &get, sizeof get, &rc, sizeof rc), 0);
        assert_int_equal(rc, 0);
    }
    pool_destroy(pool);
}

TEST(closing_wakes_waiting_workers) {
    struct pool *pool = pool_of(4);
    for (int round = 0; round < 30; round++) {
        struct pool_queue *empty = queue_of(pool, 1), *full = queue_of(pool, 1);
        struct pool_result *results[4];
        int n = 1, rc;
        assert_int_equal(pool_queue_put(full, &n, 0), 0);
        for (int i = 0; i < 4; i++) {
            struct timed wait = {i % 2 ? full : empty, i % 2, POOL_FOREVER};
            assert_int_equal(pool_apply_async(pool, task_timed, &wait,
                                              sizeof wait, sizeof rc, NULL,
                                              NULL, &results[i]),
                             0);
        }
        pool_queue_close(empty);
        pool_queue_close(full);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(
                pool_result_get(results[i], &rc, sizeof rc, POOL_FOREVER), 0);
            assert_int_equal(rc, POOL_ECLOSED);
            pool_result_free(results[i]);
        }
        pool_queue_destroy(empty);
        pool_queue_destroy(full);
    }
    pool_destroy(pool);
}

static int task_close_queue(const void *arg, size_t arg_size, void *result,
                            size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    pool_queue_close(*(struct pool_queue *const *)arg);
    return 0;
}

TEST(worker_may_close_a_queue_the_client_waits_for) {
    struct pool *pool = pool_of(1);
    for (int round = 0; round < 100; round++) {
        struct pool_queue *queue = queue_of(pool, 1);
        struct pool_result *result;
        int n;
        assert_int_equal(pool_apply_async(pool, task_close_queue, &queue,
                                          sizeof queue, 0, NULL, NULL, &result),
                         0);
        assert_int_equal(pool_queue_get(queue, &n, POOL_FOREVER), POOL_ECLOSED);
        assert_int_equal(pool_result_get(result, NULL, 0, POOL_FOREVER), 0);
        pool_result_free(result);
        pool_queue_destroy(queue);
    }
    pool_destroy(pool);
}

// ---- Deaths ----------------------------------------------------------------

// One worker waits in get, the other one for work: both sleep. Counted at one
// moment, for a dead worker may be replaced between two looks.
static bool one_waits_in_get(struct pool *pool, pid_t pids[2]) {
    struct pool_stats stats = stats_of(pool);
    return stats.workers == 2 && stats.idle == 1 && all_asleep(pool, pids, 2);
}

TEST(worker_killed_while_it_waits_in_get) {
    struct pool *pool = pool_of(2);
    struct pool_queue *queue = queue_of(pool, 2);
    for (int round = 0; round < 20; round++) {
        struct pool_result *result;
        assert_int_equal(pool_apply_async(pool, task_consume, &queue,
                                          sizeof queue, sizeof(long), NULL,
                                          NULL, &result),
                         0);
        pid_t pids[2];
        AWAIT(one_waits_in_get(pool, pids));
        kill(pids[0], SIGKILL);
        kill(pids[1], SIGKILL);
        assert_int_equal(pool_result_get(result, NULL, 0, POOL_FOREVER),
                         POOL_ELOST);
        int in = round, out;
        for (int i = 0; i < 4; i++) {
            assert_int_equal(pool_queue_put(queue, &in, POOL_FOREVER), 0);
            assert_int_equal(pool_queue_get(queue, &out, POOL_FOREVER), 0);
            assert_int_equal(out, round);
        }
        pool_result_free(result);
    }
    pool_destroy(pool);
}

struct flow {
    struct pool_queue *queue;
    struct gate *got; // items taken, by those who live to say so
    int producer;
};

static int task_flow(const void *arg, size_t arg_size, void *result,
                     size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    const struct flow *flow = arg;
    for (int n = 1;; n++)
        if (flow->producer ? pool_queue_put(flow->queue, &n, POOL_FOREVER)
                           : pool_queue_get(flow->queue, &n, POOL_FOREVER))
            return 0;
        else if (!flow->producer)
            gate_add(flow->got, 1);
}

// Killed anywhere inside put and get, again and again: the queue still flows.
TEST_WITHIN(queue_flows_on_while_its_users_are_killed, 60) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 4, .max_retries = 65535});
    struct pool_queue *queue = queue_of(pool, 3);
    struct flow flow = {queue, shared(pool, sizeof(struct gate)), 0};
    struct pool_result *results[4];
    for (int i = 0; i < 4; i++) {
        flow.producer = i % 2;
        assert_int_equal(pool_apply_async(pool, task_flow, &flow, sizeof flow,
                                          0, NULL, NULL, &results[i]),
                         0);
    }
    unsigned seed = 1;
    for (uint32_t round = 0; round < 200; round++) {
        pid_t pids[4];
        gate_await(flow.got, atomic_load(&flow.got->value) + 5);
        size_t n = pool_worker_pids(pool, pids, 4);
        if (n > 0)
            kill(pids[rand_r(&seed) % (n < 4 ? n : 4)], SIGKILL);
    }
    pool_queue_close(queue);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pool_result_get(results[i], NULL, 0, POOL_FOREVER), 0);
    int n;
    while (pool_queue_get(queue, &n, 0) == 0)
        continue;
    assert_int_equal(pool_queue_size(queue), 0);
    assert_int_equal(pool_queue_get(queue, &n, 0), POOL_ECLOSED);
    pool_destroy(pool);
}

// Items are numbered; what comes out is in order and nothing comes twice. Only
// an item that a killed worker was just getting may be missing.
TEST_WITHIN(no_item_comes_out_twice_though_getters_are_killed, 60) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2, .max_retries = 65535});
    struct pool_queue *in = queue_of(pool, 4);
    struct flow flow = {in, shared(pool, sizeof(struct gate)), 0};
    struct pool_result *getter;
    assert_int_equal(pool_apply_async(pool, task_flow, &flow, sizeof flow, 0,
                                      NULL, NULL, &getter),
                     0);
    int next = 0, kills = 0, last = -1;
    for (int round = 0; round < 150; round++) {
        for (int i = 0; i < 7; i++, next++)
            assert_int_equal(pool_queue_put(in, &next, POOL_FOREVER), 0);
        pid_t pids[2];
        size_t n = pool_worker_pids(pool, pids, 2);
        if (n == 2 && ++kills)
            kill(pids[round % 2], SIGKILL);
        int got; // the client gets too
        if (pool_queue_get(in, &got, 0) == 0) {
            assert_true(got > last);
            last = got;
        }
    }
    pool_queue_close(in);
    assert_int_equal(pool_result_get(getter, NULL, 0, POOL_FOREVER), 0);
    uint32_t got = atomic_load(&flow.got->value);
    assert_true(got <= (uint32_t)next);
    pool_destroy(pool);
}

TEST(terminate_while_tasks_wait_in_queues) {
    struct pool *pool = pool_of(2);
    struct pool_queue *queue = queue_of(pool, 1);
    struct pool_result *result;
    assert_int_equal(pool_apply_async(pool, task_consume, &queue, sizeof queue,
                                      sizeof(long), NULL, NULL, &result),
                     0);
    AWAIT(stats_of(pool).idle == 1);
    assert_int_equal(pool_terminate(pool), 0);
    assert_int_equal(pool_result_status(result), POOL_ECANCELLED);
    int n = 1, rc = pool_queue_put(queue, &n, POOL_FOREVER);
    assert_true(rc == 0 || rc == POOL_ECLOSED);
    rc = pool_queue_get(queue, &n, POOL_FOREVER);
    assert_true(rc == 0 || rc == POOL_ECLOSED);
    if (rc == 0) // empty now, and nobody is left to fill it: must not hang
        assert_int_equal(pool_queue_get(queue, &n, POOL_FOREVER), POOL_ECLOSED);
    pool_destroy(pool);
}
