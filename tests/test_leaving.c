// SPDX-License-Identifier: MIT
// How a worker leaves: what it has printed comes out, `fini` runs, and nothing
// of the program's own clean-up does. No stream that a thread keeps holds it up.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <err.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- What a task prints to a file of its own -------------------------------

static FILE *own;

static int open_own(void *name) {
    own = fopen(name, "a");
    return own == NULL;
}

static int task_write_line(const void *arg, size_t arg_size, void *result,
                           size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    return fprintf(own, "line\n") < 0;
}

static void make_name(char *name) {
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    close(fd);
}

// The lines of a file, which is removed.
static size_t take_lines(const char *name) {
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    size_t lines = 0;
    for (int c; (c = getc(file)) != EOF;)
        lines += c == '\n';
    fclose(file);
    unlink(name);
    return lines;
}

static void write_lines(struct pool_options options, size_t count) {
    char name[] = "/tmp/pool-lines-XXXXXX";
    make_name(name);
    options.init = open_own;
    options.init_arg = name;
    struct pool *pool = pool_with(options);
    assert_int_equal(
        pool_map(pool, task_write_line, NULL, count, 0, NULL, 0, 1), 0);
    assert_int_equal(pool_close(pool), 0);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
    assert_int_equal(take_lines(name), count);
}

TEST(stdio_of_tasks_is_whole_after_close_and_join) {
    for (int round = 0; round < 20; round++)
        write_lines((struct pool_options){.workers = 2}, 100);
}

TEST(stdio_of_tasks_is_whole_after_retirement) {
    write_lines((struct pool_options){.workers = 2, .max_tasks_per_worker = 3},
                50);
}

// ---- exit() in a task ------------------------------------------------------

static struct gate *cleaned; // by handlers of the program, wherever they ran
static char temporary[] = "/tmp/pool-temporary-XXXXXX";

static void clean(void) {
    unlink(temporary);
    gate_add(cleaned, 1);
}

static void register_clean_up(void) {
    cleaned = mmap(NULL, sizeof *cleaned, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(cleaned != MAP_FAILED);
    make_name(temporary);
    assert_int_equal(atexit(clean), 0);
    assert_int_equal(at_quick_exit(clean), 0);
}

enum leaving { BY_EXIT, BY_ERR, BY_QUICK_EXIT, BY_CHILD_EXIT };

static int task_leave(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    fclose(stderr); // err() has nothing to say here
    switch (*(const enum leaving *)arg) {
    case BY_EXIT:
        exit(7);
    case BY_ERR:
        errx(7, "leaving");
    case BY_QUICK_EXIT:
        quick_exit(7);
    case BY_CHILD_EXIT:;
        int status;
        pid_t pid = fork();
        if (pid == 0)
            exit(7);
        waitpid(pid, &status, 0);
        _exit(WEXITSTATUS(status));
    }
    return 0;
}

static void exits_alone(enum leaving how) {
    register_clean_up();
    struct pool *pool = pool_of(1);
    struct pool_result *result;
    assert_int_equal(pool_apply_async(pool, task_leave, &how, sizeof how, 0,
                                      NULL, NULL, &result),
                     0);
    assert_int_equal(pool_result_get(result, NULL, 0, POOL_FOREVER),
                     POOL_ELOST);
    const char *message = pool_result_message(result);
    if (!strstr(message, "exited with status 7"))
        fail_msg("message: %s", message);
    assert_int_equal(atomic_load(&cleaned->value), 0);
    assert_int_equal(access(temporary, F_OK), 0);
    assert_usable(pool);
    pool_destroy(pool);
    unlink(temporary);
    munmap(cleaned, sizeof *cleaned);
    _exit(0); // the handlers are for another memory
}

static void exit_alone(void *how) { exits_alone(*(enum leaving *)how); }

TEST(exit_in_a_task_runs_nothing_of_the_program) {
    test_in_child(exit_alone, &(enum leaving){BY_EXIT});
}
TEST(err_in_a_task_runs_nothing_of_the_program) {
    test_in_child(exit_alone, &(enum leaving){BY_ERR});
}
TEST(quick_exit_in_a_task_runs_nothing_of_the_program) {
    test_in_child(exit_alone, &(enum leaving){BY_QUICK_EXIT});
}
TEST(exit_in_a_child_of_a_task_runs_nothing_of_the_program) {
    test_in_child(exit_alone, &(enum leaving){BY_CHILD_EXIT});
}

static int init_exits(void *unused) {
    (void)unused;
    exit(7);
}

static void initialiser_exits(void *unused) {
    (void)unused;
    register_clean_up();
    struct pool *pool =
        pool_with((struct pool_options){.workers = 1, .init = init_exits});
    assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0),
                     POOL_EBROKEN);
    assert_int_equal(atomic_load(&cleaned->value), 0);
    pool_destroy(pool);
    unlink(temporary);
    _exit(0);
}

TEST(exit_in_an_initialiser_runs_nothing_of_the_program) {
    test_in_child(initialiser_exits, NULL);
}

// exit() prints what is in buffers, as ever.
static int task_print_and_exit(const void *arg, size_t arg_size, void *result,
                               size_t result_size) {
    task_write_line(arg, arg_size, result, result_size);
    exit(0);
}

TEST(exit_in_a_task_writes_what_it_has_printed) {
    char name[] = "/tmp/pool-lines-XXXXXX";
    make_name(name);
    struct pool *pool = pool_with((struct pool_options){
        .workers = 1, .init = open_own, .init_arg = name});
    assert_int_equal(pool_apply(pool, task_print_and_exit, NULL, 0, NULL, 0),
                     POOL_ELOST);
    pool_destroy(pool);
    assert_int_equal(take_lines(name), 1);
}

static int task_some_exit(const void *arg, size_t arg_size, void *result,
                          size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    if (*(const int *)arg % 50 == 49)
        exit(1);
    return 0;
}

static int source_of_lines(void *read, void *item, size_t item_size) {
    (void)item_size;
    char line[64];
    if (!fgets(line, sizeof line, stdin))
        return 0;
    *(int *)item = atoi(line);
    return ++*(int *)read < 5000;
}

// exit() moves the offset of input files back to where the program has read to.
TEST(exit_in_a_task_moves_no_input_back) {
    char name[] = "/tmp/pool-lines-XXXXXX";
    make_name(name);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        fprintf(file, "%d\n", i);
    fclose(file);
    assert_non_null(freopen(name, "r", stdin));
    unlink(name);
    char first[64];
    assert_non_null(fgets(first, sizeof first, stdin));
    struct pool *pool = pool_of(2);
    struct pool_iter *iter;
    int read = 1, rc, done = 0, lost = 0;
    assert_int_equal(pool_imap_unordered(pool, task_some_exit, source_of_lines,
                                         &read, sizeof(int), 0, 4, &iter),
                     0);
    while ((rc = pool_iter_next(iter, NULL, NULL, POOL_FOREVER)) != 0) {
        done += rc == 1;
        lost += rc == POOL_ELOST;
    }
    assert_int_equal(read, 1000);
    assert_int_equal(done, 979);
    assert_int_equal(lost, 20);
    pool_destroy(pool);
}

// ---- Streams that threads keep ---------------------------------------------

static FILE *kept;

static void *keep_stream(void *ready) {
    flockfile(kept);
    gate_add(ready, 1);
    for (;;)
        if (kept == stdout)
            pause();
        else
            (void)!getc_unlocked(kept); // never comes
    return NULL;
}

// Leaves a thread that keeps a stream's lock, once in each worker.
static int leave_thread(FILE *stream) {
    pthread_t thread;
    static struct gate ready;
    kept = stream;
    if (!kept || pthread_create(&thread, NULL, keep_stream, &ready) != 0)
        return 1;
    gate_await(&ready, 1);
    return 0;
}

static int task_leave_reader(const void *arg, size_t arg_size, void *result,
                             size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    int ends[2];
    return !kept && (pipe(ends) != 0 || leave_thread(fdopen(ends[0], "r")));
}

// With something in the stream.
static int task_leave_printer(const void *arg, size_t arg_size, void *result,
                              size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    if (kept)
        return 0;
    if (!freopen("/dev/null", "w", stdout))
        return 1;
    printf("never flushed");
    return leave_thread(stdout);
}

static void leaves_thread(pool_task_fn *task) {
    struct pool *pool = pool_of(2);
    assert_int_equal(pool_map(pool, task, NULL, 6, 0, NULL, 0, 1), 0);
    pid_t pids[2];
    AWAIT(all_asleep(pool, pids, 2)); // flushed
    assert_usable(pool);
    assert_int_equal(stats_of(pool).respawned, 0);
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
}

TEST(thread_that_waits_for_input_stops_no_worker) {
    leaves_thread(task_leave_reader);
}
TEST(thread_that_keeps_stdout_stops_no_worker) {
    leaves_thread(task_leave_printer);
}

static void create_beside_reader(void *unused) {
    (void)unused;
    assert_int_equal(task_leave_reader(NULL, 0, NULL, 0), 0);
    struct pool *pool = pool_of(1);
    assert_usable(pool);
    pool_destroy(pool);
    _exit(0);
}

TEST(thread_that_waits_for_input_stops_no_pool_create) {
    test_in_child(create_beside_reader, NULL);
}

// ---- fini ------------------------------------------------------------------

static struct gate *begun, *ended;

static int count_begin(void *unused) {
    (void)unused;
    gate_add(begun, 1);
    return 0;
}

static void count_end(void *unused) {
    (void)unused;
    gate_add(ended, 1);
}

static void map_gates(void) {
    begun = mmap(NULL, 2 * sizeof *begun, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(begun != MAP_FAILED);
    ended = begun + 1;
}

static void unmap_gates(void) { munmap(begun, 2 * sizeof *begun); }

TEST(fini_runs_once_in_each_worker_at_join) {
    map_gates();
    struct pool *pool = pool_with((struct pool_options){
        .workers = 3, .init = count_begin, .fini = count_end});
    assert_usable(pool);
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
    assert_int_equal(atomic_load(&begun->value), 3);
    assert_int_equal(atomic_load(&ended->value), 3);
    unmap_gates();
}

TEST(fini_runs_where_no_task_ever_did) {
    map_gates();
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2, .fini = count_end});
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
    assert_int_equal(atomic_load(&ended->value), 2);
    unmap_gates();
}

TEST(fini_runs_in_each_worker_that_retires) {
    map_gates();
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2,
                                        .max_tasks_per_worker = 5,
                                        .init = count_begin,
                                        .fini = count_end});
    assert_int_equal(pool_map(pool, task_nothing, NULL, 100, 0, NULL, 0, 3), 0);
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
    assert_true(atomic_load(&ended->value) >= 20);
    assert_int_equal(atomic_load(&begun->value), atomic_load(&ended->value));
    unmap_gates();
}

TEST(fini_does_not_run_in_a_worker_that_is_killed) {
    map_gates();
    struct pool *pool = pool_with((struct pool_options){
        .workers = 1, .init = count_begin, .fini = count_end});
    int number = SIGKILL;
    assert_int_equal(
        pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
        POOL_ELOST);
    assert_usable(pool);
    assert_int_equal(pool_apply(pool, task_leave, &(enum leaving){BY_EXIT},
                                sizeof(enum leaving), NULL, 0),
                     POOL_ELOST);
    pool_destroy(pool);
    assert_int_equal(atomic_load(&ended->value), 0);
    unmap_gates();
}

TEST(fini_does_not_run_at_terminate_while_a_task_runs) {
    map_gates();
    struct pool *pool =
        pool_with((struct pool_options){.workers = 1, .fini = count_end});
    struct gate *gate = shared(pool, sizeof *gate);
    assert_int_equal(pool_apply_async(pool, task_stuck, &gate, sizeof gate, 0,
                                      NULL, NULL, NULL),
                     0);
    gate_await(gate, 1);
    pool_destroy(pool);
    assert_int_equal(atomic_load(&ended->value), 0);
    unmap_gates();
}

static int refuse(void *unused) {
    (void)unused;
    return 1;
}

TEST(fini_does_not_run_where_the_initialiser_failed) {
    map_gates();
    struct pool *pool = pool_with(
        (struct pool_options){.workers = 1, .init = refuse, .fini = count_end});
    assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0),
                     POOL_EBROKEN);
    pool_destroy(pool);
    assert_int_equal(atomic_load(&ended->value), 0);
    unmap_gates();
}

static void write_line_at_end(void *unused) {
    (void)unused;
    fprintf(own, "end\n");
}

TEST(fini_may_print) {
    char name[] = "/tmp/pool-lines-XXXXXX";
    make_name(name);
    struct pool *pool =
        pool_with((struct pool_options){.workers = 3,
                                        .init = open_own,
                                        .init_arg = name,
                                        .fini = write_line_at_end});
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
    assert_int_equal(take_lines(name), 3);
}

static void never_end(void *unused) {
    (void)unused;
    for (;;)
        pause();
}

TEST(fini_that_never_ends_is_ended_by_join) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 1, .fini = never_end});
    assert_usable(pool);
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
}

// The last result before a worker retires does not wait for its fini.
static void wait_at_end(void *unused) {
    (void)unused;
    gate_await(ended, 1);
}

TEST(fini_of_a_retiring_worker_holds_up_no_result) {
    map_gates();
    struct pool *pool = pool_with((struct pool_options){
        .workers = 1, .max_tasks_per_worker = 1, .fini = wait_at_end});
    assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0), 0);
    gate_add(ended, 1);
    assert_usable(pool);
    pool_destroy(pool);
    unmap_gates();
}

// Nor does what it leaves of a chunk, though the others sleep.
TEST(fini_of_a_retiring_worker_holds_up_no_item) {
    map_gates();
    struct pool *pool = pool_with((struct pool_options){
        .workers = 2, .max_tasks_per_worker = 3, .fini = wait_at_end});
    assert_int_equal(pool_map(pool, task_nothing, NULL, 6, 0, NULL, 0, 6), 0);
    gate_add(ended, 1);
    pool_destroy(pool);
    unmap_gates();
}

// ---- pool_wait -------------------------------------------------------------

static void submit_more(struct pool_result *result, void *user) {
    (void)result;
    struct pool **pool = user;
    static int rounds = 3;
    if (rounds--)
        assert_int_equal(pool_apply_async(*pool, task_nothing, NULL, 0, 0,
                                          submit_more, user, NULL),
                         0);
}

TEST(wait_returns_once_nothing_is_pending) {
    struct pool *pool = pool_of(2);
    assert_int_equal(pool_wait(pool, 0), 0);
    struct gate *gate = shared(pool, sizeof *gate);
    assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate, 0,
                                      NULL, NULL, NULL),
                     0);
    assert_int_equal(pool_wait(pool, 0), POOL_ETIMEDOUT);
    assert_int_equal(pool_wait(pool, 5), POOL_ETIMEDOUT);
    gate_add(gate, 1);
    assert_int_equal(pool_wait(pool, POOL_FOREVER), 0);
    assert_int_equal(stats_of(pool).pending, 0);
    assert_int_equal(stats_of(pool).completed, 1);
    assert_usable(pool); // not closed
    pool_close(pool);
    assert_int_equal(pool_wait(pool, POOL_FOREVER), 0);
    pool_join(pool);
    assert_int_equal(pool_wait(pool, POOL_FOREVER), 0);
    assert_int_equal(pool_wait(NULL, 0), POOL_EINVAL);
    pool_destroy(pool);
}

TEST(wait_runs_callbacks_and_waits_for_what_they_submit) {
    struct pool *pool = pool_of(2);
    assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                      submit_more, &pool, NULL),
                     0);
    assert_int_equal(pool_wait(pool, POOL_FOREVER), 0);
    assert_int_equal(stats_of(pool).completed, 4);
    pool_destroy(pool);
}

TEST(wait_on_a_broken_pool_returns) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    assert_int_equal(pool_apply_async(pool, task_stuck, &gate, sizeof gate, 0,
                                      NULL, NULL, NULL),
                     0);
    kill(stats_of(pool).supervisor, SIGKILL);
    assert_int_equal(pool_wait(pool, POOL_FOREVER), 0);
    assert_int_equal(stats_of(pool).pending, 0);
    pool_destroy(pool);
}

TEST(version_of_header_and_library_agree) {
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", POOL_VERSION / 10000,
             POOL_VERSION / 100 % 100, POOL_VERSION % 100);
    assert_string_equal(pool_version(), text);
}
