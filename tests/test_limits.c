// SPDX-License-Identifier: MIT
// Few descriptors, little address space, few processes; many workers.
//
// Runs in: the client of a pool, its children, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void limit(int resource, rlim_t value) {
    struct rlimit limits;
    assert_int_equal(getrlimit(resource, &limits), 0);
    limits.rlim_cur = value;
    assert_int_equal(setrlimit(resource, &limits), 0);
}

TEST(two_hundred_workers) {
    struct pool *pool = pool_of(200);
    for (int i = 0; i < 5; i++)
        assert_usable(pool);
    pid_t pids[3000];
    assert_int_equal(
        pool_map(pool, task_pid, NULL, 3000, 0, pids, sizeof *pids, 1), 0);
    assert_int_equal(pool_worker_pids(pool, pids, 3000), 200);
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
}

TEST_WITHIN(most_workers_there_may_be, 60) {
    if (SANITIZED)
        test_skip("takes too long");
    struct pool *pool =
        pool_create(&(struct pool_options){.workers = POOL_MAX_WORKERS});
    if (!pool)
        test_skip("the machine does not allow so many processes");
    assert_usable(pool);
    pid_t *pids = calloc(POOL_MAX_WORKERS, sizeof *pids);
    assert_int_equal(pool_worker_pids(pool, pids, POOL_MAX_WORKERS),
                     POOL_MAX_WORKERS);
    for (int i = 0; i < POOL_MAX_WORKERS; i += 100) {
        AWAIT(test_asleep(pids[i])); // awake, it could take one more item
        kill(pids[i], SIGKILL);
    }
    assert_usable(pool);
    free(pids);
    pool_destroy(pool);
}

// With every number of descriptors: a pool that works or a clean refusal.
TEST(few_descriptors) {
    int lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(lowest);
    bool refused = false, worked = false;
    for (int more = 0; more < 14; more++) {
        limit(RLIMIT_NOFILE, (rlim_t)(lowest + more));
        errno = 0;
        struct pool *pool = pool_create(&(struct pool_options){.workers = 2});
        if (!pool) {
            assert_int_equal(errno, EMFILE);
            refused = true;
            continue;
        }
        worked = true;
        assert_usable(pool);
        int fd = pool_fd(pool);
        assert_true(fd >= 0 || fd == POOL_ESYS);
        int number = SIGKILL;
        assert_int_equal(
            pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
            POOL_ELOST);
        assert_usable(pool);
        AWAIT(stats_of(pool).respawned == 1); // none is just being born
        pid_t super = stats_of(pool).supervisor;
        kill(super, SIGKILL);
        while (pool_apply(pool, task_nothing, NULL, 0, NULL, 0) == 0)
            continue;
        assert_int_equal(pool_apply(pool, task_nothing, NULL, 0, NULL, 0),
                         POOL_EBROKEN);
        pool_destroy(pool);
    }
    assert_true(refused && worked);
}

// A client without descriptors to spare, later on: what runs goes on.
TEST(no_descriptors_left_after_create) {
    struct pool *pool = pool_of(2);
    int used = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(used);
    limit(RLIMIT_NOFILE, (rlim_t)used);
    assert_usable(pool);
    assert_int_equal(pool_fd(pool), POOL_ESYS);
    assert_int_equal(errno, EMFILE);
    int number = SIGKILL;
    assert_int_equal(
        pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
        POOL_ELOST);
    assert_usable(pool);
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
}

static size_t address_space(void) {
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%zu", &pages), 1);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

// With little address space the arena is smaller; with next to none the pool
// is refused, cleanly.
TEST(little_address_space) {
    if (SANITIZED)
        test_skip("a sanitizer needs address space without limit");
    size_t base = address_space();
    bool refused = false, worked = false;
    for (size_t more = 1 << 16; more < (size_t)1 << 34; more *= 2) {
        limit(RLIMIT_AS, base + more);
        errno = 0;
        struct pool *pool = pool_create(&(struct pool_options){.workers = 2});
        if (!pool) {
            assert_int_equal(errno, ENOMEM);
            assert_false(worked);
            refused = true;
            continue;
        }
        worked = true;
        assert_usable(pool);
        assert_null(pool_alloc(pool, (size_t)1 << 40));
        assert_int_equal(errno, ENOMEM);
        assert_usable(pool);
        pool_destroy(pool);
    }
    limit(RLIMIT_AS, RLIM_INFINITY);
    assert_true(refused && worked);
}

// A result larger than the worker's memory is that item's failure.
static int task_limit_then_nothing(const void *arg, size_t arg_size,
                                   void *result, size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    struct rlimit limits = {*(const rlim_t *)arg, RLIM_INFINITY};
    return setrlimit(RLIMIT_AS, &limits);
}

TEST(worker_without_memory_for_a_result) {
    if (SANITIZED)
        test_skip("a sanitizer needs address space without limit");
    struct pool *pool = pool_with(
        (struct pool_options){.workers = 1, .memory = (size_t)1 << 28});
    rlim_t little = address_space() + (4 << 20), much = RLIM_INFINITY;
    assert_int_equal(pool_apply(pool, task_limit_then_nothing, &little,
                                sizeof little, NULL, 0),
                     0);
    struct pool_result *result;
    assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 64 << 20,
                                      NULL, NULL, &result),
                     0);
    int rc = pool_result_get(result, NULL, 0, -1);
    assert_true(rc == POOL_ETASK || rc == POOL_ENOMEM);
    assert_non_null(strstr(pool_result_message(result), "memory"));
    assert_int_equal(
        pool_apply(pool, task_limit_then_nothing, &much, sizeof much, NULL, 0),
        0);
    assert_usable(pool);
    pool_destroy(pool);
}

// The n-th fork fails: those forked before are reaped. RLIMIT_NPROC does not
// bind root, so as another user.
static void create_with_few_processes(void *unused) {
    (void)unused;
    if (geteuid() == 0) {
        assert_int_equal(setgroups(0, NULL), 0);
        assert_int_equal(setresgid(54321, 54321, 54321), 0);
        assert_int_equal(setresuid(54321, 54321, 54321), 0);
    }
    bool refused = false;
    for (rlim_t processes = 1; processes < 8; processes++) {
        limit(RLIMIT_NPROC, processes);
        errno = 0;
        struct pool *pool = pool_create(&(struct pool_options){.workers = 4});
        if (!pool) {
            assert_int_equal(errno, EAGAIN);
            assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
            refused = true;
            continue;
        }
        assert_usable(pool);
        pool_destroy(pool);
    }
    assert_true(refused || geteuid() != 54321);
}

TEST(fourth_fork_fails_and_the_first_three_are_reaped) {
    test_adopt_orphans();
    test_in_child(create_with_few_processes, NULL);
    assert_true(test_reap_all(1000));
}

static void lose_all_workers_for_ever(void *unused) {
    (void)unused;
    if (geteuid() == 0) {
        assert_int_equal(setresgid(54322, 54322, 54322), 0);
        assert_int_equal(setresuid(54322, 54322, 54322), 0);
    }
    struct pool *pool = pool_of(2);
    struct rlimit none = {0, 0};
    pid_t super = stats_of(pool).supervisor;
    assert_int_equal(prlimit(super, RLIMIT_NPROC, &none, NULL), 0);
    int number = SIGKILL, n = 3, got;
    assert_int_equal(
        pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
        POOL_ELOST);
    assert_int_equal(
        pool_apply(pool, task_square, &n, sizeof n, &got, sizeof got), 0);
    assert_int_equal(
        pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
        POOL_ELOST);
    // No worker is left and none can be forked: an error, no endless wait.
    struct pool_result *result;
    assert_int_equal(pool_apply_async(pool, task_square, &n, sizeof n, sizeof n,
                                      NULL, NULL, &result),
                     0);
    assert_int_equal(pool_result_get(result, &got, sizeof got, -1),
                     POOL_EBROKEN);
    assert_non_null(strstr(pool_result_message(result), "fork"));
    pool_destroy(pool);
}

TEST_WITHIN(replacement_cannot_be_forked, 60) {
    test_in_child(lose_all_workers_for_ever, NULL);
}
