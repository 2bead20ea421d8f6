// SPDX-License-Identifier: MIT
// Programs that are not as simple as most: threads, children, long runners,
// daemons left by tasks.
//
// Runs in: the client of a pool, its children, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- Threads ---------------------------------------------------------------

static void *create_and_end(void *pool) {
    *(struct pool **)pool = pool_of(2);
    return NULL;
}

TEST(pool_outlives_the_thread_that_created_it) {
    struct pool *pool;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, create_and_end, &pool), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    int number = SIGKILL;
    for (int i = 0; i < 10; i++) {
        assert_usable(pool);
        assert_int_equal(
            pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
            POOL_ELOST);
    }
    pool_destroy(pool);
}

static void *use_in_thread(void *pool) {
    for (int i = 0; i < 200; i++)
        assert_usable(pool);
    return NULL;
}

TEST(threads_with_a_pool_each) {
    struct pool *pools[3];
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        pools[i] = pool_of(2);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, use_in_thread, pools[i]), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < 3; i++)
        pool_destroy(pools[i]);
}

static int task_in_thread(const void *arg, size_t arg_size, void *result,
                          size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    pthread_t thread;
    struct pool *pool = NULL; // a pool of the worker's, made in a thread of it
    if (pthread_create(&thread, NULL, create_and_end, &pool) != 0 ||
        pthread_join(thread, NULL) != 0)
        return pool_fail("no thread");
    int n = 6;
    int rc = pool_apply(pool, task_square, &n, sizeof n, result, sizeof n);
    pool_destroy(pool);
    return rc;
}

TEST(task_may_use_threads) {
    struct pool *pool = pool_of(2);
    int got = 0;
    assert_int_equal(
        pool_apply(pool, task_in_thread, NULL, 0, &got, sizeof got), 0);
    assert_int_equal(got, 36);
    pool_destroy(pool);
}

// ---- Long runners ----------------------------------------------------------

// The chunk of a task that runs long stays where it is while numbers and memory
// are used again and again around it.
TEST(a_million_items_pass_by_a_task_that_runs_on) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 3, .memory = 1 << 20});
    struct gate *gates = shared(pool, 2 * sizeof *gates), *gate = &gates[0];
    struct pool_result *slow[2];
    for (int i = 0; i < 2; i++, gate++) {
        assert_int_equal(pool_apply_async(pool, task_pass, &gate, sizeof gate,
                                          0, NULL, NULL, &slow[i]),
                         0);
        for (int k = 0; k < 300; k++) // not on the same page of entries
            assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0),
                             0);
    }
    for (int round = 0; round < 1000; round++)
        assert_int_equal(
            pool_map(pool, task_nothing, NULL, 1000, 0, NULL, 0, 1), 0);
    assert_usable(pool);
    for (int i = 1; i >= 0; i--) {
        assert_false(pool_result_ready(slow[i]));
        gate_add(&gates[i], 1);
        assert_int_equal(pool_result_get(slow[i], NULL, 0, POOL_FOREVER), 0);
    }
    assert_usable(pool);
    pool_destroy(pool);
}

// ---- Processes that tasks and clients leave behind -------------------------

static int task_leave_daemon(const void *arg, size_t arg_size, void *result,
                             size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        for (;;)
            pause();
    }
    *(pid_t *)result = pid;
    return pid < 0;
}

TEST(join_does_not_wait_for_a_daemon_that_a_task_left) {
    test_adopt_orphans();
    for (int terminate = 0; terminate < 2; terminate++) {
        struct pool *pool = pool_of(1);
        pid_t daemon;
        assert_int_equal(pool_apply(pool, task_leave_daemon, NULL, 0, &daemon,
                                    sizeof daemon),
                         0);
        assert_int_equal(terminate ? pool_terminate(pool) : pool_close(pool),
                         0);
        assert_int_equal(pool_join(pool), 0);
        pool_destroy(pool);
        kill(daemon, SIGKILL);
        assert_true(test_reap_all(2000));
    }
}

struct family {
    struct gate *gate;
    pid_t child; // of the client
};

static void be_parent(void *arg) {
    struct family *family = arg;
    struct pool *pool = pool_of(2);
    assert_usable(pool);
    pid_t pid = fork(); // has every descriptor and mapping of the client
    if (pid > 0)
        atomic_store(&family->gate[1].value, (uint32_t)pid);
    gate_add(&family->gate[0], 1);
    for (;;)
        pause();
}

TEST(killed_clients_child_does_not_keep_the_pool_alive) {
    test_adopt_orphans();
    struct family family = {mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0),
                            0};
    pid_t client = test_fork(be_parent, &family), super;
    gate_await(&family.gate[0], 2);
    assert_int_equal(test_children(client, "pool-super", &super, 1), 1);
    kill(client, SIGKILL);
    test_wait(client);
    AWAIT(test_gone(super) &&
          test_children(getpid(), "pool-worker-0", NULL, 0) == 0);
    kill((pid_t)atomic_load(&family.gate[1].value), SIGKILL);
    assert_true(test_reap_all(2000));
    munmap(family.gate, 4096);
}

// ---- Standard streams ------------------------------------------------------

static void use_without_streams(void *unused) {
    (void)unused;
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    struct pool *pool = pool_of(2); // its descriptors may be 0, 1 and 2
    for (int i = 0; i < 10; i++) {
        int number = SIGKILL;
        assert_usable(pool);
        assert_int_equal(
            pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
            POOL_ELOST);
    }
    pool_destroy(pool);
    _exit(0);
}

TEST(program_without_standard_streams) {
    test_in_child(use_without_streams, NULL);
}

static int task_say(const void *arg, size_t arg_size, void *result,
                    size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    printf("a word\n");
    return 0;
}

static void print_into_the_void(void *unused) {
    (void)unused;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    close(pipes[0]);
    dup2(pipes[1], STDOUT_FILENO);
    struct pool *pool = pool_of(1);
    assert_int_equal(pool_apply(pool, task_say, NULL, 0, NULL, 0), POOL_ELOST);
    signal(SIGPIPE, SIG_IGN);
    pool_destroy(pool);
    pool = pool_of(1);
    assert_int_equal(pool_apply(pool, task_say, NULL, 0, NULL, 0), 0);
    pool_destroy(pool);
    _exit(0);
}

TEST(output_of_a_task_into_a_broken_pipe) {
    test_in_child(print_into_the_void, NULL);
}

// ---- A PID namespace of their own ------------------------------------------

// The supervisor is its first process, and does not see the client.
static void use_in_new_namespace(void *ends_first) {
    if (unshare(CLONE_NEWPID) != 0)
        _exit(0); // only root may
    struct pool *pool = pool_of(2);
    assert_usable(pool);
    int number = SIGKILL;
    assert_int_equal(
        pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
        POOL_ELOST);
    assert_usable(pool);
    if (*(const bool *)ends_first)
        _exit(0); // and the others follow
    kill(stats_of(pool).supervisor, SIGKILL);
    while (pool_apply(pool, task_nothing, NULL, 0, NULL, 0) == 0)
        continue;
    assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0),
                     POOL_EBROKEN);
    pool_destroy(pool);
}

TEST(pool_in_a_new_pid_namespace) {
    test_adopt_orphans();
    test_in_child(use_in_new_namespace, &(bool){false});
    test_in_child(use_in_new_namespace, &(bool){true});
    assert_true(test_reap_all(2000));
}
