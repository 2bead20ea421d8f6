// SPDX-License-Identifier: MIT
// Every call with every wrong argument: an error, never a crash, and the pool
// usable after it. A pool in the wrong process counts as a wrong argument.
//
// Runs in: the client of a pool, its children, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int no_more(void *state, void *item, size_t item_size) {
    (void)state, (void)item, (void)item_size;
    return 0;
}

#define EINVALS(call) assert_int_equal(call, POOL_EINVAL)
#define REFUSES(call)                                                          \
    do {                                                                       \
        errno = 0;                                                             \
        assert_null(call);                                                     \
        assert_int_equal(errno, EINVAL);                                       \
    } while (0)

static const size_t huge = SIZE_MAX, half = SIZE_MAX / 2 + 1;

TEST(wrong_options) {
    struct pool_options wrong[] = {
        {.workers = POOL_MAX_WORKERS + 1},
        {.workers = 1000000},
        {.workers = 100000000000},
        {.workers = SIZE_MAX},
        {.workers = (size_t)-3},
        {.workers = 1, .task_timeout_ms = -1},
        {.workers = 1, .task_timeout_ms = -1000000},
        {.workers = 1, .max_retries = 65536},
        {.workers = 1, .max_retries = (unsigned)-1},
        {.workers = 1, .memory = 1},
        {.workers = 1, .memory = 4096},
        {.workers = POOL_MAX_WORKERS, .memory = 1 << 16},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        errno = 0;
        if (pool_create(&wrong[i]))
            fail_msg("options %zu were accepted", i);
        assert_int_equal(errno, EINVAL);
    }
}

TEST(limits_of_options_are_accepted) {
    struct pool_options right[] = {
        {.workers = 1, .max_retries = 65535},
        {.workers = 1, .max_tasks_per_worker = SIZE_MAX},
        {.workers = 1, .task_timeout_ms = INT32_MAX},
        {.workers = 1, .memory = SIZE_MAX},
        {.workers = POOL_MAX_WORKERS, .on_demand = true},
    };
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        struct pool *pool = pool_with(right[i]);
        assert_usable(pool);
        pool_destroy(pool);
    }
}

TEST(wrong_arguments_of_apply) {
    struct pool *pool = pool_of(1);
    int n = 2, got;
    struct pool_result *result = NULL;
    EINVALS(pool_apply(NULL, task_square, &n, 4, &got, 4));
    EINVALS(pool_apply(pool, NULL, &n, 4, &got, 4));
    EINVALS(pool_apply(pool, task_square, NULL, 4, &got, 4));
    EINVALS(pool_apply(pool, task_square, &n, 4, NULL, 4));
    EINVALS(pool_apply(pool, task_square, NULL, huge, &got, 4));
    EINVALS(pool_apply(pool, task_square, &n, huge, &got, 4));
    EINVALS(pool_apply(pool, task_square, &n, half, &got, 4));
    EINVALS(pool_apply(pool, task_square, &n, 4, &got, huge));
    EINVALS(pool_apply(pool, task_square, &n, 4, &got, (size_t)1 << 32));
    EINVALS(pool_apply_async(NULL, task_square, &n, 4, 4, NULL, NULL, &result));
    EINVALS(pool_apply_async(pool, NULL, &n, 4, 4, NULL, NULL, &result));
    EINVALS(
        pool_apply_async(pool, task_square, NULL, 4, 4, NULL, NULL, &result));
    EINVALS(
        pool_apply_async(pool, task_square, &n, huge, 4, NULL, NULL, &result));
    EINVALS(
        pool_apply_async(pool, task_square, &n, 4, huge, NULL, NULL, &result));
    assert_null(result);
    assert_int_equal(stats_of(pool).submitted, 0);
    assert_usable(pool);
    pool_destroy(pool);
}

// What overflows is an argument that is wrong, or memory there is not.
static void assert_too_large(int rc) {
    assert_true(rc == POOL_EINVAL || rc == POOL_ENOMEM);
}

TEST(wrong_arguments_of_map) {
    struct pool *pool = pool_of(1);
    int n[2] = {2, 3}, got[2];
    struct pool_result *result = NULL;
    EINVALS(pool_map(NULL, task_square, n, 2, 4, got, 4, 0));
    EINVALS(pool_map(pool, NULL, n, 2, 4, got, 4, 0));
    EINVALS(pool_map(pool, task_square, NULL, 2, 4, got, 4, 0));
    EINVALS(pool_map(pool, task_square, n, 2, 4, NULL, 4, 0));
    EINVALS(pool_map(pool, NULL, NULL, 0, 4, NULL, 4, 0));
    EINVALS(pool_map(NULL, task_square, NULL, 0, 4, NULL, 4, 0));
    EINVALS(pool_map(pool, task_square, n, 2, huge, got, 4, 0));
    EINVALS(pool_map(pool, task_square, n, 2, 4, got, huge, 0));
    EINVALS(
        pool_map_async(NULL, task_square, n, 2, 4, 4, 0, NULL, NULL, &result));
    EINVALS(pool_map_async(pool, NULL, n, 2, 4, 4, 0, NULL, NULL, &result));
    EINVALS(pool_map_async(pool, task_square, NULL, 2, 4, 4, 0, NULL, NULL,
                           &result));
    static const size_t counts[] = {SIZE_MAX,     SIZE_MAX / 2 + 1,
                                    SIZE_MAX / 4, SIZE_MAX / 4 + 1,
                                    SIZE_MAX - 1, (size_t)1 << 40};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t chunk = 0; chunk < 3; chunk++) {
            assert_too_large(
                pool_map(pool, task_square, n, counts[i], 4, got, 4, chunk));
            assert_too_large(
                pool_map(pool, task_square, NULL, counts[i], 0, got, 4, chunk));
            assert_too_large(
                pool_map(pool, task_square, n, counts[i], 4, NULL, 0, chunk));
            assert_too_large(pool_map(pool, task_nothing, NULL, counts[i], 0,
                                      NULL, 0, chunk));
            assert_too_large(pool_map_async(pool, task_square, n, counts[i], 4,
                                            4, SIZE_MAX, NULL, NULL, &result));
        }
    assert_null(result);
    assert_int_equal(stats_of(pool).submitted, 0);
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(wrong_arguments_of_imap) {
    struct pool *pool = pool_of(1);
    typedef int imap_fn(struct pool *, pool_task_fn *, pool_source_fn *, void *,
                        size_t, size_t, size_t, struct pool_iter **);
    imap_fn *imaps[] = {pool_imap, pool_imap_unordered};
    for (int i = 0; i < 2; i++) {
        struct pool_iter *iter = NULL;
        EINVALS(imaps[i](NULL, task_square, no_more, NULL, 4, 4, 0, &iter));
        EINVALS(imaps[i](pool, NULL, no_more, NULL, 4, 4, 0, &iter));
        EINVALS(imaps[i](pool, task_square, NULL, NULL, 4, 4, 0, &iter));
        EINVALS(imaps[i](pool, task_square, no_more, NULL, 4, 4, 0, NULL));
        EINVALS(imaps[i](pool, task_square, no_more, NULL, huge, 4, 0, &iter));
        EINVALS(imaps[i](pool, task_square, no_more, NULL, 4, huge, 0, &iter));
        assert_null(iter);
        assert_int_equal(
            imaps[i](pool, task_square, no_more, NULL, 4, 4, SIZE_MAX, &iter),
            0);
        assert_int_equal(pool_iter_next(iter, NULL, NULL, -1), 0);
        pool_iter_free(iter);
    }
    EINVALS(pool_iter_next(NULL, NULL, NULL, 0));
    pool_iter_free(NULL);
    pool_destroy(pool);
}

TEST(wrong_arguments_of_results) {
    struct pool *pool = pool_of(1);
    char byte;
    EINVALS(pool_result_wait(NULL, 0));
    assert_false(pool_result_ready(NULL));
    EINVALS(pool_result_status(NULL));
    EINVALS(pool_result_item_status(NULL, 0));
    EINVALS(pool_result_get(NULL, &byte, 1, 0));
    assert_non_null(pool_result_message(NULL));
    pool_result_free(NULL);
    struct pool_result *result;
    int n[3] = {1, 2, 3};
    assert_int_equal(
        pool_map_async(pool, task_square, n, 3, 4, 4, 0, NULL, NULL, &result),
        0);
    assert_int_equal(pool_result_wait(result, -1), 0);
    EINVALS(pool_result_item_status(result, 3));
    EINVALS(pool_result_item_status(result, SIZE_MAX));
    EINVALS(pool_result_get(result, n, 11, 0));
    EINVALS(pool_result_get(result, n, 0, 0));
    EINVALS(pool_result_get(result, NULL, 12, 0));
    pool_destroy(pool);
}

TEST(wrong_arguments_of_the_rest) {
    struct pool *pool = pool_of(1);
    struct pool_stats stats;
    char byte = 0;
    EINVALS(pool_close(NULL));
    EINVALS(pool_terminate(NULL));
    EINVALS(pool_join(NULL));
    pool_destroy(NULL);
    EINVALS(pool_poll(NULL, 0));
    EINVALS(pool_fd(NULL));
    EINVALS(pool_stats(NULL, &stats));
    EINVALS(pool_stats(pool, NULL));
    assert_int_equal(pool_worker_pids(NULL, NULL, 0), 0);
    assert_int_equal(pool_worker_pids(pool, NULL, 100), 1);
    EINVALS(pool_trace_start(NULL, 10));
    assert_int_equal(pool_trace_read(NULL, NULL, 0), 0);
    EINVALS(pool_trace_write(NULL, stderr));
    EINVALS(pool_trace_write(pool, NULL));
    assert_too_large(pool_trace_start(pool, SIZE_MAX));
    assert_too_large(pool_trace_start(pool, SIZE_MAX / 64 + 1));
    REFUSES(pool_alloc(NULL, 1));
    REFUSES(pool_alloc(pool, 0));
    pool_release(NULL, &byte);
    REFUSES(pool_queue_create(NULL, 1, 1));
    REFUSES(pool_queue_create(pool, 0, 1));
    REFUSES(pool_queue_create(pool, 1, 0));
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX / 2 + 1, SIZE_MAX - 8,
                                   (size_t)1 << 33};
    for (size_t i = 0; i < 4; i++) {
        assert_null(pool_queue_create(pool, sizes[i], 1));
        assert_null(pool_queue_create(pool, 1, sizes[i]));
        assert_null(pool_queue_create(pool, sizes[i], sizes[3 - i]));
    }
    EINVALS(pool_queue_put(NULL, &byte, 0));
    EINVALS(pool_queue_get(NULL, &byte, 0));
    struct pool_queue *queue = pool_queue_create(pool, 1, 1);
    EINVALS(pool_queue_put(queue, NULL, 0));
    EINVALS(pool_queue_get(queue, NULL, 0));
    assert_int_equal(pool_queue_size(NULL), 0);
    pool_queue_close(NULL);
    pool_queue_destroy(NULL);
    assert_int_equal(pool_fail("outside a task"), POOL_ETASK);
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(sentence_for_every_error) {
    for (int error = 0; error >= POOL_ESYS; error--) {
        assert_true(strlen(pool_strerror(error)) > 3);
        for (int other = 0; other > error; other--)
            assert_string_not_equal(pool_strerror(error), pool_strerror(other));
    }
    static const int unknown[] = {1, -13, -1000, 1 << 31, INT32_MAX};
    for (size_t i = 0; i < 5; i++)
        assert_non_null(pool_strerror(unknown[i]));
}

// ---- In the wrong process --------------------------------------------------

struct handles {
    struct pool *pool;
    struct pool_result *result;
    struct pool_iter *iter;
    struct pool_queue *queue;
    void *memory;
};

// Every call on a pool that is not this process's. Returns the line of the
// first that is not refused, or 0.
static int use_everything(const struct handles *h, bool queues) {
    int n = 2, got;
    struct pool_result *result = NULL;
    struct pool_iter *iter = NULL;
    struct pool_stats stats;
    struct pool *pool = h->pool;
#define MUST(condition)                                                        \
    if (!(condition))                                                          \
    return __LINE__
    MUST(pool_apply(pool, task_square, &n, 4, &got, 4) == POOL_EINVAL);
    MUST(pool_apply_async(pool, task_square, &n, 4, 4, NULL, NULL, &result) ==
         POOL_EINVAL);
    MUST(pool_map(pool, task_square, &n, 1, 4, &got, 4, 0) == POOL_EINVAL);
    MUST(pool_map_async(pool, task_square, &n, 1, 4, 4, 0, NULL, NULL,
                        &result) == POOL_EINVAL);
    MUST(pool_imap(pool, task_square, no_more, NULL, 4, 4, 0, &iter) ==
         POOL_EINVAL);
    MUST(pool_imap_unordered(pool, task_square, no_more, NULL, 4, 4, 0,
                             &iter) == POOL_EINVAL);
    MUST(pool_iter_next(h->iter, &got, NULL, 0) == POOL_EINVAL);
    pool_iter_free(h->iter);
    MUST(pool_result_wait(h->result, 0) == POOL_EINVAL);
    MUST(!pool_result_ready(h->result));
    MUST(pool_result_status(h->result) == POOL_EINVAL);
    MUST(pool_result_item_status(h->result, 0) == POOL_EINVAL);
    MUST(pool_result_get(h->result, &got, 4, 0) == POOL_EINVAL);
    MUST(pool_result_message(h->result) != NULL);
    pool_result_free(h->result);
    MUST(pool_close(pool) == POOL_EINVAL);
    MUST(pool_terminate(pool) == POOL_EINVAL);
    MUST(pool_join(pool) == POOL_EINVAL);
    MUST(pool_poll(pool, 0) == POOL_EINVAL);
    MUST(pool_fd(pool) == POOL_EINVAL);
    MUST(pool_queue_create(pool, 4, 4) == NULL);
    if (queues) {
        MUST(pool_queue_put(h->queue, &n, 0) == POOL_EINVAL);
        MUST(pool_queue_get(h->queue, &n, 0) == POOL_EINVAL);
    }
    pool_queue_destroy(h->queue);
    MUST(pool_alloc(pool, 10) == NULL);
    pool_release(pool, h->memory);
    MUST(pool_stats(pool, &stats) == POOL_EINVAL);
    MUST(pool_worker_pids(pool, NULL, 0) == 0);
    MUST(pool_trace_start(pool, 10) == POOL_EINVAL);
    MUST(pool_trace_read(pool, NULL, 0) == 0);
    MUST(pool_trace_write(pool, stderr) == POOL_EINVAL);
    pool_destroy(pool);
    return 0;
}

static void use_in_child(void *handles) {
    assert_int_equal(use_everything(handles, true), 0);
}

static struct handles make_handles(struct pool *pool) {
    struct handles h = {.pool = pool};
    int n = 5;
    assert_int_equal(
        pool_apply_async(pool, task_square, &n, 4, 4, NULL, NULL, &h.result),
        0);
    assert_int_equal(
        pool_imap(pool, task_square, no_more, NULL, 4, 4, 0, &h.iter), 0);
    h.queue = pool_queue_create(pool, sizeof(int), 2);
    assert_non_null(h.queue);
    h.memory = shared(pool, 64);
    return h;
}

static void assert_unharmed(struct handles *h) {
    int n = 7, got;
    assert_int_equal(pool_result_get(h->result, &got, 4, -1), 0);
    assert_int_equal(got, 25);
    assert_int_equal(pool_queue_put(h->queue, &n, 0), 0);
    assert_int_equal(pool_queue_get(h->queue, &got, 0), 0);
    assert_int_equal(got, 7);
    assert_int_equal(pool_iter_next(h->iter, NULL, NULL, 0), 0);
    assert_usable(h->pool);
}

TEST(pool_in_a_forked_child) {
    struct pool *pool = pool_of(2);
    struct handles h = make_handles(pool);
    test_in_child(use_in_child, &h);
    assert_unharmed(&h);
    pool_destroy(pool);
}

static int task_use_everything(const void *arg, size_t arg_size, void *result,
                               size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    int line = use_everything(arg, false);
    return line ? pool_fail("line %d", line) : 0;
}

// The pool's pointer is one of the client's; a worker was forked with it only
// if it is a replacement, or the task's argument brings it.
TEST(pool_inside_its_own_task) {
    struct pool *pool = pool_with(
        (struct pool_options){.workers = 1, .max_tasks_per_worker = 1});
    struct handles h = {0};
    h = make_handles(pool);
    for (int i = 0; i < 3; i++) {
        struct pool_result *result;
        // The worker does not have the client's private memory of later days:
        // only handles that exist as NULL or as the pool itself are safe there.
        struct handles known = {.pool = pool, .queue = h.queue};
        assert_int_equal(pool_apply_async(pool, task_use_everything, &known,
                                          sizeof known, 0, NULL, NULL, &result),
                         0);
        if (pool_result_get(result, NULL, 0, -1) != 0)
            fail_msg("%s", pool_result_message(result));
    }
    assert_unharmed(&h);
    pool_destroy(pool);
}

static void use_outer_pool_and_own(void *handles) {
    struct handles *h = handles;
    struct pool *own = pool_of(2);
    assert_usable(own);
    assert_int_equal(use_everything(h, true), 0);
    assert_usable(own);
    pool_destroy(own);
}

TEST(pool_inside_a_child_process) {
    struct pool *pool = pool_of(2);
    struct handles h = make_handles(pool);
    test_in_child(use_outer_pool_and_own, &h);
    assert_unharmed(&h);
    pool_destroy(pool);
}
