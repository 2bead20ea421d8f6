// SPDX-License-Identifier: MIT
// Items from a source: order, windows, sources that end, fail or never end.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct source {
    int next, end;  // end < 0: endless
    int fails_at;   // < 0: never
    int asked;      // so far
    int taken;      // by the consumer
    int most_ahead; // asked and not taken
};

static int count_up(void *state, void *item, size_t item_size) {
    struct source *source = state;
    assert_int_equal(item_size, sizeof(int));
    assert_int_equal(pool_worker_index(), -1);
    if (source->fails_at >= 0 && source->next == source->fails_at)
        return -4711;
    if (source->end >= 0 && source->next >= source->end)
        return 0;
    source->asked++;
    if (source->asked - source->taken > source->most_ahead)
        source->most_ahead = source->asked - source->taken;
    *(int *)item = source->next++;
    return 1;
}

typedef int imap_fn(struct pool *, pool_task_fn *, pool_source_fn *, void *,
                    size_t, size_t, size_t, struct pool_iter **);

static struct pool_iter *begin(imap_fn *imap, struct pool *pool,
                               pool_task_fn *task, struct source *source,
                               size_t window) {
    struct pool_iter *iter = NULL;
    assert_int_equal(imap(pool, task, count_up, source, sizeof(int),
                          sizeof(int), window, &iter),
                     0);
    assert_non_null(iter);
    return iter;
}

TEST(imap_of_1000_items_in_order) {
    struct pool *pool = pool_of(3);
    static const size_t windows[] = {0, 1, 2, 5, 100, 5000};
    for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
        struct source source = {.end = 1000, .fails_at = -1};
        struct pool_iter *iter =
            begin(pool_imap, pool, task_square, &source, windows[w]);
        for (int i = 0; i < 1000; i++) {
            int result = -1;
            size_t index = SIZE_MAX;
            assert_int_equal(
                pool_iter_next(iter, &result, &index, POOL_FOREVER), 1);
            assert_int_equal(index, i);
            assert_int_equal(result, i * i);
        }
        for (int n = 0; n < 3; n++)
            assert_int_equal(pool_iter_next(iter, NULL, NULL, POOL_FOREVER), 0);
        pool_iter_free(iter);
    }
    pool_destroy(pool);
}

TEST(imap_unordered_gives_every_item_once) {
    struct pool *pool = pool_of(3);
    static const size_t windows[] = {0, 1, 7, 5000};
    for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
        struct source source = {.end = 1000, .fails_at = -1};
        struct pool_iter *iter =
            begin(pool_imap_unordered, pool, task_square, &source, windows[w]);
        bool seen[1000] = {false};
        for (int i = 0; i < 1000; i++) {
            int result = -1;
            size_t index = SIZE_MAX;
            assert_int_equal(
                pool_iter_next(iter, &result, &index, POOL_FOREVER), 1);
            assert_true(index < 1000 && !seen[index]);
            seen[index] = true;
            assert_int_equal(result, index * index);
        }
        assert_int_equal(pool_iter_next(iter, NULL, NULL, POOL_FOREVER), 0);
        pool_iter_free(iter);
    }
    pool_destroy(pool);
}

// The first item waits until the others have come out.
struct waiting {
    struct gate *gate;
    int number;
};
struct waiting_source {
    struct gate *gate;
    int next;
};

static int make_waiting(void *state, void *item, size_t item_size) {
    struct waiting_source *source = state;
    assert_int_equal(item_size, sizeof(struct waiting));
    if (source->next == 5)
        return 0;
    *(struct waiting *)item = (struct waiting){source->gate, source->next++};
    return 1;
}

static int task_first_waits(const void *arg, size_t arg_size, void *result,
                            size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    const struct waiting *item = arg;
    if (item->number == 0)
        gate_await(item->gate, 1);
    return 0;
}

TEST(imap_unordered_does_not_wait_for_a_slow_first_item) {
    struct pool *pool = pool_of(2);
    struct waiting_source source = {shared(pool, sizeof(struct gate)), 0};
    struct pool_iter *iter;
    assert_int_equal(pool_imap_unordered(pool, task_first_waits, make_waiting,
                                         &source, sizeof(struct waiting), 0, 0,
                                         &iter),
                     0);
    size_t index, sum = 0;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pool_iter_next(iter, NULL, &index, POOL_FOREVER), 1);
        assert_int_not_equal(index, 0);
        sum += index;
    }
    assert_int_equal(sum, 1 + 2 + 3 + 4);
    assert_int_equal(pool_iter_next(iter, NULL, &index, 0), POOL_ETIMEDOUT);
    assert_int_equal(pool_iter_next(iter, NULL, &index, 5), POOL_ETIMEDOUT);
    gate_add(source.gate, 1);
    assert_int_equal(pool_iter_next(iter, NULL, &index, POOL_FOREVER), 1);
    assert_int_equal(index, 0);
    assert_int_equal(pool_iter_next(iter, NULL, &index, POOL_FOREVER), 0);
    pool_iter_free(iter);
    pool_destroy(pool);
}

TEST(imap_timed_out_may_be_asked_again) {
    struct pool *pool = pool_of(2);
    struct waiting_source source = {shared(pool, sizeof(struct gate)), 0};
    struct pool_iter *iter;
    assert_int_equal(pool_imap(pool, task_first_waits, make_waiting, &source,
                               sizeof(struct waiting), 0, 0, &iter),
                     0);
    size_t index = 99;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pool_iter_next(iter, NULL, &index, i), POOL_ETIMEDOUT);
    gate_add(source.gate, 1);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(pool_iter_next(iter, NULL, &index, POOL_FOREVER), 1);
        assert_int_equal(index, i);
    }
    assert_int_equal(pool_iter_next(iter, NULL, &index, POOL_FOREVER), 0);
    pool_iter_free(iter);
    pool_destroy(pool);
}

TEST(empty_source) {
    struct pool *pool = pool_of(2);
    imap_fn *imaps[] = {pool_imap, pool_imap_unordered};
    for (int i = 0; i < 2; i++) {
        struct source source = {.end = 0, .fails_at = -1};
        struct pool_iter *iter = begin(imaps[i], pool, task_square, &source, 0);
        assert_int_equal(pool_iter_next(iter, NULL, NULL, POOL_FOREVER), 0);
        assert_int_equal(pool_iter_next(iter, NULL, NULL, 0), 0);
        pool_iter_free(iter);
    }
    pool_destroy(pool);
}

// The good prefix, then the error, then the end; the pool goes on.
static void source_fails_at(imap_fn *imap, int at) {
    struct pool *pool = pool_of(2);
    struct source source = {.end = -1, .fails_at = at};
    struct pool_iter *iter = begin(imap, pool, task_square, &source, 0);
    int got, rc, result;
    for (got = 0; (rc = pool_iter_next(iter, &result, NULL, POOL_FOREVER)) == 1;
         got++)
        continue;
    assert_int_equal(rc, -4711);
    assert_int_equal(got, at);
    assert_int_equal(pool_iter_next(iter, &result, NULL, POOL_FOREVER), 0);
    pool_iter_free(iter);
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(source_failing_at_once) {
    source_fails_at(pool_imap, 0);
    source_fails_at(pool_imap_unordered, 0);
}

TEST(source_failing_later) {
    source_fails_at(pool_imap, 31);
    source_fails_at(pool_imap_unordered, 31);
    source_fails_at(pool_imap, 1);
    source_fails_at(pool_imap_unordered, 1);
}

TEST(endless_source_in_bounded_memory) {
    imap_fn *imaps[] = {pool_imap, pool_imap_unordered};
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2, .memory = 1 << 20});
    for (int i = 0; i < 2; i++) {
        struct source source = {.end = -1, .fails_at = -1};
        struct pool_iter *iter =
            begin(imaps[i], pool, task_nothing, &source, 10);
        assert_true(source.most_ahead <= 10);
        for (int n = 0; n < 100000; n++) {
            int result;
            assert_int_equal(pool_iter_next(iter, &result, NULL, POOL_FOREVER),
                             1);
            source.taken++;
        }
        assert_true(source.most_ahead <= 11); // one counts as it is handed out
        pool_iter_free(iter);
    }
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(error_of_an_item_is_that_items_only) {
    imap_fn *imaps[] = {pool_imap, pool_imap_unordered};
    struct pool *pool = pool_of(2);
    for (int i = 0; i < 2; i++) {
        struct source source = {.end = 100, .fails_at = -1};
        struct pool_iter *iter =
            begin(imaps[i], pool, task_square_odd_fails, &source, 0);
        int good = 0, bad = 0, rc, result = 0;
        size_t index;
        while ((rc = pool_iter_next(iter, &result, &index, POOL_FOREVER))) {
            assert_int_equal(rc, index % 2 ? POOL_ETASK : 1);
            if (rc == 1)
                assert_int_equal(result, index * index);
            good += rc == 1;
            bad += rc != 1;
        }
        assert_int_equal(good, 50);
        assert_int_equal(bad, 50);
        pool_iter_free(iter);
    }
    pool_destroy(pool);
}

TEST(iterator_freed_early_lets_go) {
    imap_fn *imaps[] = {pool_imap, pool_imap_unordered};
    struct pool *pool = pool_of(2);
    for (int n = 0; n < 200; n++) {
        struct source source = {.end = -1, .fails_at = -1};
        struct pool_iter *iter =
            begin(imaps[n % 2], pool, task_square, &source, 20);
        for (int k = n % 7; k > 0; k--)
            pool_iter_next(iter, NULL, NULL, POOL_FOREVER);
        pool_iter_free(iter);
    }
    pool_iter_free(NULL);
    assert_usable(pool);
    assert_int_equal(pool_close(pool), 0);
    assert_int_equal(pool_join(pool), 0);
    assert_int_equal(stats_of(pool).pending, 0);
    pool_destroy(pool);
}

// A forgotten one goes with its pool.
TEST(iterators_end_with_their_pool) {
    imap_fn *imaps[] = {pool_imap, pool_imap_unordered};
    for (int n = 0; n < 2; n++) {
        struct pool *pool = pool_of(2);
        struct source source = {.end = -1, .fails_at = -1};
        struct pool_iter *iter =
            begin(imaps[n], pool, task_square, &source, 20);
        assert_int_equal(pool_iter_next(iter, NULL, NULL, POOL_FOREVER), 1);
        pool_destroy(pool);
    }
}

TEST(close_ends_an_iteration_with_an_error) {
    imap_fn *imaps[] = {pool_imap, pool_imap_unordered};
    for (int n = 0; n < 2; n++) {
        struct pool *pool = pool_of(2);
        struct source source = {.end = -1, .fails_at = -1};
        struct pool_iter *iter = begin(imaps[n], pool, task_square, &source, 5);
        pool_close(pool);
        int got = 0, rc, result;
        while ((rc = pool_iter_next(iter, &result, NULL, POOL_FOREVER)) == 1)
            got++;
        assert_int_equal(rc, POOL_ECLOSED);
        assert_int_equal(got, 5); // what was submitted finishes
        assert_int_equal(pool_iter_next(iter, NULL, NULL, 0), 0);
        assert_int_equal(pool_join(pool), 0);
        pool_iter_free(iter);
        pool_destroy(pool);
    }
}

TEST(terminate_ends_an_iteration) {
    imap_fn *imaps[] = {pool_imap, pool_imap_unordered};
    for (int n = 0; n < 2; n++) {
        struct pool *pool = pool_of(2);
        struct waiting_source source = {shared(pool, sizeof(struct gate)), 0};
        struct pool_iter *iter;
        assert_int_equal(imaps[n](pool, task_first_waits, make_waiting, &source,
                                  sizeof(struct waiting), 0, 1, &iter),
                         0);
        assert_int_equal(pool_terminate(pool), 0);
        assert_int_equal(pool_iter_next(iter, NULL, NULL, POOL_FOREVER),
                         POOL_ECANCELLED);
        int rc, n_errors = 0;
        while ((rc = pool_iter_next(iter, NULL, NULL, POOL_FOREVER)) < 0)
            n_errors++;
        assert_int_equal(rc, 0);
        assert_true(n_errors <= 1); // the refusal of the next item
        pool_iter_free(iter);
        pool_destroy(pool);
    }
}

// Two iterations and a map share the pool.
TEST(iterations_side_by_side) {
    struct pool *pool = pool_of(2);
    struct source a = {.end = 300, .fails_at = -1};
    struct source b = {.end = 300, .fails_at = -1};
    struct pool_iter *one = begin(pool_imap, pool, task_square, &a, 4);
    struct pool_iter *two =
        begin(pool_imap_unordered, pool, task_square, &b, 9);
    for (int i = 0; i < 300; i++) {
        int result;
        assert_int_equal(pool_iter_next(one, &result, NULL, POOL_FOREVER), 1);
        assert_int_equal(result, i * i);
        assert_int_equal(pool_iter_next(two, &result, NULL, POOL_FOREVER), 1);
        if (i % 50 == 0)
            assert_usable(pool);
    }
    assert_int_equal(pool_iter_next(one, NULL, NULL, POOL_FOREVER), 0);
    assert_int_equal(pool_iter_next(two, NULL, NULL, POOL_FOREVER), 0);
    pool_iter_free(one);
    pool_iter_free(two);
    pool_destroy(pool);
}
