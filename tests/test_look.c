// SPDX-License-Identifier: MIT
// Looking inside: statistics count items and add up, the trace is true and its
// JSON can be read by a JSON library.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

// ---- The trace -------------------------------------------------------------

// In one look: more may be recorded meanwhile.
static size_t count_events(struct pool *pool, enum pool_trace_kind kind) {
    struct pool_trace_event events[100];
    size_t n = pool_trace_read(pool, events, 100), count = 0;
    for (size_t i = 0; i < n && i < 100; i++)
        count += events[i].kind == kind;
    return count;
}

TEST(trace_tells_what_ran) {
    struct pool *pool = pool_of(2);
    assert_usable(pool);
    assert_int_equal(pool_trace_read(pool, NULL, 0), 0);
    assert_int_equal(pool_trace_start(pool, 1000), 0);
    int items[30], results[30];
    for (int i = 0; i < 30; i++)
        items[i] = i;
    assert_int_equal(pool_map(pool, task_square, items, 30, sizeof *items,
                              results, sizeof *results, 4),
                     0);
    size_t n = pool_trace_read(pool, NULL, 0), ran = 0, submits = 0;
    assert_true(n >= 9);
    struct pool_trace_event events[100];
    bool seen[30] = {false};
    uint64_t task = 0, before = 0;
    assert_int_equal(pool_trace_read(pool, events, 100), n);
    for (size_t i = 0; i < n; i++) {
        const struct pool_trace_event *e = &events[i];
        assert_true(e->begin_ns >= before); // oldest first
        before = e->begin_ns;
        if (e->kind == POOL_TRACE_SUBMIT) {
            submits++;
            task = e->task;
            assert_int_equal(e->worker, -1);
            assert_int_equal(e->count, 30);
        } else if (e->kind == POOL_TRACE_RUN) {
            assert_int_equal(e->task, task);
            assert_true(e->worker >= 0 && e->worker < 2);
            assert_true(e->end_ns >= e->begin_ns);
            for (uint64_t k = e->first; k < e->first + e->count; k++, ran++) {
                assert_true(k < 30 && !seen[k]);
                seen[k] = true;
            }
        }
    }
    assert_int_equal(submits, 1);
    assert_int_equal(ran, 30);
    pool_destroy(pool);
}

TEST(trace_keeps_the_first_events_and_starts_afresh) {
    struct pool *pool = pool_of(1);
    struct pool_trace_event events[20];
    for (int round = 0; round < 3; round++) {
        assert_int_equal(pool_trace_start(pool, 5), 0);
        for (int i = 0; i < 20; i++)
            assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0),
                             0);
        assert_int_equal(pool_trace_read(pool, events, 20), 5);
        assert_int_equal(events[0].kind, POOL_TRACE_SUBMIT);
    }
    pool_destroy(pool);
}

TEST(trace_started_afresh_is_left_alone_by_what_ran_before) {
    struct pool *pool = pool_of(2);
    struct gate *gates[2] = {shared(pool, sizeof **gates),
                             shared(pool, sizeof **gates)};
    struct pool_trace_event events[5];
    struct pool_result *results[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pool_trace_start(pool, 5), 0);
        assert_int_equal(pool_apply_async(pool, task_pass, &gates[i],
                                          sizeof gates[i], 0, NULL, NULL,
                                          &results[i]),
                         0);
        AWAIT(pool_trace_read(pool, events, 5) == 2);
    }
    gate_add(gates[0], 1);
    assert_int_equal(pool_result_get(results[0], NULL, 0, POOL_FOREVER), 0);
    assert_int_equal(pool_trace_read(pool, events, 5), 2);
    assert_int_equal(events[1].kind, POOL_TRACE_RUN);
    assert_int_equal(events[1].end_ns, 0); // it goes on
    pool_destroy(pool);
}

TEST(trace_tells_deaths_and_starts) {
    struct pool *pool = pool_of(2);
    assert_int_equal(pool_trace_start(pool, 100), 0);
    int number = SIGKILL;
    assert_int_equal(
        pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
        POOL_ELOST);
    AWAIT(stats_of(pool).respawned == 1);
    AWAIT(count_events(pool, POOL_TRACE_START) == 1);
    assert_int_equal(count_events(pool, POOL_TRACE_DEATH), 1);
    struct pool_trace_event events[100];
    size_t n = pool_trace_read(pool, events, 100);
    for (size_t i = 0; i < n; i++)
        if (events[i].kind == POOL_TRACE_DEATH) {
            assert_true(WIFSIGNALED(events[i].status));
            assert_int_equal(WTERMSIG(events[i].status), SIGKILL);
        } else if (events[i].kind == POOL_TRACE_RUN) {
            assert_int_equal(events[i].end_ns, 0); // cut short
        }
    pool_destroy(pool);
}

// ---- Its JSON --------------------------------------------------------------

static json_t *written(struct pool *pool) {
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    assert_int_equal(pool_trace_write(pool, file), 0);
    fclose(file);
    json_error_t error;
    json_t *root = json_loads(text, 0, &error);
    if (!root)
        fail_msg("line %d: %s: %.*s", error.line, error.text, 60,
                 text + (error.position > 30 ? error.position - 30 : 0));
    free(text);
    json_t *events =
        json_is_array(root) ? root : json_object_get(root, "traceEvents");
    assert_true(json_is_array(events));
    json_incref(events);
    if (events != root)
        json_decref(root);
    else
        json_decref(events);
    return events;
}

static double number_of(json_t *event, const char *key) {
    json_t *value = json_object_get(event, key);
    if (!json_is_number(value))
        fail_msg("\"%s\" is no number", key);
    return json_number_value(value);
}

// On a track, events follow each other or nest.
static void assert_nests(json_t *events) {
    size_t i, k;
    json_t *a, *b;
    json_array_foreach(events, i, a) {
        if (strcmp(json_string_value(json_object_get(a, "ph")), "X") != 0)
            continue;
        double from = number_of(a, "ts"), to = from + number_of(a, "dur");
        assert_true(to >= from);
        json_array_foreach(events, k, b) {
            if (k <= i ||
                strcmp(json_string_value(json_object_get(b, "ph")), "X") != 0 ||
                number_of(a, "tid") != number_of(b, "tid") ||
                number_of(a, "pid") != number_of(b, "pid"))
                continue;
            double start = number_of(b, "ts"),
                   end = start + number_of(b, "dur");
            bool apart = start >= to - 1e-3 || end <= from + 1e-3;
            bool inside =
                (start >= from && end <= to) || (from >= start && to <= end);
            assert_true(apart || inside);
        }
    }
}

TEST(trace_is_json_of_the_chrome_format) {
    struct pool *pool = pool_of(2);
    json_t *events = written(pool); // without a trace
    json_decref(events);
    assert_int_equal(pool_trace_start(pool, 1000), 0);
    events = written(pool); // an empty one
    json_decref(events);
    for (int i = 0; i < 5; i++)
        assert_usable(pool);
    int number = SIGKILL;
    assert_int_equal(
        pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
        POOL_ELOST);
    AWAIT(stats_of(pool).respawned == 1);
    assert_usable(pool);
    events = written(pool);
    size_t i, kinds[128] = {0};
    json_t *event;
    json_array_foreach(events, i, event) {
        const char *phase = json_string_value(json_object_get(event, "ph"));
        assert_non_null(phase);
        assert_int_equal(strlen(phase), 1);
        kinds[(unsigned char)*phase & 127]++;
        assert_true(json_is_string(json_object_get(event, "name")) ||
                    *phase == 'f');
        if (*phase != 'M')
            number_of(event, "ts");
        number_of(event, "pid");
    }
    assert_nests(events);
    assert_true(kinds['X'] >= 6 * 7);
    assert_true(kinds['M'] >= 2);
    assert_true(kinds['C'] >= 1);
    assert_true(kinds['i'] >= 2);
    assert_true(kinds['s'] >= 1 && kinds['f'] >= 1);
    json_decref(events);
    pool_close(pool);
    pool_join(pool);
    json_decref(written(pool)); // after the end too
    pool_destroy(pool);
}

TEST(trace_that_cannot_be_written) {
    struct pool *pool = pool_of(1);
    assert_int_equal(pool_trace_start(pool, 1000), 0);
    assert_usable(pool);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_int_equal(pool_trace_write(pool, full), POOL_ESYS);
    fclose(full);
    FILE *unwritable = fopen("/dev/null", "r");
    assert_int_equal(pool_trace_write(pool, unwritable), POOL_ESYS);
    fclose(unwritable);
    pool_destroy(pool);
}
