// SPDX-License-Identifier: MIT
// Pools in pools, pools in children, and the deaths of clients: nothing is left
// running.
//
// Runs in: the client of a pool, its children, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { A_SECOND = 1000 * (SANITIZED ? 5 : 1) };

static struct gate *shared_page(void) {
    struct gate *gate = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(gate != MAP_FAILED);
    return gate;
}

// ---- Nested ----------------------------------------------------------------

static int task_own_pool(const void *arg, size_t arg_size, void *result,
                         size_t result_size) {
    (void)arg_size, (void)result_size;
    int depth = *(const int *)arg;
    struct pool *pool = pool_create(&(struct pool_options){.workers = 2});
    if (!pool)
        return pool_fail("pool_create: %s", strerror(errno));
    int items[4] = {depth - 1, depth - 1, depth - 1, depth - 1}, results[4];
    int rc = depth > 0 ? pool_map(pool, task_own_pool, items, 4, sizeof *items,
                                  results, sizeof *results, 1)
                       : 0;
    *(int *)result = 1;
    for (int i = 0; i < 4 && depth > 0; i++)
        *(int *)result += results[i];
    pool_destroy(pool);
    return rc == 0 ? 0 : pool_fail("%s", pool_strerror(rc));
}

TEST(task_may_have_a_pool_of_its_own) {
    struct pool *pool = pool_of(2);
    int depth = 2, count;
    struct pool_result *result;
    assert_int_equal(pool_apply_async(pool, task_own_pool, &depth, sizeof depth,
                                      sizeof count, NULL, NULL, &result),
                     0);
    if (pool_result_get(result, &count, sizeof count, POOL_FOREVER) != 0)
        fail_msg("%s", pool_result_message(result));
    assert_int_equal(count, 1 + 4 * (1 + 4));
    pool_destroy(pool);
}

struct inner {
    struct gate *gate;
    struct gate *pids; // of the inner pool's processes, 3 of them
};

static int task_inner_pool_stuck(const void *arg, size_t arg_size, void *result,
                                 size_t result_size) {
    const struct inner *inner = arg;
    struct pool *pool = pool_create(&(struct pool_options){.workers = 2});
    pid_t pids[2];
    pool_worker_pids(pool, pids, 2);
    struct pool_stats stats;
    pool_stats(pool, &stats);
    atomic_store(&inner->pids[0].value, (uint32_t)pids[0]);
    atomic_store(&inner->pids[1].value, (uint32_t)pids[1]);
    atomic_store(&inner->pids[2].value, (uint32_t)stats.supervisor);
    pool_apply_async(pool, task_stuck, &inner->gate, sizeof inner->gate, 0,
                     NULL, NULL, NULL);
    gate_await(inner->gate, 1);
    return task_stuck(&inner->gate, arg_size, result, result_size);
}

static void inner_pool_dies(bool terminate) {
    struct pool *pool = pool_of(1);
    struct inner inner = {shared(pool, sizeof(struct gate)),
                          shared(pool, 3 * sizeof(struct gate))};
    struct pool_result *result;
    assert_int_equal(pool_apply_async(pool, task_inner_pool_stuck, &inner,
                                      sizeof inner, 0, NULL, NULL, &result),
                     0);
    gate_await(inner.gate, 2);
    pid_t worker;
    pool_worker_pids(pool, &worker, 1);
    if (terminate)
        assert_int_equal(pool_terminate(pool), 0);
    else
        kill(worker, SIGKILL);
    assert_int_equal(pool_result_get(result, NULL, 0, POOL_FOREVER),
                     terminate ? POOL_ECANCELLED : POOL_ELOST);
    for (int i = 0; i < 3; i++)
        AWAIT(test_gone((pid_t)atomic_load(&inner.pids[i].value)));
    pool_destroy(pool);
}

TEST(inner_pool_dies_with_its_worker) { inner_pool_dies(false); }
TEST(inner_pool_dies_when_the_outer_is_terminated) { inner_pool_dies(true); }

struct leaver {
    struct gate may_leave;
    _Atomic pid_t worker, outer, inner; // the latter two: supervisors
};

// The last task of its worker, which has a large pool of its own.
static int task_leave_a_pool(const void *arg, size_t arg_size, void *result,
                             size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    struct leaver *leaver = *(struct leaver *const *)arg;
    struct pool *pool = pool_create(&(struct pool_options){.workers = 16});
    if (!pool)
        return pool_fail("pool_create: %s", strerror(errno));
    atomic_store(&leaver->inner, stats_of(pool).supervisor);
    atomic_store(&leaver->worker, getpid());
    gate_await(&leaver->may_leave, 1);
    return 0;
}

// While the client is in pool_terminate(), as a rule: else this shows less.
static void body_worker_leaves_first(void *arg) {
    struct leaver *leaver = arg;
    for (int i = 0; i < 20; i++)
        test_pause();
    gate_add(&leaver->may_leave, 1);
    AWAIT(test_gone(atomic_load(&leaver->worker)));
    kill(atomic_load(&leaver->outer), SIGCONT);
}

// The supervisor finds no worker alive when it is told to end, and must wait
// for the pool that the last one has left behind.
TEST(inner_pool_is_gone_when_its_worker_left_before_the_end) {
    struct pool *pool = pool_with(
        (struct pool_options){.workers = 1, .max_tasks_per_worker = 1});
    struct leaver *leaver = shared(pool, sizeof *leaver);
    assert_int_equal(pool_apply_async(pool, task_leave_a_pool, &leaver,
                                      sizeof leaver, 0, NULL, NULL, NULL),
                     0);
    AWAIT(atomic_load(&leaver->worker));
    atomic_store(&leaver->outer, stats_of(pool).supervisor);
    kill(atomic_load(&leaver->outer), SIGSTOP);
    pid_t helper = test_fork(body_worker_leaves_first, leaver);
    assert_int_equal(pool_terminate(pool), 0);
    assert_true(test_gone(atomic_load(&leaver->inner)));
    assert_int_equal(test_wait(helper), 0);
    pool_destroy(pool);
}

// ---- Clients that end ------------------------------------------------------

enum ending { RETURN, EXIT, KILLED, DESTROYED, ENDINGS };

struct client {
    enum ending ending;
    bool idle;
    struct gate *gate; // [0] busy workers, [1] ready to be killed
};

static void be_client(void *arg) {
    struct client *client = arg;
    struct pool *pool = pool_of(3);
    if (client->idle)
        assert_usable(pool);
    for (int i = 0; i < 10 && !client->idle; i++)
        assert_int_equal(pool_apply_async(pool, task_stuck, &client->gate,
                                          sizeof client->gate, 0, NULL, NULL,
                                          NULL),
                         0);
    if (!client->idle)
        gate_await(client->gate, 3);
    gate_add(client->gate + 1, 1);
    if (client->ending == EXIT)
        exit(0);
    if (client->ending == DESTROYED)
        pool_destroy(pool);
    if (client->ending == KILLED)
        for (;;)
            pause();
}

// Whatever the client's end, in a second its pool is gone.
static void end_client(enum ending ending, bool idle) {
    struct client client = {ending, idle, shared_page()};
    pid_t pid = test_fork(be_client, &client);
    gate_await(client.gate + 1, 1);
    if (ending == KILLED)
        kill(pid, SIGKILL);
    int status = test_wait(pid);
    assert_int_equal(status, ending == KILLED ? SIGKILL : 0);
    assert_true(test_reap_all(A_SECOND));
    munmap(client.gate, 4096);
}

TEST(forgotten_pool_ends_with_its_program) {
    test_adopt_orphans();
    for (int idle = 0; idle < 2; idle++) {
        end_client(RETURN, idle);
        if (!SANITIZED) // to which a forgotten pool is a leak
            end_client(EXIT, idle);
        end_client(DESTROYED, idle);
    }
}

TEST(client_killed_with_busy_and_with_idle_workers) {
    test_adopt_orphans();
    for (int i = 0; i < 10; i++)
        end_client(KILLED, i % 2);
}

static void be_client_at_once(void *gate) {
    gate_add(gate, 1);
    struct pool *pool = pool_of(4);
    for (;;)
        assert_usable(pool);
}

// At any moment, pool_create() included.
TEST_WITHIN(client_killed_at_any_moment, 60) {
    test_adopt_orphans();
    struct gate *gate = shared_page();
    unsigned seed = 3;
    for (uint32_t i = 1; i <= 60; i++) {
        pid_t pid = test_fork(be_client_at_once, gate);
        gate_await(gate, i);
        struct timespec moment = {0, rand_r(&seed) % 4000000};
        nanosleep(&moment, NULL);
        kill(pid, SIGKILL);
        test_wait(pid);
        assert_true(test_reap_all(A_SECOND));
    }
    munmap(gate, 4096);
}

// Killed in turn, client and supervisor together: nobody is left to tidy up.
TEST(client_and_supervisor_killed_at_once) {
    test_adopt_orphans();
    for (int i = 0; i < 10; i++) {
        struct client client = {KILLED, i % 2, shared_page()};
        pid_t pid = test_fork(be_client, &client), super;
        gate_await(client.gate + 1, 1);
        assert_int_equal(test_children(pid, "pool-super", &super, 1), 1);
        kill(i % 3 ? pid : super, SIGKILL);
        kill(i % 3 ? super : pid, SIGKILL);
        test_wait(pid);
        assert_true(test_reap_all(A_SECOND));
        munmap(client.gate, 4096);
    }
}

static void make_pool_in_thread_style(void *unused) {
    (void)unused;
    struct pool *pool = pool_of(2);
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(pools_in_child_processes_beside_the_parents) {
    struct pool *pool = pool_of(2);
    pid_t children[4];
    for (int i = 0; i < 4; i++)
        children[i] = test_fork(make_pool_in_thread_style, NULL);
    assert_usable(pool);
    for (int i = 0; i < 4; i++)
        assert_int_equal(test_wait(children[i]), 0);
    assert_usable(pool);
    pool_destroy(pool);
}
