// SPDX-License-Identifier: MIT
// What an unfriendly user tries: callbacks that wait for callbacks, tasks that
// become another program or stop themselves, initialisers that never return,
// clients that lose their descriptors.
//
// Runs in: the process of a test, and workers.
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- In callbacks ----------------------------------------------------------

struct inside {
    struct pool *pool;
    struct pool_result *other;
    int calls, polled;
};

static void count_call(struct pool_result *result, void *user) {
    (void)result;
    ((struct inside *)user)->calls++;
}

static void poll_inside(struct pool_result *result, void *user) {
    struct inside *inside = user;
    count_call(result, user);
    inside->polled = pool_poll(inside->pool, POOL_FOREVER);
    assert_int_equal(pool_poll(inside->pool, 0), 0);
}

// Callbacks do not run inside one another, so there is nothing to wait for.
TEST(poll_in_a_callback_does_not_wait_for_callbacks) {
    struct pool *pool = pool_of(2);
    struct inside inside = {.pool = pool};
    struct gate *gate = shared(pool, sizeof *gate);
    assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate, 0,
                                      count_call, &inside, NULL),
                     0);
    assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                      poll_inside, &inside, NULL),
                     0);
    assert_int_equal(pool_poll(pool, POOL_FOREVER), 1);
    assert_int_equal(inside.polled, 0);
    gate_add(gate, 1);
    assert_int_equal(pool_poll(pool, POOL_FOREVER), 1);
    assert_int_equal(inside.calls, 2);
    pool_destroy(pool);
}

static void wait_inside(struct pool_result *result, void *user) {
    struct inside *inside = user;
    count_call(result, user);
    assert_int_equal(pool_result_wait(inside->other, POOL_FOREVER), 0);
    assert_int_equal(inside->calls, 2); // the other's came before that
}

TEST(callback_may_wait_for_a_result_that_has_one) {
    struct pool *pool = pool_of(1);
    struct inside inside = {.pool = pool};
    assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                      wait_inside, &inside, NULL),
                     0);
    assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                      count_call, &inside, &inside.other),
                     0);
    assert_int_equal(pool_poll(pool, POOL_FOREVER), 2);
    pool_destroy(pool);
}

static int five(void *state, void *item, size_t item_size) {
    (void)item_size;
    *(int *)item = *(int *)state;
    return (*(int *)state)++ < 5;
}

static void iterate(struct pool *pool, bool ordered) {
    struct pool_iter *iter;
    int next = 0, got;
    size_t index, seen = 0;
    assert_int_equal(
        (ordered ? pool_imap : pool_imap_unordered)(
            pool, task_square, five, &next, sizeof next, sizeof next, 2, &iter),
        0);
    for (int rc; (rc = pool_iter_next(iter, &got, &index, POOL_FOREVER));) {
        assert_int_equal(rc, 1);
        assert_int_equal(got, index * index);
        seen += 1 << index;
    }
    assert_int_equal(seen, 31);
    pool_iter_free(iter);
}

static void iterate_inside(struct pool_result *result, void *user) {
    struct inside *inside = user;
    count_call(result, user);
    iterate(inside->pool, true);
    iterate(inside->pool, false);
}

TEST(callback_may_iterate) {
    struct pool *pool = pool_of(2);
    struct inside inside = {.pool = pool};
    for (int i = 0; i < 3; i++)
        assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                          iterate_inside, &inside, NULL),
                         0);
    while (inside.calls < 3)
        assert_true(pool_poll(pool, POOL_FOREVER) >= 0);
    assert_usable(pool);
    pool_destroy(pool);
}

// An iterator that is left behind by its callback is let go, too.
static void leave_an_iterator(struct pool_result *result, void *user) {
    static int next;
    struct inside *inside = user;
    struct pool_iter *iter;
    count_call(result, user);
    next = 0;
    assert_int_equal(pool_imap_unordered(inside->pool, task_square, five, &next,
                                         sizeof next, sizeof next, 4, &iter),
                     0);
    pool_iter_next(iter, NULL, NULL, 0);
    pool_iter_free(iter);
}

TEST(callback_may_free_an_iterator_with_items_in_flight) {
    struct pool *pool = pool_of(2);
    struct inside inside = {.pool = pool};
    for (int i = 0; i < 10; i++)
        assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                          leave_an_iterator, &inside, NULL),
                         0);
    while (inside.calls < 10 && pool_poll(pool, POOL_FOREVER) >= 0)
        continue;
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    assert_int_equal(inside.calls, 10);
    pool_destroy(pool);
}

static void join_inside(struct pool_result *result, void *user) {
    struct inside *inside = user;
    count_call(result, user);
    assert_int_equal(pool_join(inside->pool),
                     inside->calls == 1 ? POOL_ERUNNING : 0);
    pool_close(inside->pool);
    assert_int_equal(pool_join(inside->pool), 0);
    assert_true(pool_result_ready(inside->other));
    pool_destroy(inside->pool); // does nothing, here
}

TEST(callback_may_close_and_join) {
    struct pool *pool = pool_of(2);
    struct inside inside = {.pool = pool};
    int n = 4, got;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                          join_inside, &inside, NULL),
                         0);
    assert_int_equal(pool_apply_async(pool, task_square, &n, sizeof n, sizeof n,
                                      count_call, &inside, &inside.other),
                     0);
    while (inside.calls < 4)
        assert_true(pool_poll(pool, POOL_FOREVER) >= 0);
    assert_int_equal(pool_result_get(inside.other, &got, sizeof got, 0), 0);
    assert_int_equal(got, 16);
    pool_destroy(pool);
}

struct many {
    struct pool_result *results[20];
    int calls;
};

static void free_all(struct pool_result *result, void *user) {
    struct many *many = user;
    (void)result;
    if (many->calls++ == 0)
        for (int i = 0; i < 20; i++)
            pool_result_free(many->results[i]);
}

TEST(first_callback_may_free_every_result) {
    struct pool *pool = pool_of(2);
    struct many many = {0};
    for (int i = 0; i < 20; i++)
        assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                          free_all, &many, &many.results[i]),
                         0);
    while (many.calls < 20)
        assert_true(pool_poll(pool, POOL_FOREVER) > 0);
    assert_usable(pool);
    pool_destroy(pool);
}

// ---- In tasks --------------------------------------------------------------

static int task_exec(const void *arg, size_t arg_size, void *result,
                     size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    execl("/bin/sh", "sh", "-c", "exit 3", NULL);
    return 0;
}

static int task_thread_exit(const void *arg, size_t arg_size, void *result,
                            size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    pthread_exit(NULL);
}

static int task_quick_exit(const void *arg, size_t arg_size, void *result,
                           size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    quick_exit(4);
}

TEST(task_that_becomes_another_program_or_ends_its_thread) {
    static const struct {
        pool_task_fn *fn;
        const char *how;
    } ways[] = {{task_exec, "exited with status 3"},
                {task_thread_exit, "exited with status 0"},
                {task_quick_exit, "exited with status 4"}};
    struct pool *pool = pool_of(1);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (SANITIZED && ways[i].fn == task_thread_exit)
            continue; // there LeakSanitizer chooses the status
        struct pool_result *result;
        assert_int_equal(
            pool_apply_async(pool, ways[i].fn, NULL, 0, 0, NULL, NULL, &result),
            0);
        assert_int_equal(pool_result_get(result, NULL, 0, POOL_FOREVER),
                         POOL_ELOST);
        assert_non_null(strstr(pool_result_message(result), ways[i].how));
        pool_result_free(result);
        assert_usable(pool);
    }
    pool_destroy(pool);
}

static int task_stop_itself(const void *arg, size_t arg_size, void *result,
                            size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    raise(SIGSTOP);
    return 0;
}

TEST(task_that_stops_itself_is_killed_when_its_time_is_over) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 1, .task_timeout_ms = 50});
    for (int i = 0; i < 3; i++)
        assert_int_equal(pool_apply(pool, task_stop_itself, NULL, 0, NULL, 0),
                         POOL_ETIMELIMIT);
    // Usable, but which item is sure of a CPU within 50 ms?
    AWAIT(stats_of(pool).respawned == 3);
    pool_destroy(pool);
}

// Its worker is not idle by then, or has been replaced: either is fine.
static int task_leave_an_alarm(const void *arg, size_t arg_size, void *result,
                               size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    signal(SIGALRM, SIG_DFL);
    ualarm(1000, 0);
    return 0;
}

TEST(alarm_that_a_task_leaves_behind) {
    struct pool *pool = pool_of(1);
    int rc = pool_apply(pool, task_leave_an_alarm, NULL, 0, NULL, 0);
    assert_true(rc == 0 || rc == POOL_ELOST); // the alarm may come first
    AWAIT(stats_of(pool).respawned == 1);
    assert_usable(pool);
    assert_int_equal(stats_of(pool).lost, rc != 0);
    pool_destroy(pool);
}

struct foreign {
    struct pool *pool;
    struct pool_queue *queue;
};

// In a worker of the inner pool, and in a child of a task.
static int task_use_foreign(const void *arg, size_t arg_size, void *result,
                            size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    const struct foreign *foreign = arg;
    int item = 1;
    struct pool_stats stats;
    bool refused =
        pool_queue_put(foreign->queue, &item, POOL_FOREVER) == POOL_EINVAL &&
        pool_queue_get(foreign->queue, &item, 0) == POOL_EINVAL &&
        pool_stats(foreign->pool, &stats) == POOL_EINVAL &&
        pool_apply(foreign->pool, task_nothing, NULL, 0, NULL, 0) ==
            POOL_EINVAL &&
        pool_terminate(foreign->pool) == POOL_EINVAL &&
        pool_queue_create(foreign->pool, 1, 1) == NULL && errno == EINVAL;
    pool_destroy(foreign->pool);
    return refused ? 0 : pool_fail("not refused");
}

static int task_fork_foreign(const void *arg, size_t arg_size, void *result,
                             size_t result_size) {
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(task_use_foreign(arg, arg_size, result, result_size) != 0);
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

TEST(pool_and_queue_are_refused_in_processes_that_are_not_theirs) {
    struct pool *pool = pool_of(2), *beside = pool_of(1);
    struct foreign foreign = {pool, pool_queue_create(pool, sizeof(int), 2)};
    assert_int_equal(
        pool_apply(beside, task_use_foreign, &foreign, sizeof foreign, NULL, 0),
        0);
    assert_int_equal(
        pool_apply(pool, task_fork_foreign, &foreign, sizeof foreign, NULL, 0),
        0);
    assert_int_equal(pool_queue_size(foreign.queue), 0);
    pool_destroy(beside);
    pool_destroy(pool);
}

// ---- Initialisers ----------------------------------------------------------

static int init_never_returns(void *unused) {
    (void)unused;
    while (pause())
        continue;
    return 0;
}

static int init_exits(void *unused) {
    (void)unused;
    exit(0);
}

TEST(initialiser_that_never_returns) {
    struct pool *pool = pool_with(
        (struct pool_options){.workers = 2, .init = init_never_returns});
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
    pool = pool_with(
        (struct pool_options){.workers = 2, .init = init_never_returns});
    struct pool_result *result;
    assert_int_equal(
        pool_apply_async(pool, task_nothing, NULL, 0, 0, NULL, NULL, &result),
        0);
    assert_int_equal(pool_result_wait(result, 5), POOL_ETIMEDOUT);
    assert_int_equal(pool_terminate(pool), 0);
    assert_int_equal(pool_result_status(result), POOL_ECANCELLED);
    pool_destroy(pool);
}

TEST(initialiser_that_exits_well_is_a_failure_all_the_same) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2, .init = init_exits});
    assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0),
                     POOL_EBROKEN);
    assert_int_equal(pool_close(pool), 0);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
}

static struct pool *pool_of_worker; // made by the initialiser

static int init_makes_a_pool(void *unused) {
    (void)unused;
    pool_of_worker =
        pool_create(&(struct pool_options){.workers = 1, .memory = 1 << 20});
    return pool_of_worker == NULL;
}

static int task_ask_the_workers_pool(const void *arg, size_t arg_size,
                                     void *result, size_t result_size) {
    return pool_apply(pool_of_worker, task_square, arg, arg_size, result,
                      result_size);
}

TEST(initialiser_may_make_a_pool) {
    struct pool *pool = pool_with(
        (struct pool_options){.workers = 2, .init = init_makes_a_pool});
    int items[20], results[20];
    for (int i = 0; i < 20; i++)
        items[i] = i;
    assert_int_equal(pool_map(pool, task_ask_the_workers_pool, items, 20,
                              sizeof *items, results, sizeof *results, 1),
                     0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(results[i], i * i);
    pool_destroy(pool);
}

// ---- Odd numbers -----------------------------------------------------------

TEST(any_negative_timeout_waits_for_ever) {
    struct pool *pool = pool_of(1);
    struct pool_queue *queue = pool_queue_create(pool, sizeof(int), 1);
    struct pool_result *result;
    int n = 3, got;
    assert_int_equal(pool_apply_async(pool, task_square, &n, sizeof n, sizeof n,
                                      NULL, NULL, &result),
                     0);
    assert_int_equal(pool_result_get(result, &got, sizeof got, -2), 0);
    assert_int_equal(got, 9);
    assert_int_equal(pool_queue_put(queue, &n, -1000), 0);
    assert_int_equal(pool_queue_get(queue, &got, -1000), 0);
    assert_int_equal(pool_result_wait(result, INT32_MIN), 0);
    assert_int_equal(pool_result_wait(result, INT32_MAX), 0);
    pool_destroy(pool);
}

TEST(more_workers_than_so_little_memory_can_hold) {
    errno = 0;
    assert_null(pool_create(
        &(struct pool_options){.workers = 1024, .memory = 1 << 18}));
    assert_int_equal(errno, EINVAL);
}

TEST(window_of_any_size) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2, .memory = 1 << 18});
    static const size_t windows[] = {1, 2, 3, 1000, SIZE_MAX / 2, SIZE_MAX};
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        struct pool_iter *iter;
        int next = 0, got;
        assert_int_equal(pool_imap(pool, task_square, five, &next, sizeof next,
                                   sizeof next, windows[i], &iter),
                         0);
        for (int n = 0; n < 5; n++) {
            assert_int_equal(pool_iter_next(iter, &got, NULL, POOL_FOREVER), 1);
            assert_int_equal(got, n * n);
        }
        assert_int_equal(pool_iter_next(iter, &got, NULL, POOL_FOREVER), 0);
        assert_int_equal(pool_iter_next(iter, &got, NULL, POOL_FOREVER), 0);
        pool_iter_free(iter);
    }
    pool_destroy(pool);
}

// ---- A client that loses its descriptors -----------------------------------

static void lose_descriptors(void *unused) {
    (void)unused;
    struct pool *pool = pool_of(2);
    int n = 7, got = 0;
    assert_int_equal(
        pool_apply(pool, task_square, &n, sizeof n, &got, sizeof got), 0);
    for (int fd = 3; fd < 100; fd++)
        close(fd);
    for (int i = 0; i < 20; i++) { // 250 ms each, wherever it has to sleep
        struct pool_result *result;
        if (pool_apply_async(pool, task_square, &n, sizeof n, sizeof n, NULL,
                             NULL, &result) != 0)
            break;
        int rc = pool_result_get(result, &got, sizeof got, POOL_FOREVER);
        assert_true((rc == 0 && got == 49) || rc == POOL_EBROKEN);
        pool_result_free(result);
    }
    pool_destroy(pool);
}

TEST(client_that_closes_every_descriptor) {
    test_adopt_orphans();
    test_in_child(lose_descriptors, NULL);
    assert_true(test_reap_all(5000));
}
