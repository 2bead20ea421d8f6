// SPDX-License-Identifier: MIT
// Signals, names, descriptors: what the pool's processes take from the program,
// and what they leave alone.
//
// Runs in: the client of a pool, its children, and its workers.
#define _GNU_SOURCE
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static void signal_all(struct pool *pool, int number) {
    pid_t pids[8];
    size_t n = pool_worker_pids(pool, pids, 8);
    for (size_t i = 0; i < n; i++)
        kill(pids[i], number);
    kill(stats_of(pool).supervisor, number);
}

TEST(ctrl_c_is_for_the_client) {
    struct pool *pool = pool_of(2);
    for (int i = 0; i < 20; i++) {
        signal_all(pool, SIGINT);
        assert_usable(pool);
    }
    assert_int_equal(stats_of(pool).respawned, 0);
    pool_destroy(pool);
}

static void be_interrupted(void *unused) {
    (void)unused;
    struct pool *pool = pool_of(2);
    struct gate *gate = shared(pool, sizeof *gate);
    pool_apply_async(pool, task_stuck, &gate, sizeof gate, 0, NULL, NULL, NULL);
    gate_await(gate, 1);
    kill(0, SIGINT); // as the terminal does: to the whole group
    for (;;)
        pause();
}

static void lead_group(void *unused) {
    setpgid(0, 0);
    be_interrupted(unused);
}

TEST(ctrl_c_ends_client_and_pool) {
    test_adopt_orphans();
    int status = test_wait(test_fork(lead_group, NULL));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    assert_true(test_reap_all(SANITIZED ? 5000 : 1000));
}

TEST(supervisor_ends_by_nothing_but_kill) {
    struct pool *pool = pool_of(1);
    pid_t super = stats_of(pool).supervisor;
    static const int signals[] = {SIGTERM, SIGHUP,  SIGQUIT, SIGUSR1,
                                  SIGPIPE, SIGALRM, SIGCHLD};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        kill(super, signals[i]);
    assert_usable(pool);
    assert_int_equal(stats_of(pool).supervisor, super);
    pool_destroy(pool);
}

TEST(client_ignores_sigchld) {
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 3; i++) {
        struct pool *pool = pool_of(2);
        assert_usable(pool);
        int number = SIGKILL;
        assert_int_equal(
            pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
            POOL_ELOST);
        assert_usable(pool);
        pool_close(pool);
        assert_int_equal(pool_join(pool), 0);
        pool_destroy(pool);
    }
    struct pool *pool = pool_of(1);
    kill(stats_of(pool).supervisor, SIGKILL);
    int n = 1;
    int rc;
    while ((rc = pool_apply(pool, task_square, &n, sizeof n, &n, sizeof n)) ==
           0)
        continue;
    assert_int_equal(rc, POOL_EBROKEN);
    pool_destroy(pool);
    signal(SIGCHLD, SIG_DFL);
}

static int task_waits_for_child(const void *arg, size_t arg_size, void *result,
                                size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    pid_t pid = fork();
    if (pid == 0)
        _exit(23);
    int status = -1;
    waitpid(pid, &status, 0);
    *(int *)result = status;
    return 0;
}

TEST(task_may_wait_for_its_own_child) {
    struct pool *pool = pool_of(1);
    int status;
    assert_int_equal(
        pool_apply(pool, task_waits_for_child, NULL, 0, &status, sizeof status),
        0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 23);
    pool_destroy(pool);
}

static int children_seen;

static void reap_everything(int number) {
    (void)number;
    int saved = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        children_seen++;
    errno = saved;
}

TEST(client_reaps_every_child_in_a_handler) {
    signal(SIGCHLD, reap_everything);
    struct pool *pool = pool_of(2);
    for (int i = 0; i < 10; i++) {
        int number = SIGKILL;
        assert_int_equal(
            pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
            POOL_ELOST);
    }
    assert_usable(pool);
    assert_int_equal(children_seen, 0); // workers are the supervisor's
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
    pool = pool_of(2);
    kill(stats_of(pool).supervisor, SIGKILL);
    int n = 1, rc;
    while ((rc = pool_apply(pool, task_square, &n, sizeof n, &n, sizeof n)) ==
           0)
        continue;
    assert_int_equal(rc, POOL_EBROKEN);
    pool_destroy(pool);
    signal(SIGCHLD, SIG_DFL);
}

static void exit_with_1(void *unused) {
    (void)unused;
    _exit(1);
}

TEST(clients_own_children_are_its_own) {
    struct pool *pool = pool_of(2);
    pid_t child = test_fork(exit_with_1, NULL);
    assert_usable(pool);
    int number = SIGKILL, status;
    assert_int_equal(
        pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
        POOL_ELOST);
    assert_int_equal(wait(&status), child); // the only one that has ended
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_int_equal(waitpid(-1, &status, WNOHANG), 0); // the supervisor lives
    pool_destroy(pool);
}

static void handler(int number) { (void)number; }

static int task_disposition(const void *arg, size_t arg_size, void *result,
                            size_t result_size) {
    (void)arg_size, (void)result_size;
    int number = *(const int *)arg;
    struct sigaction action;
    sigset_t mask;
    sigaction(number, NULL, &action);
    sigprocmask(SIG_SETMASK, NULL, &mask);
    *(int *)result = (action.sa_handler == SIG_DFL   ? 0
                      : action.sa_handler == SIG_IGN ? 1
                                                     : 2) +
                     10 * sigismember(&mask, number);
    return 0;
}

TEST(workers_have_no_handlers_of_the_program) {
    signal(SIGUSR1, handler);
    signal(SIGUSR2, SIG_IGN);
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGHUP);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    struct pool *pool = pool_of(1);
    static const int numbers[] = {SIGUSR1, SIGUSR2, SIGHUP, SIGINT, SIGTERM};
    static const int expected[] = {0, 1, 10, 1, 0};
    for (int i = 0; i < 5; i++) {
        int got;
        assert_int_equal(pool_apply(pool, task_disposition, &numbers[i],
                                    sizeof *numbers, &got, sizeof got),
                         0);
        assert_int_equal(got, expected[i]);
    }
    struct sigaction action; // and the client keeps its own
    sigaction(SIGUSR1, NULL, &action);
    assert_ptr_equal(action.sa_handler, handler);
    sigset_t now;
    sigprocmask(SIG_SETMASK, NULL, &now);
    assert_true(sigismember(&now, SIGHUP) && !sigismember(&now, SIGTERM));
    pool_destroy(pool);
}

// A timer interrupts every system call of the client.
TEST(interrupts_without_restart) {
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval often = {{0, 300}, {0, 300}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < 10; i++) {
        struct pool *pool = pool_of(2);
        struct pool_queue *queue = pool_queue_create(pool, sizeof i, 1);
        int got, number = SIGKILL;
        assert_usable(pool);
        for (int k = 0; k < 50; k++) {
            assert_int_equal(pool_queue_put(queue, &k, -1), 0);
            assert_int_equal(pool_queue_get(queue, &got, -1), 0);
            assert_int_equal(pool_queue_get(queue, &got, 1), POOL_ETIMEDOUT);
            assert_int_equal(
                pool_apply(pool, task_square, &k, sizeof k, &got, sizeof got),
                0);
        }
        assert_int_equal(
            pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
            POOL_ELOST);
        pool_close(pool);
        assert_int_equal(pool_join(pool), 0);
        pool_destroy(pool);
    }
    setitimer(ITIMER_REAL, &never, NULL);
}

TEST(client_may_block_all_signals) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    struct pool *pool = pool_of(2);
    int number = SIGKILL;
    assert_int_equal(
        pool_apply(pool, task_die, &number, sizeof number, NULL, 0),
        POOL_ELOST);
    assert_usable(pool);
    pool_destroy(pool);
}

TEST(stopped_worker_does_not_hold_up_the_others) {
    struct pool *pool = pool_of(2);
    for (int round = 0; round < 20; round++) {
        pid_t pids[2];
        assert_int_equal(pool_worker_pids(pool, pids, 2), 2);
        kill(pids[round % 2], SIGSTOP);
        // An item that the stopped one has taken waits with it; others do not.
        struct pool_result *results[20];
        for (int i = 0; i < 20; i++)
            assert_int_equal(pool_apply_async(pool, task_nothing, NULL, 0, 0,
                                              NULL, NULL, &results[i]),
                             0);
        int waiting;
        do {
            waiting = 0;
            for (int i = 0; i < 20; i++)
                waiting += pool_result_wait(results[i], 1) == POOL_ETIMEDOUT;
        } while (waiting > 1);
        kill(pids[round % 2], SIGCONT);
        for (int i = 0; i < 20; i++) {
            assert_int_equal(pool_result_get(results[i], NULL, 0, -1), 0);
            pool_result_free(results[i]);
        }
    }
    pool_destroy(pool);
}

// ---- Names and descriptors -------------------------------------------------

TEST(names_in_ps) {
    struct pool *pool = pool_of(12);
    pid_t pids[12], found;
    assert_int_equal(pool_worker_pids(pool, pids, 12), 12);
    for (int i = 0; i < 12; i++) {
        char name[32];
        snprintf(name, sizeof name, "pool-worker-%d", i);
        AWAIT(test_children(stats_of(pool).supervisor, name, &found, 1) == 1);
        assert_int_equal(found, pids[i]);
    }
    assert_string_equal(test_comm(stats_of(pool).supervisor), "pool-super");
    assert_string_not_equal(test_comm(getpid()), "pool-super");
    pool_destroy(pool);
}

static int task_count_descriptors(const void *arg, size_t arg_size,
                                  void *result, size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    int count = 0;
    for (int fd = 3; fd < 100; fd++) {
        int flags = fcntl(fd, F_GETFD);
        count += flags >= 0 && !(flags & FD_CLOEXEC);
    }
    *(int *)result = count;
    return 0;
}

TEST(every_descriptor_is_closed_on_exec) {
    int count, before;
    task_count_descriptors(NULL, 0, &before, sizeof before);
    struct pool *pool = pool_of(2);
    assert_true(pool_fd(pool) >= 0);
    task_count_descriptors(NULL, 0, &count, sizeof count);
    assert_int_equal(count, before);
    assert_int_equal(
        pool_apply(pool, task_count_descriptors, NULL, 0, &count, sizeof count),
        0);
    assert_int_equal(count, before);
    pool_destroy(pool);
}

// "The client has no hidden threads, no signal handlers, and one child."
TEST(client_has_one_thread_and_one_child) {
    struct pool *pool = pool_of(3);
    assert_usable(pool);
    size_t threads = 0;
    DIR *folder = opendir("/proc/self/task");
    for (struct dirent *entry; (entry = readdir(folder));)
        threads += entry->d_name[0] != '.';
    closedir(folder);
    assert_int_equal(threads, 1);
    pid_t child;
    assert_int_equal(test_children(getpid(), NULL, &child, 1), 1);
    for (int number = 1; number < 32; number++) {
        struct sigaction action;
        if (!SANITIZED && sigaction(number, NULL, &action) == 0)
            assert_true(action.sa_handler == SIG_DFL ||
                        action.sa_handler == SIG_IGN);
    }
    pool_destroy(pool);
}

// ---- Ctrl-C and the commands of tasks --------------------------------------

// How a task starts a command, which writes to the pipe that it inherits when
// it starts, and holds it open until it ends.
static int command_pipe[2];

static int task_command(const void *arg, size_t arg_size, void *result,
                        size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    char command[100];
    snprintf(command, sizeof command, "echo >&%d; exec sleep 1000",
             command_pipe[1]);
    if (*(const bool *)arg)
        return system(command);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, NULL);
        _exit(127);
    }
    return waitpid(pid, NULL, 0) != pid;
}

// A program whose task has a command, in a process group of its own.
static void run_command(void *by_system) {
    setpgid(0, 0);
    close(command_pipe[0]);
    struct pool *pool = pool_of(1);
    pool_apply(pool, task_command, by_system, sizeof(bool), NULL, 0);
    pool_destroy(pool);
}

static void ctrl_c_on_command(bool by_system) {
    char byte;
    test_adopt_orphans();
    assert_int_equal(pipe(command_pipe), 0);
    pid_t pid = test_fork(run_command, &by_system);
    close(command_pipe[1]);
    assert_int_equal(read(command_pipe[0], &byte, 1), 1); // it has started
    kill(-pid, SIGINT);
    int status = test_wait(pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    assert_int_equal(read(command_pipe[0], &byte, 1), 0); // nobody is left
    close(command_pipe[0]);
    assert_true(test_reap_all(SANITIZED ? 5000 : 1000));
}

TEST(ctrl_c_ends_a_command_that_a_task_has_forked) { ctrl_c_on_command(false); }
TEST(ctrl_c_ends_a_command_of_system) { ctrl_c_on_command(true); }

static int task_sleep(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    struct timespec moment = {0, 200000000};
    gate_add(*(struct gate *const *)arg, 1);
    return nanosleep(&moment, NULL) != 0 || poll(NULL, 0, 100) != 0;
}

// Workers are not taken for commands, whatever they are called.
static int rename_worker(void *unused) {
    (void)unused;
    return prctl(PR_SET_NAME, "renamed");
}

static void survive_ctrl_c(void *unused) {
    (void)unused;
    setpgid(0, 0);
    struct pool *pool =
        pool_with((struct pool_options){.workers = 2, .init = rename_worker});
    signal(SIGINT, SIG_IGN);
    struct gate *gate = shared(pool, sizeof *gate), *gates[] = {gate, gate};
    struct pool_result *result;
    assert_int_equal(pool_map_async(pool, task_sleep, gates, 2, sizeof *gates,
                                    0, 1, NULL, NULL, &result),
                     0);
    gate_await(gate, 2);
    for (int i = 0; i < 20; i++, test_pause())
        kill(0, SIGINT);
    assert_int_equal(pool_result_get(result, NULL, 0, POOL_FOREVER), 0);
    assert_int_equal(stats_of(pool).respawned, 0);
    pool_destroy(pool);
}

TEST(ctrl_c_interrupts_no_system_call_of_a_task) {
    test_in_child(survive_ctrl_c, NULL);
}
