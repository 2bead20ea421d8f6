// SPDX-License-Identifier: MIT
// Callbacks: once each, in the client, inside a call; pool_poll and pool_fd.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct record {
    struct pool *pool;
    int calls, status, value;
    pid_t pid;
    char message[POOL_MESSAGE_SIZE];
};

static void note(struct pool_result *result, void *user) {
    struct record *record = user;
    record->calls++;
    record->pid = getpid();
    record->status =
        pool_result_get(result, &record->value, sizeof record->value, 0);
    snprintf(record->message, sizeof record->message, "%s",
             pool_result_message(result));
}

static void submit(struct pool *pool, pool_task_fn *task, int n,
                   struct record *record, struct pool_result **out) {
    assert_int_equal(
        pool_apply_async(pool, task, &n, sizeof n, sizeof n, note, record, out),
        0);
}

TEST(callback_once_on_success_before_get_returns) {
    struct pool *pool = pool_of(2);
    struct record record = {.calls = 0};
    struct pool_result *result;
    submit(pool, task_square, 8, &record, &result);
    int got = 0;
    assert_int_equal(pool_result_get(result, &got, sizeof got, POOL_FOREVER),
                     0);
    assert_int_equal(record.calls, 1);
    assert_int_equal(record.status, 0);
    assert_int_equal(record.value, 64);
    assert_int_equal(record.pid, getpid());
    assert_int_equal(pool_result_wait(result, 0), 0);
    pool_poll(pool, 0);
    pool_destroy(pool);
    assert_int_equal(record.calls, 1);
}

TEST(callback_once_on_failure_with_the_error) {
    struct pool *pool = pool_of(2);
    struct record record = {.calls = 0};
    struct pool_result *result;
    submit(pool, task_square_odd_fails, 7, &record, &result);
    assert_int_equal(pool_result_wait(result, POOL_FOREVER), 0);
    assert_int_equal(record.calls, 1);
    assert_int_equal(record.status, POOL_ETASK);
    assert_string_equal(record.message, "item 7 is odd");
    pool_destroy(pool);
    assert_int_equal(record.calls, 1);
}

TEST(callback_of_a_result_nobody_holds) {
    struct pool *pool = pool_of(2);
    struct record record = {.calls = 0};
    for (int i = 1; i <= 100; i++) {
        submit(pool, task_square, i, &record, NULL);
        while (record.calls < i)
            assert_true(pool_poll(pool, POOL_FOREVER) == 1);
        assert_int_equal(record.value, i * i);
    }
    pool_destroy(pool);
    assert_int_equal(record.calls, 100);
}

TEST(callback_though_the_result_was_freed_first) {
    struct pool *pool = pool_of(1);
    struct record record = {.calls = 0};
    struct pool_result *result;
    submit(pool, task_square, 5, &record, &result);
    pool_result_free(result);
    while (!record.calls)
        pool_poll(pool, POOL_FOREVER);
    assert_int_equal(record.value, 25);
    pool_destroy(pool);
    assert_int_equal(record.calls, 1);
}

static void note_and_free(struct pool_result *result, void *user) {
    note(result, user);
    pool_result_free(result);
}

TEST(callback_may_free_its_result) {
    struct pool *pool = pool_of(1);
    struct record record = {.calls = 0};
    struct pool_result *result;
    for (int i = 0; i < 300; i++) {
        assert_int_equal(pool_apply_async(pool, task_square, &i, sizeof i,
                                          sizeof i, note_and_free, &record,
                                          &result),
                         0);
        while (record.calls <= i)
            pool_poll(pool, POOL_FOREVER);
        assert_int_equal(record.value, i * i);
    }
    pool_destroy(pool);
}

TEST(callbacks_run_in_join_terminate_and_destroy) {
    struct record record = {.calls = 0};
    struct pool *pool = pool_of(2);
    for (int i = 0; i < 50; i++)
        submit(pool, task_square, i, &record, NULL);
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    assert_int_equal(record.calls, 50);
    pool_destroy(pool);

    pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    record.calls = 0;
    for (int i = 0; i < 10; i++)
        assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate,
                                          0, note, &record, NULL),
                         0);
    assert_int_equal(pool_terminate(pool), 0);
    assert_int_equal(record.calls, 10);
    assert_int_equal(record.status, POOL_ECANCELLED);
    pool_destroy(pool);
    assert_int_equal(record.calls, 10);

    pool = pool_of(1);
    gate = shared(pool, sizeof *gate);
    record.calls = 0;
    for (int i = 0; i < 10; i++)
        assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate,
                                          0, note, &record, NULL),
                         0);
    pool_destroy(pool);
    assert_int_equal(record.calls, 10);
    assert_int_equal(record.status, POOL_ECANCELLED);
}

// A chain: each callback submits the next; the last closes the pool.
static void submit_next(struct pool_result *result, void *user) {
    struct record *record = user;
    note(result, record);
    if (record->calls < 200)
        assert_int_equal(pool_apply_async(record->pool, task_square,
                                          &record->calls, sizeof(int),
                                          sizeof(int), submit_next, record,
                                          NULL),
                         0);
    else
        assert_int_equal(pool_close(record->pool), 0);
}

TEST(callback_may_submit_and_close) {
    struct pool *pool = pool_of(2);
    struct record record = {.pool = pool};
    int n = 0;
    assert_int_equal(pool_apply_async(pool, task_square, &n, sizeof n, sizeof n,
                                      submit_next, &record, NULL),
                     0);
    while (record.calls < 200)
        assert_true(pool_poll(pool, POOL_FOREVER) > 0);
    assert_int_equal(record.value, 199 * 199);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
    assert_int_equal(record.calls, 200);
}

static void wait_inside(struct pool_result *result, void *user) {
    struct record *record = user;
    note(result, record);
    assert_usable(record->pool);
    pool_poll(record->pool, 0);
}

TEST(callback_may_run_a_whole_map) {
    struct pool *pool = pool_of(2);
    struct record record = {.pool = pool};
    for (int i = 0; i < 20; i++)
        assert_int_equal(pool_apply_async(pool, task_square, &i, sizeof i,
                                          sizeof i, wait_inside, &record, NULL),
                         0);
    while (record.calls < 20)
        assert_true(pool_poll(pool, POOL_FOREVER) > 0);
    pool_destroy(pool);
    assert_int_equal(record.calls, 20);
}

static void terminate_inside(struct pool_result *result, void *user) {
    struct record *record = user;
    note(result, record);
    assert_int_equal(pool_terminate(record->pool), 0);
}

TEST(callback_may_terminate) {
    struct pool *pool = pool_of(1);
    struct record first = {.pool = pool}, others = {.pool = pool};
    struct gate *gate = shared(pool, sizeof *gate);
    int n = 3;
    assert_int_equal(pool_apply_async(pool, task_square, &n, sizeof n, sizeof n,
                                      terminate_inside, &first, NULL),
                     0);
    struct pool_result *stuck;
    assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate, 0,
                                      note, &others, &stuck),
                     0);
    assert_int_equal(pool_result_get(stuck, NULL, 0, POOL_FOREVER),
                     POOL_ECANCELLED);
    assert_int_equal(first.calls, 1);
    assert_int_equal(others.calls, 1);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
}

static void order(struct pool_result *result, void *user) {
    (void)result;
    int *number = user;
    static int before = -1;
    assert_true(*number == before + 1);
    before = *number;
}

TEST(one_worker_calls_back_in_the_order_of_submission) {
    struct pool *pool = pool_of(1);
    int numbers[100];
    for (int i = 0; i < 100; i++) {
        numbers[i] = i;
        assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0, order,
                                          &numbers[i], NULL),
                         0);
    }
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
}

static char called[3];

static void call(struct pool_result *result, void *name) {
    (void)result;
    strncat(called, name, 1);
}

// The second is ready first, and both are before either is called.
TEST(callbacks_that_are_due_are_called_in_the_order_of_submission) {
    struct pool *pool = pool_of(2);
    struct gate *gate = shared(pool, sizeof *gate);
    struct pool_result *a, *b;
    assert_int_equal(
        pool_apply_async(pool, task_pass, &gate, sizeof gate, 0, call, "A", &a),
        0);
    assert_int_equal(
        pool_apply_async(pool, task_nothing, NULL, 0, 0, call, "B", &b), 0);
    AWAIT(pool_result_ready(b));
    gate_add(gate, 1);
    AWAIT(pool_result_ready(a));
    assert_string_equal(called, "");
    assert_int_equal(pool_poll(pool, POOL_FOREVER), 2);
    assert_string_equal(called, "AB");
    pool_destroy(pool);
}

TEST(poll_without_callbacks_does_not_wait) {
    struct pool *pool = pool_of(1);
    assert_int_equal(pool_poll(pool, POOL_FOREVER), 0);
    struct pool_result *result;
    int n = 1;
    assert_int_equal(pool_apply_async(pool, task_square, &n, sizeof n, sizeof n,
                                      NULL, NULL, &result),
                     0);
    assert_int_equal(pool_poll(pool, POOL_FOREVER), 0);
    pool_close(pool);
    pool_join(pool);
    assert_int_equal(pool_poll(pool, POOL_FOREVER), 0);
    pool_destroy(pool);
}

TEST(poll_times_out_while_a_task_runs) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    struct record record = {.calls = 0};
    assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate, 0,
                                      note, &record, NULL),
                     0);
    assert_int_equal(pool_poll(pool, 0), 0);
    assert_int_equal(pool_poll(pool, 5), 0);
    gate_add(gate, 1);
    assert_int_equal(pool_poll(pool, POOL_FOREVER), 1);
    assert_int_equal(record.calls, 1);
    pool_destroy(pool);
}

// An event loop that only ever waits on the descriptor misses nothing.
static void drive_by_descriptor(bool ask_late) {
    struct pool *pool = pool_of(2);
    struct record record = {.calls = 0};
    int fd = ask_late ? -1 : pool_fd(pool);
    for (int i = 0; i < 200; i++)
        submit(pool, task_square, i, &record, NULL);
    if (ask_late)
        fd = pool_fd(pool);
    assert_true(fd >= 0);
    assert_int_equal(pool_fd(pool), fd);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    for (int more = 200; record.calls < 200 + 50;) {
        struct pollfd poller = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&poller, 1, -1), 1);
        assert_true(pool_poll(pool, 0) >= 0);
        if (record.calls >= 200 && more < 250)
            submit(pool, task_square, more++, &record, NULL); // one at a time
    }
    pool_destroy(pool);
    assert_int_equal(record.calls, 250);
}

TEST(descriptor_is_readable_when_callbacks_are_due) {
    drive_by_descriptor(false);
}

TEST(descriptor_asked_for_after_submitting) { drive_by_descriptor(true); }

TEST(descriptor_is_quiet_when_nothing_is_due) {
    struct pool *pool = pool_of(1);
    // Its call that all workers are forked may come after that was seen.
    AWAIT(test_asleep(stats_of(pool).supervisor));
    struct gate *gate = shared(pool, sizeof *gate);
    struct record record = {.calls = 0};
    int fd = pool_fd(pool);
    assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate, 0,
                                      note, &record, NULL),
                     0);
    pool_poll(pool, 0);
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&poller, 1, 20), 0);
    gate_add(gate, 1);
    assert_int_equal(poll(&poller, 1, -1), 1);
    assert_int_equal(pool_poll(pool, 0), 1);
    assert_int_equal(poll(&poller, 1, 0), 0);
    pool_destroy(pool);
}

TEST(descriptor_is_readable_when_nothing_was_to_do) {
    struct pool *pool = pool_of(1);
    struct record record = {.calls = 0};
    struct pollfd poller = {.fd = pool_fd(pool), .events = POLLIN};
    assert_int_equal(pool_map_async(pool, task_square, NULL, 0, sizeof(int),
                                    sizeof(int), 0, note, &record, NULL),
                     0);
    assert_int_equal(poll(&poller, 1, -1), 1);
    assert_int_equal(pool_poll(pool, 0), 1);
    assert_int_equal(record.calls, 1);
    pool_destroy(pool);
}

TEST(descriptor_is_readable_after_another_call_has_seen_the_pool_break) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    struct record record = {.calls = 0};
    struct pollfd poller = {.fd = pool_fd(pool), .events = POLLIN};
    assert_int_equal(pool_apply_async(pool, task_stuck, &gate, sizeof gate, 0,
                                      note, &record, NULL),
                     0);
    gate_await(gate, 1);
    pool_poll(pool, 0);
    kill(stats_of(pool).supervisor, SIGKILL);
    AWAIT(stats_of(pool).supervisor == 0);
    assert_int_equal(poll(&poller, 1, -1), 1);
    assert_int_equal(pool_poll(pool, 0), 1);
    assert_int_equal(record.status, POOL_EBROKEN);
    pool_destroy(pool);
}

TEST(descriptor_in_epoll_with_two_pools) {
    struct pool *pools[2] = {pool_of(1), pool_of(2)};
    struct record records[2] = {{.calls = 0}, {.calls = 0}};
    int loop = epoll_create1(EPOLL_CLOEXEC);
    for (int p = 0; p < 2; p++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = p};
        assert_int_equal(
            epoll_ctl(loop, EPOLL_CTL_ADD, pool_fd(pools[p]), &event), 0);
    }
    for (int i = 0; i < 60; i++)
        submit(pools[i % 2], task_square, i, &records[i % 2], NULL);
    while (records[0].calls + records[1].calls < 60) {
        struct epoll_event event;
        assert_int_equal(epoll_wait(loop, &event, 1, -1), 1);
        pool_poll(pools[event.data.fd], 0);
    }
    close(loop);
    pool_destroy(pools[0]);
    pool_destroy(pools[1]);
}

// Waiting in another call must not swallow what the descriptor would tell.
TEST(descriptor_wakes_after_other_calls_have_waited) {
    struct pool *pool = pool_of(2);
    struct record record = {.calls = 0};
    int fd = pool_fd(pool);
    for (int i = 0; i < 300; i++) {
        submit(pool, task_square, i, &record, NULL);
        int n = i, got;
        assert_int_equal(
            pool_apply(pool, task_square, &n, sizeof n, &got, sizeof got), 0);
        while (record.calls <= i) {
            struct pollfd poller = {.fd = fd, .events = POLLIN};
            assert_int_equal(poll(&poller, 1, -1), 1);
            pool_poll(pool, 0);
        }
    }
    pool_destroy(pool);
}

// ---- A callback that does not return ---------------------------------------

static jmp_buf outside;

static void leave_by_longjmp(struct pool_result *result, void *user) {
    (void)result, (void)user;
    longjmp(outside, 1);
}

TEST(callback_left_by_longjmp_is_told_and_the_pool_can_be_destroyed) {
    struct pool *volatile pool = pool_of(1);
    assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                      leave_by_longjmp, NULL, NULL),
                     0);
    if (setjmp(outside) == 0) {
        pool_wait(pool, POOL_FOREVER);
        fail_msg("the callback has returned");
    }
    assert_int_equal(pool_poll(pool, POOL_FOREVER), POOL_EINVAL);
    assert_int_equal(pool_wait(pool, POOL_FOREVER), POOL_EINVAL);
    assert_int_equal(pool_close(pool), 0);
    assert_int_equal(pool_join(pool), POOL_EINVAL);
    pool_destroy(pool); // and nothing is left, says the harness
}

static void destroy_inside(struct pool_result *result, void *user) {
    (void)result;
    pool_destroy(*(struct pool **)user);
}

TEST(callback_that_destroys_its_pool_changes_nothing) {
    struct pool *pool = pool_of(1);
    assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                      destroy_inside, &pool, NULL),
                     0);
    assert_int_equal(pool_wait(pool, POOL_FOREVER), 0);
    assert_usable(pool);
    pool_destroy(pool);
}

static void note_order(struct pool_result *result, void *user) {
    (void)result;
    static int called;
    *(int *)user = ++called;
}

TEST(callback_of_an_empty_map_waits_for_those_due_before) {
    struct pool *pool = pool_of(1);
    int order[3];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                          note_order, &order[i], NULL),
                         0);
    AWAIT(stats_of(pool).completed == 2); // both due, none called
    assert_int_equal(pool_map_async(pool, task_nothing, NULL, 0, 0, 0, 0,
                                    note_order, &order[2], NULL),
                     0);
    assert_int_equal(pool_wait(pool, POOL_FOREVER), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(order[i], i + 1);
    pool_destroy(pool);
}
