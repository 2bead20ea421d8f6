// SPDX-License-Identifier: MIT
// Every failure of the system: for each function the library calls, each call
// of a whole run fails once, with each errno that its manual names. Every run
// ends, with right results or with errors that say so, and leaves nothing.
//
// Runs in: the process of a test watches; the client of each run is its child.
#define _GNU_SOURCE
#include "failing.h"
#include "harness.h"
#include "leaks.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- One run ---------------------------------------------------------------

// A worker that finds no memory for a result fails that item like its task.
static bool items_may_fail;

// Errors that a call may give when the system fails under it.
static bool clean(int rc) {
    return rc == POOL_ENOMEM || rc == POOL_ENOROOM || rc == POOL_EBROKEN ||
           rc == POOL_ESYS || (items_may_fail && rc == POOL_ETASK);
}

static void note_call(struct pool_result *result, void *user) {
    int got, rc = pool_result_get(result, &got, sizeof got, 0);
    assert_true(clean(rc) || (rc == 0 && got == 36));
    ++*(int *)user;
}

static void use_tasks(struct pool *pool) {
    int n = 5, got = 0, calls = 0, items[40], results[40];
    int rc = pool_apply(pool, task_square, &n, sizeof n, &got, sizeof got);
    assert_true(clean(rc) || (rc == 0 && got == 25));
    for (int i = 0; i < 40; i++)
        items[i] = i;
    rc = pool_map(pool, task_square_odd_fails, items, 40, sizeof *items,
                  results, sizeof *results, 3);
    assert_true(clean(rc) || rc == POOL_ETASK);
    for (int i = 0; i < 40 && rc == POOL_ETASK && !items_may_fail; i++)
        assert_int_equal(results[i], i % 2 ? 0 : i * i);
    int fd = pool_fd(pool);
    assert_true(fd >= 0 || clean(fd));
    n = 6;
    rc = pool_apply_async(pool, task_square, &n, sizeof n, sizeof n, note_call,
                          &calls, NULL);
    assert_true(rc == 0 || clean(rc));
    while (rc == 0 && calls == 0)
        assert_true(pool_poll(pool, POOL_FOREVER) >= 0);
    n = SIGKILL; // a death and a replacement
    struct pool_result *lost;
    rc = pool_apply_async(pool, task_die, &n, sizeof n, 0, NULL, NULL, &lost);
    assert_true(rc == 0 || clean(rc));
    if (rc == 0) {
        rc = pool_result_get(lost, NULL, 0, POOL_FOREVER);
        assert_true(clean(rc) || rc == POOL_ELOST);
        assert_true(strlen(pool_result_message(lost)) > 0);
        pool_result_free(lost);
    }
}

static int three_items(void *state, void *item, size_t item_size) {
    assert_int_equal(item_size, sizeof(int));
    *(int *)item = *(int *)state;
    return (*(int *)state)++ < 3;
}

static void use_iterator(struct pool *pool, bool ordered) {
    struct pool_iter *iter;
    int next = 0, rc, got;
    size_t index, count = 0;
    rc = (ordered ? pool_imap
                  : pool_imap_unordered)(pool, task_square, three_items, &next,
                                         sizeof next, sizeof next, 2, &iter);
    if (rc != 0) {
        assert_true(clean(rc));
        return;
    }
    while ((rc = pool_iter_next(iter, &got, &index, POOL_FOREVER)) == 1 ||
           (rc == POOL_ETASK && items_may_fail)) {
        if (rc == 1)
            assert_int_equal(got, index * index);
        count++;
    }
    assert_true(clean(rc) || (rc == 0 && count == 3));
    pool_iter_free(iter);
}

struct ends {
    struct pool_queue *in, *out;
};

static int task_pass_on(const void *arg, size_t arg_size, void *result,
                        size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    const struct ends *ends = arg;
    int n;
    return pool_queue_get(ends->in, &n, POOL_FOREVER) ||
           pool_queue_put(ends->out, &n, POOL_FOREVER);
}

// One in pool_queue_get(), one without work: in a futex, both.
static void await_workers_asleep(struct pool *pool) {
    pid_t pids[2] = {0};
    pool_worker_pids(pool, pids, 2);
    for (int i = 0; i < 2; i++)
        AWAIT(pids[i] == 0 || test_asleep(pids[i]) || test_gone(pids[i]));
}

static void use_queues(struct pool *pool) {
    struct ends ends = {pool_queue_create(pool, sizeof(int), 1),
                        pool_queue_create(pool, sizeof(int), 1)};
    struct pool_result *passed = NULL;
    int n = 9, rc;
    if (ends.in && ends.out &&
        pool_apply_async(pool, task_pass_on, &ends, sizeof ends, 0, NULL, NULL,
                         &passed) == 0) {
        await_workers_asleep(pool);
        rc = pool_queue_put(ends.in, &n, POOL_FOREVER);
        assert_true(rc == 0 || clean(rc));
        rc = pool_queue_get(ends.out, &n, POOL_FOREVER);
        assert_true((rc == 0 && n == 9) || clean(rc));
        rc = pool_result_get(passed, NULL, 0, POOL_FOREVER);
        assert_true(rc == 0 || clean(rc));
    }
}

static void use_pool(void) {
    errno = 0;
    struct pool *pool =
        pool_create(&(struct pool_options){.workers = 2, .memory = 1 << 20});
    if (!pool) {
        assert_int_not_equal(errno, 0);
        return;
    }
    use_tasks(pool);
    use_iterator(pool, true);
    use_iterator(pool, false);
    use_queues(pool);
    assert_int_equal(pool_close(pool), 0);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
}

// ---- All runs --------------------------------------------------------------

static void make_run(void *arg) {
    const struct failure *failure = arg;
    struct resources before, after;
    leaks_sample(&before);
    items_may_fail =
        failure->role == ROLE_OTHERS && failure->nth > 0 &&
        (failure->call == CALL_MMAP || failure->call == CALL_MPROTECT);
    failing_arm(failure);
    use_pool();
    failing_disarm();
    leaks_sample(&after);
    assert_false(leaks_compare(&before, &after));
}

// True if the run ended well, in time.
static bool watch_run(const struct failure *run) {
    pid_t pid = test_fork(make_run, (void *)run);
    int fd = (int)syscall(SYS_pidfd_open, pid, 0), rc;
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    do
        rc = poll(&poller, 1, SANITIZED ? 60000 : 20000);
    while (rc < 0 && errno == EINTR);
    close(fd);
    if (rc == 0)
        kill(pid, SIGKILL);
    int status = test_wait(pid);
    failing_disarm();
    bool left = !test_reap_all(2000);
    if (rc > 0 && status == 0 && !left)
        return true;
    print_error("%s number %ld of %s failing%s with %s: %s\n",
                failing_names[run->call], run->nth,
                run->role == ROLE_CLIENT ? "the client" : "the others",
                run->always ? " from then on" : "", strerrorname_np(run->error),
                rc == 0 ? "hung"
                : left  ? "left processes"
                        : "ended badly");
    return false;
}

// `run` says what else is wrong with the system.
static void fail_each(struct failure run, const int *errors) {
    test_adopt_orphans();
    failing_begin();
    size_t runs = 0, bad = 0;
    for (run.role = 0; run.role < ROLES; run.role++) {
        run.nth = 0;
        assert_true(watch_run(&run));
        long most = failing_count(run.call, run.role);
        for (const int *error = errors; *error; error++) {
            run.error = *error;
            for (run.nth = 1; run.nth <= most && run.nth <= 200; run.nth++)
                runs++, bad += !watch_run(&run);
        }
    }
    failing_end();
    if (bad)
        fail_msg("%zu of %zu runs", bad, runs);
    assert_true(runs > 0);
    printf("%zu runs with %s failing\n", runs, failing_names[run.call]);
}

static void run_once(struct failure run) {
    failing_begin();
    test_adopt_orphans();
    bool good = watch_run(&run);
    failing_end();
    assert_true(good);
}

static void fail_always(enum failing_call call, enum failing_role role,
                        int error) {
    run_once((struct failure){call, role, 1, error, .always = true});
}

#define FAILING(name, which, ...)                                              \
    TEST_WITHIN(each_##name##_fails, 300) {                                    \
        fail_each((struct failure){.call = which},                             \
                  (const int[]){__VA_ARGS__, 0});                              \
    }

FAILING(fork, CALL_FORK, EAGAIN, ENOMEM)
FAILING(mmap, CALL_MMAP, ENOMEM, EPERM)
FAILING(mremap, CALL_MREMAP, ENOMEM, EINVAL)
FAILING(mprotect, CALL_MPROTECT, ENOMEM, EACCES)
FAILING(madvise, CALL_MADVISE, EINVAL, ENOMEM, EAGAIN)
FAILING(eventfd, CALL_EVENTFD, EMFILE, ENFILE, ENOMEM)
FAILING(signalfd, CALL_SIGNALFD, EMFILE, ENFILE, ENOMEM)
FAILING(epoll_create, CALL_EPOLL_CREATE, EMFILE, ENFILE, ENOMEM)
FAILING(epoll_ctl, CALL_EPOLL_CTL, ENOMEM, ENOSPC)
FAILING(pidfd_open, CALL_PIDFD_OPEN, EMFILE, ENFILE, ENOSYS, EPERM)
FAILING(futex_wait, CALL_FUTEX_WAIT, EINTR, EAGAIN, ETIMEDOUT)
FAILING(poll, CALL_POLL, EINTR, ENOMEM)
FAILING(read, CALL_READ, EINTR, EAGAIN)
FAILING(write, CALL_WRITE, EINTR)
FAILING(waitpid, CALL_WAITPID, EINTR)
FAILING(sched_getaffinity, CALL_AFFINITY, EINVAL)
FAILING(malloc, CALL_MALLOC, ENOMEM)
FAILING(close, CALL_CLOSE, EINTR, EIO)
FAILING(prctl, CALL_PRCTL, EINVAL, EPERM)
FAILING(sigprocmask, CALL_SIGPROCMASK, EINVAL)
FAILING(sigaction, CALL_SIGACTION, EINVAL)

// Only where there is no pidfd is the supervisor asked for in this way.
TEST_WITHIN(each_waitid_fails, 300) {
    fail_each((struct failure){.call = CALL_WAITID, .no_pidfd = true},
              (const int[]){EINTR, EINVAL, 0});
}

// Signals interrupt all processes all the time, wherever they can.
TEST_WITHIN(interrupted_everywhere, 120) {
    for (int i = 2; i < 12; i++) {
        run_once((struct failure){.interrupt = i});
        run_once((struct failure){.interrupt = i, .no_pidfd = true});
    }
}

// Kernels and sandboxes that do not have a call at all.
TEST(no_pidfd_at_all) {
    fail_always(CALL_PIDFD_OPEN, ROLE_CLIENT, ENOSYS);
    fail_always(CALL_PIDFD_OPEN, ROLE_OTHERS, ENOSYS);
    run_once((struct failure){.no_pidfd = true});
}

static void break_without_pidfd(void *unused) {
    (void)unused;
    failing_arm(&(struct failure){.no_pidfd = true});
    struct pool *pool = pool_of(2);
    kill(stats_of(pool).supervisor, SIGKILL);
    AWAIT(pool_apply(pool, task_nothing, NULL, 0, NULL, 0) == POOL_EBROKEN);
    assert_int_equal(stats_of(pool).workers, 0);
    pool_destroy(pool);
    failing_disarm();
}

TEST(supervisor_killed_where_there_is_no_pidfd) {
    test_adopt_orphans();
    failing_begin();
    test_in_child(break_without_pidfd, NULL);
    failing_end();
    assert_true(test_reap_all(2000));
}

TEST(no_mremap_at_all) { fail_always(CALL_MREMAP, ROLE_CLIENT, EINVAL); }
TEST(no_madvise_at_all) { fail_always(CALL_MADVISE, ROLE_CLIENT, EINVAL); }

// What must be wiped in a child cannot be, so there is no pool, and errno says
// which kind of failure it is. Without the other uses of madvise() there is one.
static void create_without_madvise(void *first) {
    struct failure none = {CALL_MADVISE, ROLE_CLIENT, *(const long *)first,
                           EINVAL, .always = true};
    failing_arm(&none);
    errno = 0;
    struct pool *pool = pool_create(&(struct pool_options){.workers = 1});
    assert_true((pool != NULL) == (none.nth > 1));
    if (pool)
        assert_usable(pool);
    else
        assert_int_equal(errno, ENOTSUP);
    pool_destroy(pool);
    failing_disarm();
}

TEST(kernel_without_wipe_on_fork_is_not_supported) {
    failing_begin();
    test_in_child(create_without_madvise, &(long){1});
    test_in_child(create_without_madvise, &(long){2});
    failing_end();
}

TEST(no_eventfd_at_all) { fail_always(CALL_EVENTFD, ROLE_CLIENT, EMFILE); }
TEST(no_memory_at_all) {
    fail_always(CALL_MMAP, ROLE_CLIENT, ENOMEM);
    fail_always(CALL_MALLOC, ROLE_CLIENT, ENOMEM);
    fail_always(CALL_MMAP, ROLE_OTHERS, ENOMEM);
}
TEST(no_signal_mask_at_all) {
    fail_always(CALL_SIGPROCMASK, ROLE_CLIENT, EINVAL);
    fail_always(CALL_SIGPROCMASK, ROLE_OTHERS, EINVAL);
    fail_always(CALL_SIGACTION, ROLE_OTHERS, EINVAL);
}
TEST(no_prctl_at_all) { fail_always(CALL_PRCTL, ROLE_OTHERS, EPERM); }
TEST(no_process_at_all) {
    fail_always(CALL_FORK, ROLE_CLIENT, EAGAIN);
    fail_always(CALL_FORK, ROLE_OTHERS, EAGAIN);
}
