// SPDX-License-Identifier: MIT
// Deaths, errors and time limits: each is reported for its one item, with the
// reason, and the pool goes on.
//
// Runs in: the client of a pool, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct pool_result *submit(struct pool *pool, pool_task_fn *task,
                                  const void *arg, size_t size) {
    struct pool_result *result = NULL;
    assert_int_equal(
        pool_apply_async(pool, task, arg, size, 0, NULL, NULL, &result), 0);
    return result;
}

static void assert_fails(struct pool_result *result, int error,
                         const char *words) {
    assert_int_equal(pool_result_get(result, NULL, 0, POOL_FOREVER), error);
    if (!strstr(pool_result_message(result), words))
        fail_msg("message \"%s\" lacks \"%s\"", pool_result_message(result),
                 words);
    pool_result_free(result);
}

static int task_fail(const void *arg, size_t arg_size, void *result,
                     size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    const char *text = arg;
    return text ? pool_fail("%s", text) : 42;
}

TEST(message_of_a_task_reaches_the_client) {
    struct pool *pool = pool_of(2);
    assert_fails(submit(pool, task_fail, "no such word", 13), POOL_ETASK,
                 "no such word");
    assert_fails(submit(pool, task_fail, "", 1), POOL_ETASK, "");
    assert_fails(submit(pool, task_fail, NULL, 0), POOL_ETASK, "42");
    assert_int_equal(pool_apply(pool, task_fail, "x", 2, NULL, 0), POOL_ETASK);
    assert_usable(pool);
    struct pool_stats stats = stats_of(pool);
    assert_int_equal(stats.failed, 4);
    assert_int_equal(stats.respawned, 0);
    pool_destroy(pool);
}

// A failure leaves nothing for the next task on the same worker.
static int task_message_then_success(const void *arg, size_t arg_size,
                                     void *result, size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    pool_fail("not meant");
    return 0;
}

TEST(message_of_a_success_is_forgotten) {
    struct pool *pool = pool_of(1);
    struct pool_result *good = submit(pool, task_message_then_success, NULL, 0);
    struct pool_result *bad = submit(pool, task_fail, NULL, 0);
    assert_int_equal(pool_result_get(good, NULL, 0, POOL_FOREVER), 0);
    assert_string_equal(pool_result_message(good), "");
    assert_int_equal(pool_result_wait(bad, POOL_FOREVER), 0);
    assert_null(strstr(pool_result_message(bad), "not meant"));
    pool_destroy(pool);
}

static int task_return(const void *arg, size_t arg_size, void *result,
                       size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    return *(const int *)arg;
}

TEST(every_nonzero_return_is_a_failure) {
    struct pool *pool = pool_of(1);
    static const int codes[] = {1, -1, 255, 256, -7, POOL_ELOST, 1 << 30};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_int_equal(
            pool_apply(pool, task_return, &codes[i], sizeof codes[i], NULL, 0),
            POOL_ETASK);
    pool_destroy(pool);
}

TEST(worker_killed_by_any_signal) {
    static const int signals[] = {SIGKILL, SIGTERM, SIGABRT, SIGUSR1, SIGHUP};
    struct pool *pool = pool_of(2);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        char words[64];
        snprintf(words, sizeof words, "killed by signal %d (%s)", signals[i],
                 strsignal(signals[i]));
        assert_fails(submit(pool, task_die, &signals[i], sizeof *signals),
                     POOL_ELOST, words);
    }
    assert_usable(pool);
    struct pool_stats stats = stats_of(pool);
    assert_int_equal(stats.lost, 5);
    AWAIT(stats_of(pool).respawned == 5 && stats_of(pool).workers == 2);
    pool_destroy(pool);
}

static int task_publish_pid_and_die(const void *arg, size_t arg_size,
                                    void *result, size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    atomic_store(&(*(struct gate *const *)arg)->value, (uint32_t)getpid());
    return kill(getpid(), SIGKILL);
}

TEST(message_names_the_dead_worker) {
    struct pool *pool = pool_of(2);
    struct gate *pid = shared(pool, sizeof *pid);
    struct pool_result *result =
        submit(pool, task_publish_pid_and_die, &pid, sizeof pid);
    assert_int_equal(pool_result_wait(result, POOL_FOREVER), 0);
    char words[100];
    snprintf(words, sizeof words, "worker %u killed by signal 9 (Killed)",
             atomic_load(&pid->value));
    assert_string_equal(pool_result_message(result), words);
    pool_destroy(pool);
}

static int task_exit(const void *arg, size_t arg_size, void *result,
                     size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    exit(*(const int *)arg);
}

static int task_quick_exit(const void *arg, size_t arg_size, void *result,
                           size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    _exit(*(const int *)arg);
}

TEST(exit_in_a_task_counts_as_a_death) {
    struct pool *pool = pool_of(1);
    for (int code = 0; code < 4; code++) {
        char words[32];
        snprintf(words, sizeof words, "status %d", code);
        assert_fails(submit(pool, code % 2 ? task_exit : task_quick_exit, &code,
                            sizeof code),
                     POOL_ELOST, words);
    }
    assert_usable(pool);
    pool_destroy(pool);
}

static int task_overflow_stack(const void *arg, size_t arg_size, void *result,
                               size_t result_size) {
    volatile char frame[4096];
    frame[0] = (char)arg_size;
    if (arg_size == SIZE_MAX)
        return 0;
    return task_overflow_stack(arg, arg_size + 1, result, result_size) +
           frame[0];
}

static int task_null(const void *arg, size_t arg_size, void *result,
                     size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    int *volatile nothing = NULL;
    return *nothing;
}

static int task_abort(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    abort();
}

TEST(crashes_of_every_kind) {
    struct pool *pool = pool_of(2);
    pool_task_fn *tasks[] = {task_null, task_abort, task_overflow_stack};
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < 3; i++)
            assert_fails(submit(pool, tasks[i], NULL, 0), POOL_ELOST,
                         "worker ");
    assert_usable(pool);
    pool_destroy(pool);
}

struct ordered_death {
    int number, dies;
};

static int task_maybe_die(const void *arg, size_t arg_size, void *result,
                          size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct ordered_death *item = arg;
    if (item->dies)
        kill(getpid(), SIGKILL);
    *(int *)result = item->number + 1;
    return 0;
}

// In chunks of every size: lost is the one item, those before and after it are
// done.
TEST(death_in_a_chunk_loses_one_item) {
    struct pool *pool = pool_of(2);
    struct ordered_death items[60];
    int results[60];
    for (size_t chunk = 0; chunk <= 60; chunk += 5) {
        for (int i = 0; i < 60; i++)
            items[i] = (struct ordered_death){i, i % 7 == 3};
        memset(results, 0xff, sizeof results);
        struct pool_result *pending;
        assert_int_equal(pool_map_async(pool, task_maybe_die, items, 60,
                                        sizeof *items, sizeof *results, chunk,
                                        NULL, NULL, &pending),
                         0);
        assert_int_equal(
            pool_result_get(pending, results, sizeof results, POOL_FOREVER),
            POOL_ELOST);
        assert_non_null(
            strstr(pool_result_message(pending), "killed by signal 9"));
        for (size_t i = 0; i < 60; i++) {
            assert_int_equal(pool_result_item_status(pending, i),
                             i % 7 == 3 ? POOL_ELOST : 0);
            assert_int_equal(results[i], i % 7 == 3 ? 0 : i + 1);
        }
        pool_result_free(pending);
    }
    assert_int_equal(stats_of(pool).lost, 13 * 8 + 13);
    pool_destroy(pool);
}

// The lowest failing item speaks, be its failure a death or a word.
TEST(first_failure_speaks_in_a_chunk_with_several) {
    struct pool *pool = pool_of(1);
    int signals[4] = {0, 0, SIGKILL, SIGTERM}; // kill(pid, 0) does nothing
    for (size_t chunk = 1; chunk < 5; chunk++) {
        struct pool_result *pending;
        assert_int_equal(pool_map_async(pool, task_die, signals, 4,
                                        sizeof *signals, 0, chunk, NULL, NULL,
                                        &pending),
                         0);
        assert_fails(pending, POOL_ELOST, "signal 9");
    }
    pool_destroy(pool);
}

TEST(busy_worker_killed_from_outside) {
    struct pool *pool = pool_of(2);
    struct gate *gate = shared(pool, sizeof *gate);
    struct pool_result *stuck = submit(pool, task_stuck, &gate, sizeof gate);
    gate_await(gate, 1);
    pid_t pids[2];
    assert_int_equal(pool_worker_pids(pool, pids, 2), 2);
    kill(pids[0], SIGKILL); // one of them is busy
    kill(pids[1], SIGKILL);
    assert_fails(stuck, POOL_ELOST, "killed by signal 9 (Killed)");
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(idle_worker_killed_is_replaced_and_nobody_notices) {
    struct pool *pool = pool_of(3);
    for (size_t round = 0; round < 30; round++) {
        pid_t pids[3];
        AWAIT(stats_of(pool).respawned == round && all_asleep(pool, pids, 3));
        kill(pids[round % 3], SIGKILL);
        assert_usable(pool);
    }
    struct pool_stats stats = stats_of(pool);
    assert_int_equal(stats.lost, 0);
    assert_int_equal(stats.failed, 0);
    pool_destroy(pool);
}

TEST(all_idle_workers_killed_at_once) {
    struct pool *pool = pool_of(4);
    for (int round = 0; round < 10; round++) {
        pid_t pids[4];
        AWAIT(all_asleep(pool, pids, 4));
        for (int i = 0; i < 4; i++)
            kill(pids[i], SIGKILL);
        assert_usable(pool);
    }
    assert_int_equal(stats_of(pool).lost, 0);
    pool_destroy(pool);
}

TEST(supervisor_killed_breaks_the_pool_and_nothing_hangs) {
    struct pool *pool = pool_of(2);
    struct gate *gate = shared(pool, sizeof *gate);
    struct pool_result *done = submit(pool, task_nothing, NULL, 0);
    assert_int_equal(pool_result_wait(done, POOL_FOREVER), 0);
    struct pool_result *stuck = submit(pool, task_stuck, &gate, sizeof gate);
    gate_await(gate, 1);
    pid_t pids[2];
    pool_worker_pids(pool, pids, 2);
    kill(stats_of(pool).supervisor, SIGKILL);
    assert_fails(stuck, POOL_EBROKEN, "supervisor");
    assert_int_equal(pool_result_status(done), 0);
    assert_true(test_gone(pids[0]) && test_gone(pids[1]));
    assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0),
                     POOL_EBROKEN);
    assert_int_equal(stats_of(pool).supervisor, 0);
    assert_int_equal(stats_of(pool).workers, 0);
    assert_int_equal(pool_close(pool), 0);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
}

TEST(supervisor_killed_while_the_client_does_something_else) {
    enum call { STATUS, READY, POLL, NEXT, PUT, GET, CLOSE, TERMINATE, CALLS };
    for (int call = 0; call < CALLS; call++) {
        struct pool *pool = pool_of(1);
        struct gate *gate = shared(pool, sizeof *gate);
        struct pool_queue *queue = pool_queue_create(pool, 1, 1);
        char byte = 'x';
        assert_int_equal(pool_queue_put(queue, &byte, 0), 0);
        struct pool_result *stuck =
            submit(pool, task_stuck, &gate, sizeof gate);
        gate_await(gate, 1);
        kill(stats_of(pool).supervisor, SIGKILL);
        if (call == STATUS)
            AWAIT(pool_result_status(stuck) == POOL_EBROKEN);
        else if (call == READY)
            AWAIT(pool_result_ready(stuck));
        else if (call == POLL)
            pool_poll(pool, POOL_FOREVER);
        else if (call == PUT)
            assert_int_equal(pool_queue_put(queue, &byte, POOL_FOREVER),
                             POOL_EBROKEN);
        else if (call == GET) {
            assert_int_equal(pool_queue_get(queue, &byte, POOL_FOREVER), 0);
            assert_int_equal(pool_queue_get(queue, &byte, POOL_FOREVER),
                             POOL_EBROKEN);
        } else if (call == CLOSE)
            assert_true(pool_close(pool) == 0 && pool_join(pool) == 0);
        else if (call == TERMINATE)
            assert_int_equal(pool_terminate(pool), 0);
        pool_destroy(pool);
    }
}

TEST(callbacks_of_a_broken_pool_are_called) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate);
    struct pool_result *results[20];
    for (int i = 0; i < 20; i++)
        results[i] = submit(pool, task_stuck, &gate, sizeof gate);
    gate_await(gate, 1);
    kill(stats_of(pool).supervisor, SIGKILL);
    for (int i = 0; i < 20; i++)
        assert_int_equal(pool_result_get(results[i], NULL, 0, POOL_FOREVER),
                         POOL_EBROKEN);
    pool_destroy(pool);
}

// ---- Retries ---------------------------------------------------------------

static int task_die_twice(const void *arg, size_t arg_size, void *result,
                          size_t result_size) {
    (void)arg_size, (void)result_size;
    struct gate *runs = *(struct gate *const *)arg;
    uint32_t before = atomic_fetch_add(&runs->value, 1);
    if (before < 2)
        kill(getpid(), SIGKILL);
    *(uint32_t *)result = before;
    return 0;
}

TEST(item_whose_worker_dies_is_run_again) {
    for (unsigned retries = 0; retries < 4; retries++) {
        struct pool *pool = pool_with(
            (struct pool_options){.workers = 2, .max_retries = retries});
        struct gate *runs[3];
        uint32_t got[3] = {9, 9, 9};
        for (int i = 0; i < 3; i++)
            runs[i] = shared(pool, sizeof **runs);
        assert_int_equal(pool_map(pool, task_die_twice, runs, 3, sizeof *runs,
                                  got, sizeof *got, 3),
                         retries < 2 ? POOL_ELOST : 0);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(got[i], retries < 2 ? 0 : 2);
            assert_int_equal(atomic_load(&runs[i]->value),
                             retries < 2 ? retries + 1 : 3);
        }
        assert_int_equal(stats_of(pool).lost, retries < 2 ? 3 : 0);
        pool_destroy(pool);
    }
}

// ---- Time limits -----------------------------------------------------------

TEST(item_over_its_time_limit_is_killed) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2, .task_timeout_ms = 50});
    struct gate *gate = shared(pool, sizeof *gate);
    for (int i = 0; i < 3; i++)
        assert_fails(submit(pool, task_stuck, &gate, sizeof gate),
                     POOL_ETIMELIMIT, "50 ms");
    AWAIT(stats_of(pool).respawned == 3); // one of the dead was a replacement
    assert_int_equal(stats_of(pool).failed, 3);
    assert_int_equal(stats_of(pool).lost, 0);
    pool_destroy(pool);
}

TEST(time_limit_is_for_each_item_of_a_chunk) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 1, .task_timeout_ms = 2000});
    struct gate *open = shared(pool, sizeof *open);
    struct gate *shut = shared(pool, sizeof *shut);
    gate_add(open, 1);
    struct gate *items[12];
    for (int i = 0; i < 12; i++)
        items[i] = i == 5 ? shut : open;
    struct pool_result *pending;
    assert_int_equal(pool_map_async(pool, task_pass, items, 12, sizeof *items,
                                    0, 12, NULL, NULL, &pending),
                     0);
    assert_int_equal(pool_result_get(pending, NULL, 0, POOL_FOREVER),
                     POOL_ETIMELIMIT);
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(pool_result_item_status(pending, i),
                         i == 5 ? POOL_ETIMELIMIT : 0);
    pool_destroy(pool);
}

TEST(quick_tasks_under_a_time_limit) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2, .task_timeout_ms = 5000});
    for (int i = 0; i < 200; i++)
        assert_usable(pool);
    assert_int_equal(stats_of(pool).failed, 0);
    assert_int_equal(stats_of(pool).respawned, 0);
    pool_destroy(pool);
}

// A limit is not a death: it is not retried.
TEST(timed_out_item_is_not_retried) {
    struct pool *pool = pool_with((struct pool_options){
        .workers = 1, .task_timeout_ms = 30, .max_retries = 5});
    struct gate *gate = shared(pool, sizeof *gate);
    assert_fails(submit(pool, task_stuck, &gate, sizeof gate), POOL_ETIMELIMIT,
                 "");
    assert_true(atomic_load(&gate->value) <= 1); // 0: killed before it added
    pool_destroy(pool);
}

// ---- Hostile tasks ---------------------------------------------------------

static int task_close_everything(const void *arg, size_t arg_size, void *result,
                                 size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    for (int fd = 0; fd < 100; fd++)
        close(fd);
    return 0;
}

TEST(task_that_closes_every_descriptor) {
    struct pool *pool = pool_of(1);
    for (int i = 0; i < 5; i++)
        assert_int_equal(
            pool_apply(pool, task_close_everything, NULL, 0, NULL, 0), 0);
    assert_usable(pool);
    pool_destroy(pool);
}

static int task_fork_and_return(const void *arg, size_t arg_size, void *result,
                                size_t result_size) {
    (void)arg, (void)arg_size;
    *(int *)result = 0;
    pid_t pid = fork();
    *(int *)result = pid == 0 ? 2 : 1; // the child returns into the library
    if (pid > 0)
        waitpid(pid, NULL, 0);
    (void)result_size;
    return 0;
}

TEST(child_of_a_task_does_not_pass_for_the_worker) {
    struct pool *pool = pool_of(1);
    for (int i = 0; i < 10; i++) {
        int got;
        assert_int_equal(
            pool_apply(pool, task_fork_and_return, NULL, 0, &got, sizeof got),
            0);
        assert_int_equal(got, 1);
    }
    assert_int_equal(stats_of(pool).completed, 10);
    pool_destroy(pool);
}

static int task_reset_pdeathsig(const void *arg, size_t arg_size, void *result,
                                size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    if (chdir("/") != 0 || setpgid(0, 0) != 0)
        return 1;
    return setsid() < 0 ? 0 : 2;
}

TEST(task_that_changes_its_process_group) {
    struct pool *pool = pool_of(2);
    assert_int_equal(pool_apply(pool, task_reset_pdeathsig, NULL, 0, NULL, 0),
                     0);
    assert_usable(pool);
    pool_destroy(pool);
}

// ---- Numbers that come round again -----------------------------------------

struct late {
    struct gate inits, go_on; // of the initialiser
    struct gate hold[2];      // of the worker that stays
    struct gate pid;          // of the worker that came late
    pid_t client;
};

// A replacement comes late.
static int init_late(void *arg) {
    struct late *late = arg;
    gate_add(&late->inits, 1);
    if (atomic_load(&late->inits.value) > 2)
        gate_await(&late->go_on, 1);
    return 0;
}

static int task_first_dies(const void *arg, size_t arg_size, void *result,
                           size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    return *(const int *)arg == 0 ? raise(SIGKILL) : 0;
}

static int task_client_sleeps(const void *arg, size_t arg_size, void *result,
                              size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    struct late *late = *(struct late *const *)arg;
    AWAIT(test_asleep(late->client));
    return 0;
}

static int task_stays(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    struct late *late = *(struct late *const *)arg;
    gate_add(&late->pid, (uint32_t)getpid());
    return pause();
}

// A worker reserves chunks 0 to 3 and dies in the first. When its successor
// comes to look at them, their places belong to chunks 256 to 259, and of these
// 258, the task, is reserved by the other worker, which is held up in 257.
static struct pool_result *meet_late(struct pool **pool, struct late *late,
                                     pool_task_fn *task) {
    late->client = getpid();
    *pool = pool_with((struct pool_options){
        .workers = 2, .memory = 1 << 18, .init = init_late, .init_arg = late});
    gate_await(&late->inits, 2);
    pid_t pids[2];
    AWAIT(all_asleep(*pool, pids, 2));
    int items[16];
    for (int i = 0; i < 16; i++)
        items[i] = i;
    assert_int_equal(
        pool_map(*pool, task_first_dies, items, 16, sizeof *items, NULL, 0, 1),
        POOL_ELOST);
    gate_await(&late->inits, 3);
    for (int i = 16; i < 256; i++)
        assert_int_equal(pool_apply(*pool, task_nothing, NULL, 0, NULL, 0), 0);
    struct gate *hold[2] = {&late->hold[0], &late->hold[1]};
    struct pool_result *result, *next[9] = {NULL};
    next[0] = submit(*pool, task_pass, &hold[0], sizeof *hold);
    AWAIT(stats_of(*pool).idle == 1);
    next[1] = submit(*pool, task_pass, &hold[1], sizeof *hold);
    result = submit(*pool, task, &late, sizeof late);
    for (int i = 3; i < 9; i++)
        next[i] = submit(*pool, task_nothing, NULL, 0);
    gate_add(hold[0], 1);
    assert_int_equal(pool_result_wait(next[0], POOL_FOREVER), 0);
    AWAIT(stats_of(*pool).idle == 1);
    for (int i = 0; i < 9; i++)
        pool_result_free(next[i]);
    gate_add(&late->go_on, 1);
    return result;
}

TEST(chunk_is_awaited_while_an_older_one_of_its_place_is_looked_for) {
    struct pool *home = pool_of(1), *pool; // `home` only for its memory
    struct late *late = shared(home, sizeof *late);
    struct pool_result *result = meet_late(&pool, late, task_client_sleeps);
    assert_int_equal(pool_result_get(result, NULL, 0, POOL_FOREVER), 0);
    pool_destroy(pool);
    pool_destroy(home);
}

TEST(worker_dies_in_a_chunk_that_is_many_behind) {
    struct pool *home = pool_of(1), *pool;
    struct late *late = shared(home, sizeof *late);
    struct pool_result *result = meet_late(&pool, late, task_stays);
    gate_await(&late->pid, 1);
    gate_add(&late->hold[1], 1);
    for (int i = 0; i < 5000; i++) // the directory comes round to its number
        assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0), 0);
    kill((pid_t)atomic_load(&late->pid.value), SIGKILL);
    assert_fails(result, POOL_ELOST, "signal 9");
    pool_destroy(pool);
    pool_destroy(home);
}

// ---- Why a map failed, when it is cut off ----------------------------------

struct stage {
    struct gate *gate; // NULL: fails
    bool stuck;
};

static int task_on_stage(const void *arg, size_t arg_size, void *result,
                         size_t result_size) {
    (void)arg_size;
    const struct stage *stage = arg;
    if (!stage->gate)
        return pool_fail("bad line");
    return stage->stuck ? task_stuck(&stage->gate, sizeof stage->gate, result,
                                     result_size)
                        : 0;
}

// A map whose item `bad` fails while item `stuck` runs, then is cut off.
static void cut_off(bool terminate, size_t workers, size_t bad, size_t stuck,
                    size_t chunksize) {
    struct pool *pool = pool_of(workers);
    struct gate *gate = shared(pool, sizeof *gate);
    struct stage stages[10];
    for (size_t i = 0; i < 10; i++)
        stages[i] = (struct stage){i == bad ? NULL : gate, i == stuck};
    struct pool_result *result;
    assert_int_equal(pool_map_async(pool, task_on_stage, stages, 10,
                                    sizeof *stages, 0, chunksize, NULL, NULL,
                                    &result),
                     0);
    gate_await(gate, 1);
    AWAIT(stats_of(pool).failed == 1);
    if (terminate)
        pool_terminate(pool);
    else
        kill(stats_of(pool).supervisor, SIGKILL);
    assert_int_equal(pool_result_wait(result, POOL_FOREVER), 0);
    assert_int_equal(pool_result_status(result), POOL_ETASK);
    assert_string_equal(pool_result_message(result), "bad line");
    assert_int_equal(pool_result_item_status(result, bad), POOL_ETASK);
    assert_int_equal(pool_result_item_status(result, stuck),
                     terminate ? POOL_ECANCELLED : POOL_EBROKEN);
    assert_int_equal(stats_of(pool).failed, 1);
    pool_destroy(pool);
}

TEST(terminate_keeps_why_a_map_failed) { cut_off(true, 1, 2, 3, 1); }
TEST(terminate_keeps_why_a_chunk_failed) { cut_off(true, 1, 2, 3, 10); }
TEST(terminate_tells_the_failure_not_what_it_cut_off) {
    cut_off(true, 2, 1, 0, 1);
}
TEST(broken_pool_keeps_why_a_map_failed) { cut_off(false, 1, 2, 3, 1); }

TEST(terminate_without_a_failure_says_cancelled) {
    struct pool *pool = pool_of(1);
    struct gate *gate = shared(pool, sizeof *gate), *gates[3] = {gate, gate};
    struct pool_result *result;
    assert_int_equal(pool_map_async(pool, task_stuck, gates, 3, sizeof *gates,
                                    0, 1, NULL, NULL, &result),
                     0);
    gate_await(gate, 1);
    pool_terminate(pool);
    assert_int_equal(pool_result_status(result), POOL_ECANCELLED);
    assert_string_equal(pool_result_message(result),
                        "cancelled by pool_terminate");
    pool_destroy(pool);
}

// ---- No memory for one item's result ---------------------------------------

static int limit_memory(void *unused) {
    (void)unused;
    struct rlimit limit = {64 << 20, 64 << 20};
    return setrlimit(RLIMIT_DATA, &limit);
}

TEST(no_room_for_a_result_is_no_refused_submission) {
    if (SANITIZED)
        test_skip("a sanitizer maps more than the limit");
    struct pool *pool = pool_with((struct pool_options){
        .workers = 1, .init = limit_memory, .memory = (size_t)1 << 30});
    struct pool_result *result;
    assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 200 << 20,
                                      NULL, NULL, &result),
                     0);
    assert_int_equal(pool_result_get(result, NULL, 0, POOL_FOREVER),
                     POOL_ENOROOM);
    assert_string_equal(pool_result_message(result),
                        "no memory for a result of 209715200 bytes");
    assert_int_equal(stats_of(pool).failed, 1);
    assert_usable(pool);
    pool_destroy(pool);
}
