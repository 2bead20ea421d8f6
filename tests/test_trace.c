// SPDX-License-Identifier: MIT
// The trace: it is true, no event is seen half written, and its JSON can be
// read by a JSON library, in every locale, whoever asked for it.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- The record ------------------------------------------------------------

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

// The events of a text, to be released.
static json_t *events_of(const char *text) {
    json_error_t error;
    json_t *root = json_loads(text, 0, &error);
    if (!root)
        fail_msg("line %d: %s: %.*s", error.line, error.text, 60,
                 text + (error.position > 30 ? error.position - 30 : 0));
    json_t *events = json_incref(json_object_get(root, "traceEvents"));
    assert_true(json_is_array(events));
    json_decref(root);
    return events;
}

static char *text_of(struct pool *pool) {
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    assert_int_equal(pool_trace_write(pool, file), 0);
    fclose(file);
    return text;
}

static json_t *written(struct pool *pool) {
    char *text = text_of(pool);
    json_t *events = events_of(text);
    free(text);
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

static const char *word_of(json_t *event, const char *key) {
    const char *word = json_string_value(json_object_get(event, key));
    return word ? word : "";
}

static json_t *argument_of(json_t *event, const char *key) {
    return json_object_get(json_object_get(event, "args"), key);
}

// How many runs came to this end.
static size_t count_outcomes(json_t *events, const char *outcome) {
    size_t i, count = 0;
    json_t *event;
    json_array_foreach(events, i, event) {
        const char *word = json_string_value(argument_of(event, "outcome"));
        count += word && strcmp(word, outcome) == 0;
    }
    return count;
}

// Of the arrows from submissions, as many as submissions, each inside a slice
// of its track.
TEST(trace_arrows_bind_to_slices) {
    struct pool *pool = pool_of(2);
    assert_int_equal(pool_trace_start(pool, 1000), 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(pool_map(pool, task_nothing, NULL, 10, 0, NULL, 0, 3),
                         0);
    json_t *events = written(pool), *arrow, *slice;
    size_t i, k, bound[2] = {0};
    json_array_foreach(events, i, arrow) {
        bool end = strcmp(word_of(arrow, "ph"), "f") == 0;
        if (!end && strcmp(word_of(arrow, "ph"), "s") != 0)
            continue;
        json_array_foreach(events, k, slice) {
            if (strcmp(word_of(slice, "ph"), "X") != 0 ||
                number_of(slice, "tid") != number_of(arrow, "tid"))
                continue;
            double from = number_of(slice, "ts");
            bound[end] +=
                number_of(arrow, "ts") >= from &&
                number_of(arrow, "ts") < from + number_of(slice, "dur");
        }
    }
    assert_int_equal(bound[0], 10);
    assert_int_equal(bound[1], 10);
    json_decref(events);
    pool_destroy(pool);
}

TEST(trace_tells_the_outcome_of_each_run) {
    struct pool *pool = pool_of(1);
    assert_int_equal(pool_trace_start(pool, 1000), 0);
    struct gate *gate = shared(pool, sizeof *gate);
    int odd[2] = {1, 2}, results[2], signal = SIGKILL;
    assert_int_equal(pool_map(pool, task_square_odd_fails, odd, 2, sizeof *odd,
                              results, sizeof *results, 1),
                     POOL_ETASK);
    assert_int_equal(
        pool_apply(pool, task_die, &signal, sizeof signal, NULL, 0),
        POOL_ELOST);
    assert_int_equal(pool_apply_async(pool, task_stuck, &gate, sizeof gate, 0,
                                      NULL, NULL, NULL),
                     0);
    gate_await(gate, 1);
    json_t *events = written(pool);
    assert_int_equal(count_outcomes(events, "unfinished"), 1);
    assert_int_equal(count_outcomes(events, "done"), 1);
    assert_int_equal(count_outcomes(events, "failed"), 1);
    assert_int_equal(count_outcomes(events, "lost"), 1);
    json_decref(events);
    pool_terminate(pool);
    events = written(pool);
    assert_int_equal(count_outcomes(events, "unfinished"), 0);
    assert_int_equal(count_outcomes(events, "cancelled"), 1);
    json_decref(events);
    pool_destroy(pool);
}

TEST(trace_tells_which_run_took_too_long) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 1, .task_timeout_ms = 20});
    assert_int_equal(pool_trace_start(pool, 1000), 0);
    struct gate *gate = shared(pool, sizeof *gate);
    assert_int_equal(pool_apply(pool, task_stuck, &gate, sizeof gate, NULL, 0),
                     POOL_ETIMELIMIT);
    AWAIT(stats_of(pool).respawned >= 1);
    json_t *events = written(pool);
    assert_int_equal(count_outcomes(events, "timed out"), 1);
    json_decref(events);
    pool_destroy(pool);
}

// Of a chunk whose second item kills its worker each time.
TEST(trace_tells_what_is_run_again) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 1, .max_retries = 2});
    assert_int_equal(pool_trace_start(pool, 1000), 0);
    int signals[3] = {0, SIGKILL, 0};
    assert_int_equal(
        pool_map(pool, task_die, signals, 3, sizeof *signals, NULL, 0, 3),
        POOL_ELOST);
    json_t *events = written(pool), *event;
    assert_int_equal(count_outcomes(events, "run again"), 2);
    assert_int_equal(count_outcomes(events, "lost"), 1);
    assert_int_equal(count_outcomes(events, "done"), 1);
    size_t i, runs = 0;
    const int first[] = {0, 1, 1, 2}, items[] = {2, 1, 1, 1};
    json_array_foreach(events, i, event) {
        if (strcmp(word_of(event, "name"), "run") != 0)
            continue;
        assert_true(runs < 4);
        assert_int_equal(json_integer_value(argument_of(event, "first")),
                         first[runs]);
        assert_int_equal(json_integer_value(argument_of(event, "items")),
                         items[runs++]);
    }
    assert_int_equal(runs, 4);
    json_decref(events);
    pool_destroy(pool);
}

// In a process of its own: what a locale maps stays mapped.
static void write_in_locale(void *unused) {
    (void)unused;
    if (!setlocale(LC_NUMERIC, "comma.UTF-8"))
        fail_msg("localedef cannot make a locale here");
    assert_string_equal(localeconv()->decimal_point, ",");
    struct pool *pool = pool_of(1);
    assert_int_equal(pool_trace_start(pool, 100), 0);
    assert_usable(pool);
    char *comma = text_of(pool);
    setlocale(LC_NUMERIC, "C");
    char *plain = text_of(pool);
    assert_string_equal(comma, plain);
    free(comma);
    free(plain);
    pool_destroy(pool);
}

// A locale with a decimal comma, made here: none need be installed.
TEST_WITHIN(trace_is_the_same_in_every_locale, 120) {
    char folder[] = "/tmp/pool-locale-XXXXXX", command[300];
    assert_non_null(mkdtemp(folder));
    setenv("LOCPATH", folder, 1);
    snprintf(command, sizeof command,
             "cd %s && printf 'LC_NUMERIC\n"
             "decimal_point \",\"\nthousands_sep \".\"\ngrouping 3;3\n"
             "END LC_NUMERIC\n' >comma && "
             "localedef -c -i ./comma -f UTF-8 ./comma.UTF-8 >/dev/null 2>&1",
             folder);
    assert_true(system(command) >= 0);
    test_in_child(write_in_locale, NULL);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

TEST(trace_started_by_turns_keeps_the_arena) {
    struct pool *pool = pool_with(
        (struct pool_options){.workers = 1, .memory = (size_t)4 << 20});
    for (int i = 0; i < 1000; i++)
        assert_int_equal(pool_trace_start(pool, i % 2 ? 100 : 200), 0);
    for (int i = 1; i < 500; i++) // more and more
        assert_int_equal(pool_trace_start(pool, 10 * (size_t)i), 0);
    assert_usable(pool);
    pool_destroy(pool);
}

// ---- POOL_TRACE ------------------------------------------------------------

// A folder of its own, to be the current one, and POOL_TRACE.
static void trace_in_folder(const char *name) {
    char folder[] = "/tmp/pool-trace-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    setenv("POOL_TRACE", name, 1);
}

// Removes a file of that folder and returns its events.
static json_t *take_file(const char *name) {
    static char text[1 << 20];
    FILE *file = fopen(name, "r");
    if (!file)
        fail_msg("no file %s", name);
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    fclose(file);
    assert_int_equal(unlink(name), 0);
    return events_of(text);
}

// Fails where something is left in it.
static void leave_folder(void) {
    char folder[100];
    assert_non_null(getcwd(folder, sizeof folder));
    assert_int_equal(rmdir(folder), 0);
}

static size_t count_marks(json_t *events, const char *name, const char *role) {
    size_t i, count = 0;
    json_t *event;
    json_array_foreach(events, i, event) count +=
        strcmp(word_of(event, "name"), name) == 0 &&
        strcmp(json_string_value(argument_of(event, "role")), role) == 0;
    return count;
}

TEST(trace_variable_records_a_pool_from_birth_to_death) {
    trace_in_folder("trace.json");
    struct pool *pool = pool_of(2);
    pid_t supervisor = stats_of(pool).supervisor;
    int signal = SIGKILL;
    assert_int_equal(
        pool_apply(pool, task_die, &signal, sizeof signal, NULL, 0),
        POOL_ELOST);
    AWAIT(stats_of(pool).respawned == 1);
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
    json_t *events = take_file("trace.json"), *event;
    assert_int_equal(count_marks(events, "started", "pool-super"), 1);
    assert_int_equal(count_marks(events, "ended", "pool-super"), 1);
    assert_int_equal(count_marks(events, "started", "pool-worker-0") +
                         count_marks(events, "started", "pool-worker-1"),
                     3);
    assert_int_equal(count_marks(events, "ended", "pool-worker-0") +
                         count_marks(events, "ended", "pool-worker-1"),
                     3);
    assert_int_equal(count_outcomes(events, "lost"), 1);
    size_t i, killed = 0;
    json_array_foreach(events, i, event) {
        const char *how = json_string_value(argument_of(event, "how"));
        killed += how && strcmp(how, "killed by signal 9") == 0;
        if (strcmp(word_of(event, "name"), "started") == 0 &&
            strcmp(json_string_value(argument_of(event, "role")),
                   "pool-super") == 0)
            assert_int_equal(json_integer_value(argument_of(event, "pid")),
                             supervisor);
    }
    assert_int_equal(killed, 1);
    json_decref(events);
    leave_folder();
}

TEST(trace_variable_numbers_the_pools_of_a_process) {
    trace_in_folder("a.b/trace.json");
    assert_int_equal(mkdir("a.b", 0700), 0);
    struct pool *first = pool_of(1), *second = pool_of(1);
    setenv("POOL_TRACE", "a.b/plain", 1);
    struct pool *third = pool_of(1);
    assert_usable(second);
    pool_destroy(second);
    pool_destroy(first);
    pool_destroy(third);
    json_t *events = take_file("a.b/trace.json");
    assert_int_equal(count_outcomes(events, "done"), 0);
    json_decref(events);
    events = take_file("a.b/trace-2.json");
    assert_true(count_outcomes(events, "done") > 0);
    json_decref(events);
    json_decref(take_file("a.b/plain-3"));
    assert_int_equal(rmdir("a.b"), 0);
    leave_folder();
}

TEST(trace_variable_with_the_process_id) {
    trace_in_folder("of-%p.json");
    pool_destroy(pool_of(1));
    char name[64];
    snprintf(name, sizeof name, "of-%d.json", (int)getpid());
    json_decref(take_file(name));
    leave_folder();
}

static int task_inner_pool(const void *arg, size_t arg_size, void *result,
                           size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    *(pid_t *)result = getpid();
    struct pool *pool = pool_create(&(struct pool_options){.workers = 1});
    pool_destroy(pool);
    return !pool;
}

TEST(trace_variable_in_a_task_takes_a_file_of_its_own) {
    trace_in_folder("trace.json");
    struct pool *pool = pool_of(1);
    pid_t worker;
    assert_int_equal(
        pool_apply(pool, task_inner_pool, NULL, 0, &worker, sizeof worker), 0);
    pool_destroy(pool);
    char name[64];
    snprintf(name, sizeof name, "trace-%d-2.json", (int)worker);
    json_decref(take_file(name));
    json_decref(take_file("trace.json"));
    leave_folder();
}

TEST(trace_variable_leaves_an_empty_file_until_pool_destroy) {
    trace_in_folder("trace.json");
    struct pool *pool = pool_of(1);
    struct stat file;
    assert_int_equal(stat("trace.json", &file), 0);
    assert_int_equal(file.st_size, 0);
    pool_destroy(pool);
    json_decref(take_file("trace.json"));
    leave_folder();
}

TEST(trace_variable_with_no_such_folder_changes_nothing) {
    trace_in_folder("none/trace.json");
    struct pool *pool = pool_of(1);
    assert_usable(pool);
    assert_int_equal(pool_trace_read(pool, NULL, 0), 0);
    pool_destroy(pool);
    char *long_name = malloc(10000);
    memset(long_name, 'x', 9999);
    long_name[9999] = '\0';
    setenv("POOL_TRACE", long_name, 1);
    free(long_name);
    pool = pool_of(1);
    assert_usable(pool);
    pool_destroy(pool);
    leave_folder();
}

TEST(trace_variable_and_a_trace_of_the_program) {
    trace_in_folder("trace.json");
    struct pool *pool = pool_of(1);
    assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0), 0);
    for (int i = 1; i < 3; i++) {
        assert_int_equal(pool_trace_start(pool, 2), 0);
        assert_int_equal(pool_trace_read(pool, NULL, 0), 0);
        assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0), 0);
        assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0), 0);
        assert_int_equal(pool_trace_read(pool, NULL, 0), 2);
    }
    pool_destroy(pool);
    json_t *events = take_file("trace.json");
    assert_int_equal(count_outcomes(events, "done"), 5);
    json_decref(events);
    leave_folder();
}
