// SPDX-License-Identifier: MIT
// Few descriptors, little address space, few processes; many workers.
//
// Runs in: the client of a pool, its children, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
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

TEST_WITHIN(most_workers_there_may_be, 300) {
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
    assert_true(rc == POOL_ENOROOM);
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

// ---- Address space and quotas ----------------------------------------------

TEST(address_space_is_three_times_memory_at_most) {
    for (size_t memory = (size_t)1 << 18; memory <= (size_t)1 << 32;
         memory *= 4) {
        size_t before = address_space();
        struct pool *pool =
            pool_with((struct pool_options){.workers = 1, .memory = memory});
        assert_true(address_space() - before <= 3 * memory + (1 << 20));
        pool_destroy(pool);
    }
}

// And the program takes what it needs after pool_create().
TEST(address_space_limit_is_left_to_the_program) {
    if (SANITIZED)
        test_skip("a sanitizer maps more than the limit");
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_AS, &limit), 0);
    size_t before = address_space(), room = (size_t)2 << 30;
    limit.rlim_cur = before + room;
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    struct pool *pool = pool_of(1);
    assert_true(address_space() - before <= room / 4 + (1 << 20));
    assert_usable(pool);
    void *large = malloc(room / 4 * 3 - (64 << 20));
    assert_non_null(large);
    free(large);
    pool_destroy(pool);
}

// As by `ulimit -v 2000000`: a program of 200 MB makes a pool, and then takes
// 1 GiB for itself.
TEST(large_program_under_ulimit_v_takes_a_gibibyte_beside_its_pool) {
    if (SANITIZED)
        test_skip("a sanitizer maps more than the limit");
    enum { OWN = 200000000, LATER = 1 << 30 };
    char *own = malloc(OWN);
    assert_non_null(own);
    for (size_t i = 0; i < OWN; i += 4096)
        own[i] = 1;
    limit(RLIMIT_AS, (rlim_t)2000000 << 10);
    struct pool *pool = pool_create(NULL);
    assert_non_null(pool);
    assert_usable(pool);
    char *later = malloc(LATER);
    assert_non_null(later);
    for (size_t i = 0; i < LATER; i += 1 << 20)
        later[i] = 1;
    assert_usable(pool);
    pool_destroy(pool);
    free(later);
    free(own);
}

// What pool.h recommends where tasks are to have little memory.
static int limit_data(void *bytes) {
    struct rlimit limits = {*(const rlim_t *)bytes, *(const rlim_t *)bytes};
    return setrlimit(RLIMIT_DATA, &limits);
}

static int task_takes(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    (void)arg_size, (void)result_size;
    char *memory = malloc(*(const size_t *)arg);
    *(bool *)result = memory != NULL;
    if (memory) // or clang leaves malloc() out
        *(volatile char *)memory = 1;
    free(memory);
    return 0;
}

TEST(initialiser_limits_the_memory_of_tasks) {
    if (SANITIZED)
        test_skip("a sanitizer's memory counts too");
    rlim_t most = 64 << 20;
    struct pool *pool = pool_with((struct pool_options){
        .workers = 2, .init = limit_data, .init_arg = &most});
    size_t sizes[] = {1 << 20, (size_t)1 << 30};
    bool taken[2];
    assert_int_equal(pool_map(pool, task_takes, sizes, 2, sizeof *sizes, taken,
                              sizeof *taken, 1),
                     0);
    assert_true(taken[0]);
    assert_false(taken[1]);
    assert_usable(pool);
    pool_destroy(pool);
}

static size_t locked_memory(void) {
    size_t kib = 0;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        sscanf(line, "RssShmem: %zu", &kib);
    assert_non_null(file);
    fclose(file);
    return kib << 10;
}

TEST(mlockall_takes_no_memory_for_the_arena) {
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        test_skip("not allowed here");
    struct pool *pool = pool_with(
        (struct pool_options){.workers = 1, .memory = (size_t)256 << 20});
    assert_true(locked_memory() < 16 << 20);
    assert_usable(pool);
    munlockall();
    pool_destroy(pool);
}

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    if (!file)
        fail_msg("%s", name);
    fputs(text, file);
    fclose(file);
}

// A cgroup tree of our own over the system's, and a pool in it.
static void in_cgroup(void *of) {
    const char *const *files = of;
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/sys/fs/cgroup", "tmpfs", 0, NULL) != 0)
        _exit(0); // only root may
    write_file("/sys/fs/cgroup/cgroup", files[0]);
    if (mount("/sys/fs/cgroup/cgroup", "/proc/self/cgroup", "", MS_BIND,
              NULL) != 0)
        _exit(0);
    for (files++; files[0]; files += 2) {
        char command[200];
        snprintf(command, sizeof command, "mkdir -p $(dirname %s)", files[0]);
        assert_int_equal(system(command), 0);
        write_file(files[0], files[1]);
    }
    struct pool *pool = pool_create(NULL);
    assert_non_null(pool);
    assert_int_equal(stats_of(pool).workers, 1);
    assert_null(pool_alloc(pool, 64 << 20)); // of 128 MiB the pool has half
    assert_non_null(pool_alloc(pool, 32 << 20));
    pool_destroy(pool);
    _exit(0);
}

// Half a CPU, rounded up. The tighter limit is one above.
TEST(cgroup_quota_of_version_2_is_heeded) {
    test_in_child(in_cgroup,
                  (const char *[]){
                      "0::/a/b\n", "/sys/fs/cgroup/a/b/cpu.max", "max 100000\n",
                      "/sys/fs/cgroup/a/cpu.max", "50000 100000\n",
                      "/sys/fs/cgroup/a/b/memory.max", "134217728\n",
                      "/sys/fs/cgroup/a/memory.max", "max\n", NULL});
}

// As a container sees it: its own cgroup is at the root.
TEST(cgroup_quota_of_version_1_is_heeded) {
    test_in_child(
        in_cgroup,
        (const char *[]){
            "4:memory:/docker/x:y\n3:cpu,cpuacct:/docker/x:y\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n",
            "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "70000\n",
            "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n", NULL});
}
