// SPDX-License-Identifier: MIT
// Runs each test in a process of its own, with a deadline, and counts what it
// left behind: processes, zombies, descriptors, shared memory, files.
//
//   run [name-pattern…]    TIMES=n repeats; LIST=1 only lists; SLOWER=n gives
//                          tests n times as long; NOT=patterns leaves some out
//
// The runner is the parent of all orphans, so that nothing a test starts can
// hide from it. cmocka reports; its assertions run in the test's process, where
// a failed one aborts.
//
// Runs in: the runner; test_main() and below it in the process of a test.
#define _GNU_SOURCE
#include "harness.h"
#include "leaks.h"

#include <errno.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SKIPPED = 77,
    LEFT_SOMETHING = 78,
    SLOWER = SANITIZED ? 4 : 1,
};

static struct test *all_tests, **tests_end = &all_tests;

void test_register(struct test *test) {
    *tests_end = test;
    tests_end = &test->next;
}

void test_skip(const char *reason) {
    printf("skipped: %s\n", reason);
    fflush(NULL);
    _exit(SKIPPED);
}

// ---- In the process of the test --------------------------------------------

#if SANITIZED
// A worker that crashes is killed by a signal, as it is without a sanitizer.
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:"
           "handle_abort=0";
}
#endif

static void die_of_failures(void) {
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    static const int numbers[] = {SIGSEGV, SIGFPE, SIGBUS, SIGILL, SIGSYS};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!SANITIZED)
            signal(numbers[i], SIG_DFL);
}

// What started us may ignore some: nohup does, and so does a shell's "&".
static void heed_signals(void) {
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        signal(numbers[i], SIG_DFL);
}

static void block_sigchld(int how) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(how, &child, NULL);
}

static _Noreturn void test_main(const struct test *test) {
    setpgid(0, 0);
    block_sigchld(SIG_UNBLOCK);
    heed_signals();
    die_of_failures();
    struct resources before, after;
    leaks_sample(&before);
    test->body();
    fflush(NULL);
    leaks_sample(&after);
    _exit(leaks_compare(&before, &after) ? LEFT_SOMETHING : 0);
}

pid_t test_fork(void (*body)(void *), void *arg) {
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    die_of_failures();
    body(arg);
    fflush(NULL);
    _exit(0);
}

int test_wait(pid_t pid) {
    int status;
    pid_t reaped;
    do
        reaped = waitpid(pid, &status, 0);
    while (reaped < 0 && errno == EINTR);
    assert_int_equal(reaped, pid);
    return status;
}

void test_in_child(void (*body)(void *), void *arg) {
    int status = test_wait(test_fork(body, arg));
    assert_int_equal(status, 0);
}

// ---- In the runner ---------------------------------------------------------

// Kills whatever descends from us; says what it was. Returns how many lived.
// Orphans that have ended are ours to reap, as they were init's otherwise; the
// test itself looks for children that it has not reaped.
static size_t kill_descendants(void) {
    size_t count = 0;
    for (;;) {
        pid_t pids[64];
        size_t n = test_children(getpid(), NULL, pids, 64);
        for (size_t i = 0; i < n && i < 64; i++) {
            char name[32];
            snprintf(name, sizeof name, "%s", test_comm(pids[i]));
            if (!test_gone(pids[i])) {
                print_error("left behind: process %d (%s)\n", (int)pids[i],
                            name);
                count++;
            }
            kill(pids[i], SIGKILL);
            waitpid(pids[i], NULL, 0);
        }
        if (n == 0)
            return count;
    }
}

// Waits for the process of a test. False: it is hung. SIGCHLD is blocked in the
// runner, so that it can be waited for with a limit.
static bool await_test(pid_t pid, unsigned seconds, int *status) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        if (waitpid(pid, status, WNOHANG) == pid)
            return true;
        struct timespec second = {1, 0};
        sigtimedwait(&child, NULL, &second);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec - start.tv_sec < (time_t)seconds);
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    waitpid(pid, status, 0);
    return false;
}

static void guard_test(void **state) {
    const struct test *test = *state;
    fflush(NULL);
    size_t files = leaks_shm_files();
    pid_t pid = fork();
    if (pid < 0)
        fail_msg("fork: %s", strerror(errno));
    if (pid == 0)
        test_main(test);
    int status;
    const char *slower = getenv("SLOWER");
    unsigned seconds =
        test->seconds * SLOWER * (slower ? (unsigned)atoi(slower) : 1);
    bool ended = await_test(pid, seconds, &status);
    size_t left = kill_descendants();
    if (!ended)
        fail_msg("%s: hung, killed after %u s", test->name, seconds);
    if (WIFSIGNALED(status))
        fail_msg("%s: killed by signal %d (%s)", test->name, WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) == LEFT_SOMETHING)
        fail_msg("%s: left something behind", test->name);
    if (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != SKIPPED)
        fail_msg("%s: exited with %d", test->name, WEXITSTATUS(status));
    if (left)
        fail_msg("%s: left %zu processes behind", test->name, left);
    if (leaks_shm_files() > files)
        fail_msg("%s: left a file in /dev/shm", test->name);
    if (WEXITSTATUS(status) == SKIPPED)
        skip();
}

// NOT: patterns of tests that are not to run, with spaces between them.
static bool unwanted(const struct test *test) {
    char patterns[1024], *rest;
    const char *not = getenv("NOT");
    snprintf(patterns, sizeof patterns, "%s", not ? not : "");
    char *pattern = strtok_r(patterns, " ", &rest);
    for (; pattern; pattern = strtok_r(NULL, " ", &rest))
        if (fnmatch(pattern, test->name, 0) == 0)
            return true;
    return false;
}

static bool wanted(const struct test *test, char **patterns) {
    if (unwanted(test))
        return false;
    if (!*patterns)
        return true;
    for (; *patterns; patterns++)
        if (fnmatch(*patterns, test->name, 0) == 0)
            return true;
    return false;
}

// Runs the tests of one file as a group; moves *first on past it.
static int run_group(struct test **first, char **patterns, size_t *count) {
    struct CMUnitTest group[256];
    const char *file = (*first)->file;
    size_t n = 0;
    for (; *first && (*first)->file == file; *first = (*first)->next)
        if (wanted(*first, patterns) && n < 256)
            group[n++] = (struct CMUnitTest){.name = (*first)->name,
                                             .test_func = guard_test,
                                             .initial_state = *first};
    *count += n;
    const char *slash = strrchr(file, '/');
    return n ? _cmocka_run_group_tests(slash ? slash + 1 : file, group, n, NULL,
                                       NULL)
             : 0;
}

int main(int argc, char **argv) {
    (void)argc;
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    setvbuf(stdout, NULL, _IOLBF, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    block_sigchld(SIG_BLOCK);
    leaks_own_shm();
    if (getenv("LIST")) {
        for (struct test *test = all_tests; test; test = test->next)
            printf("%s\n", test->name);
        return 0;
    }
    const char *times = getenv("TIMES");
    int failed = 0;
    size_t count = 0;
    for (long n = times ? atol(times) : 1; n > 0; n--)
        for (struct test *next = all_tests; next;)
            failed += run_group(&next, argv + 1, &count) != 0;
    if (count == 0)
        fprintf(stderr, "no test has such a name; LIST=1 lists them\n");
    return failed || count == 0;
}
