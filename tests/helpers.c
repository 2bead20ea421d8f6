// SPDX-License-Identifier: MIT
// What many tests need: events in shared memory, a look at /proc, simple tasks.
//
// Runs in: the process of a test, its children, and workers.
#define _GNU_SOURCE
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- Events ----------------------------------------------------------------

void gate_add(struct gate *gate, uint32_t count) {
    atomic_fetch_add(&gate->value, count);
    syscall(SYS_futex, &gate->value, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void gate_await(struct gate *gate, uint32_t at_least) {
    uint32_t value;
    while ((value = atomic_load(&gate->value)) < at_least)
        syscall(SYS_futex, &gate->value, FUTEX_WAIT, value, NULL, NULL, 0);
}

void test_pause(void) {
    struct timespec millisecond = {0, 1000000};
    nanosleep(&millisecond, NULL);
}

// ---- Processes -------------------------------------------------------------

void test_adopt_orphans(void) {
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

bool test_reap_all(int ms) {
    for (int n = 0;; n++) {
        pid_t pid;
        do
            pid = waitpid(-1, NULL, WNOHANG);
        while (pid > 0 || (pid < 0 && errno == EINTR));
        if (pid < 0)
            return true;
        if (n >= ms)
            return false;
        test_pause();
    }
}

// The fields of /proc/PID/stat that matter; false: no such process.
static bool read_stat(pid_t pid, char name[32], char *state, int *parent) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (!open || !close)
        return false;
    snprintf(name, 32, "%.*s", (int)(close - open - 1), open + 1);
    return sscanf(close + 1, " %c %d", state, parent) == 2;
}

bool test_gone(pid_t pid) {
    char name[32], state;
    int parent;
    return !read_stat(pid, name, &state, &parent) || state == 'Z' ||
           state == 'X';
}

bool test_asleep(pid_t pid) {
    char name[32], state;
    int parent;
    return read_stat(pid, name, &state, &parent) && state == 'S';
}

const char *test_comm(pid_t pid) {
    static char name[32];
    char state;
    int parent;
    if (!read_stat(pid, name, &state, &parent))
        name[0] = '\0';
    return name;
}

size_t test_children(pid_t pid, const char *wanted, pid_t *pids, size_t room) {
    size_t count = 0;
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        pid_t candidate = (pid_t)atoi(entry->d_name);
        char name[32], state;
        int parent;
        if (candidate <= 0 || !read_stat(candidate, name, &state, &parent) ||
            parent != pid || (wanted && strcmp(name, wanted) != 0))
            continue;
        if (count < room)
            pids[count] = candidate;
        count++;
    }
    if (folder)
        closedir(folder);
    return count;
}

// ---- Pools -----------------------------------------------------------------

struct pool *pool_with(struct pool_options options) {
    struct pool *pool = pool_create(&options);
    if (!pool)
        print_error("pool_create: %s\n", strerror(errno));
    assert_non_null(pool);
    return pool;
}

struct pool *pool_of(size_t workers) {
    return pool_with((struct pool_options){.workers = workers});
}

void *shared(struct pool *pool, size_t size) {
    void *memory = pool_alloc(pool, size);
    assert_non_null(memory);
    return memory;
}

struct pool_stats stats_of(struct pool *pool) {
    struct pool_stats stats;
    assert_int_equal(pool_stats(pool, &stats), 0);
    return stats;
}

bool all_asleep(struct pool *pool, pid_t *pids, size_t workers) {
    bool asleep = pool_worker_pids(pool, pids, workers) == workers;
    for (size_t i = 0; i < workers; i++)
        asleep = asleep && test_asleep(pids[i]);
    return asleep;
}

void assert_usable(struct pool *pool) {
    int items[20], results[20];
    for (int i = 0; i < 20; i++)
        items[i] = i;
    assert_int_equal(pool_map(pool, task_square, items, 20, sizeof *items,
                              results, sizeof *results, 3),
                     0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(results[i], i * i);
}

// ---- Tasks -----------------------------------------------------------------

int task_square(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    if (arg_size != sizeof(int) || result_size != sizeof(int))
        return pool_fail("sizes %zu and %zu", arg_size, result_size);
    int n = *(const int *)arg;
    *(int *)result = n * n;
    return 0;
}

int task_square_odd_fails(const void *arg, size_t arg_size, void *result,
                          size_t result_size) {
    int n = *(const int *)arg;
    if (n % 2)
        return pool_fail("item %d is odd", n);
    return task_square(arg, arg_size, result, result_size);
}

int task_nothing(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    return 0;
}

int task_pid(const void *arg, size_t arg_size, void *result,
             size_t result_size) {
    (void)arg, (void)arg_size;
    if (result_size != sizeof(pid_t))
        return 1;
    *(pid_t *)result = getpid();
    return 0;
}

int task_pass(const void *arg, size_t arg_size, void *result,
              size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    gate_await(*(struct gate *const *)arg, 1);
    return 0;
}

int task_stuck(const void *arg, size_t arg_size, void *result,
               size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    gate_add(*(struct gate *const *)arg, 1);
    for (;;)
        pause();
}

int task_die(const void *arg, size_t arg_size, void *result,
             size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    int number = *(const int *)arg;
    kill(getpid(), number);
    while (number) // Valgrind delivers it a little later
        pause();
    return 0;
}
