// SPDX-License-Identifier: MIT
// Exercise 11: a pool of your own. Each worker has a socket to the client. A
// result moves through four queues, and turn() moves it on. README.md has the
// reasons.
#define _GNU_SOURCE
#include "minipool.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct order { // what a worker is sent, before the argument
    pool_task_fn *fn;
    size_t arg_size, result_size;
};

struct pool_result {
    TAILQ_ENTRY(pool_result) place;
    struct queue *queue; // one of its pool's
    struct pool *pool;
    struct order order;
    pool_callback_fn *callback;
    void *user;
    int status;    // POOL_ENOTREADY until it is ready
    bool detached; // nobody has the handle
    char *result;  // behind the argument
    char arg[];
};

struct worker {
    pid_t pid; // 0: an empty place
    int fd;
    struct pool_result *runs; // NULL: it is idle
};

struct pool {
    TAILQ_HEAD(queue, pool_result) waiting, running, ready, told;
    int refuses;  // what a submission gets; 0: it is welcome
    bool telling; // a callback runs
    size_t workers;
    struct worker worker[];
};

enum way { IN, OUT };

// Carries all the bytes. False: nobody is at the other end.
static bool carry(enum way way, int fd, void *bytes, size_t size) {
    for (char *at = bytes, *end = at + size; at < end;) {
        size_t left = (size_t)(end - at);
        ssize_t n = way == IN ? recv(fd, at, left, 0)
                              : send(fd, at, left, MSG_NOSIGNAL);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        at += n > 0 ? n : 0;
    }
    return true;
}

// What a worker does all its life.
static _Noreturn void serve(int fd) {
    struct order order;
    while (carry(IN, fd, &order, sizeof order)) {
        void *arg = malloc(order.arg_size + 1); // + 1: never malloc(0)
        void *result = calloc(1, order.result_size + 1);
        if (!arg || !result || !carry(IN, fd, arg, order.arg_size))
            break;
        int status = order.fn(arg, order.arg_size, result, order.result_size);
        fflush(NULL); // what the task printed
        carry(OUT, fd, &status, sizeof status);
        carry(OUT, fd, result, order.result_size);
        free(arg);
        free(result);
    }
    _exit(0); // nobody is at the other end
}

static bool start(struct worker *worker) {
    int fd[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
        return false;
    fflush(NULL); // or the worker prints it again
    pid_t client = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // ends with the client
        if (getppid() == client)
            serve(fd[1]);
        _exit(0);
    }
    close(fd[1]);
    if (pid > 0)
        *worker = (struct worker){.pid = pid, .fd = fd[0]};
    else
        close(fd[0]);
    return pid > 0;
}

static void move(struct pool_result *it, struct queue *to) {
    if (it->queue)
        TAILQ_REMOVE(it->queue, it, place);
    TAILQ_INSERT_TAIL(to, it, place);
    it->queue = to;
}

// A result is ready, a success or not. tell() has the rest.
static void finish(struct pool_result *it, int status) {
    it->status = status;
    if (status != 0)
        memset(it->result, 0, it->order.result_size);
    move(it, &it->pool->ready);
}

// The end of a worker, dead or alive. What it runs fails.
static void reap(struct worker *worker, int error) {
    kill(worker->pid, SIGKILL); // not yet reaped, so it is nobody else's pid
    close(worker->fd);
    while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    if (worker->runs)
        finish(worker->runs, error);
    *worker = (struct worker){0};
}

// The end of all workers, and of all that is not done.
static void end(struct pool *pool, int error) {
    for (size_t i = 0; i < pool->workers; i++)
        if (pool->worker[i].pid)
            reap(&pool->worker[i], error);
    while (!TAILQ_EMPTY(&pool->waiting))
        finish(TAILQ_FIRST(&pool->waiting), error);
}

// Takes the answers that are there, waiting for the first for `timeout` ms, and
// sees who has died.
static void take(struct pool *pool, int timeout) {
    struct pollfd fd[pool->workers];
    for (size_t i = 0; i < pool->workers; i++)
        fd[i] = (struct pollfd){pool->worker[i].pid ? pool->worker[i].fd : -1,
                                POLLIN, 0};
    if (poll(fd, pool->workers, timeout) <= 0)
        return; // the time is up, or a signal came: the caller looks again
    for (size_t i = 0; i < pool->workers; i++) {
        struct worker *worker = &pool->worker[i];
        struct pool_result *it = worker->runs;
        int status;
        if (fd[i].revents == 0)
            continue;
        if (it && carry(IN, worker->fd, &status, sizeof status) &&
            carry(IN, worker->fd, it->result, it->order.result_size)) {
            worker->runs = NULL;
            finish(it, status ? POOL_ETASK : 0);
        } else {
            reap(worker, POOL_ELOST);
        }
    }
}

// While anything waits, fills empty places and feeds idle workers.
static void feed(struct pool *pool) {
    bool alive = false;
    for (size_t i = 0; i < pool->workers; i++) {
        struct worker *worker = &pool->worker[i];
        struct pool_result *it;
        while ((it = TAILQ_FIRST(&pool->waiting)) && !worker->runs &&
               (worker->pid || start(worker))) {
            if (carry(OUT, worker->fd, &it->order, sizeof it->order) &&
                carry(OUT, worker->fd, it->arg, it->order.arg_size)) {
                move(it, &pool->running);
                worker->runs = it;
            } else {
                reap(worker, 0); // it died idle: the task waits on
            }
        }
        alive |= worker->pid > 0;
    }
    if (!alive && !TAILQ_EMPTY(&pool->waiting)) {
        pool->refuses = pool->refuses ? pool->refuses : POOL_EBROKEN;
        end(pool, POOL_EBROKEN);
    }
}

static void drop(struct pool_result *it) {
    TAILQ_REMOVE(it->queue, it, place);
    free(it);
}

// Calls the callbacks that are due, none from inside another.
static void tell(struct pool *pool) {
    struct pool_result *it;
    while (!pool->telling && (it = TAILQ_FIRST(&pool->ready))) {
        pool->telling = true;
        if (it->callback)
            it->callback(it, it->user);
        pool->telling = false;
        move(it, &pool->told);
        if (it->detached)
            drop(it);
    }
}

// What every function does that waits or looks. Callbacks come last, when
// nothing is half done: they may submit, close and terminate.
static void turn(struct pool *pool, int timeout) {
    take(pool, timeout);
    feed(pool);
    tell(pool);
}

// 1 create
struct pool *pool_create(const struct pool_options *options) {
    size_t workers = options ? options->workers : 0;
    cpu_set_t cpus;
    if (workers == 0 && sched_getaffinity(0, sizeof cpus, &cpus) == 0)
        workers = (size_t)CPU_COUNT(&cpus);
    if (workers < 1 || workers > POOL_MAX_WORKERS) {
        errno = EINVAL;
        return NULL;
    }
    struct pool *pool =
        calloc(1, sizeof *pool + workers * sizeof pool->worker[0]);
    if (!pool)
        return NULL;
    TAILQ_INIT(&pool->waiting);
    TAILQ_INIT(&pool->running);
    TAILQ_INIT(&pool->ready);
    TAILQ_INIT(&pool->told);
    pool->workers = workers;
    for (size_t i = 0; i < workers; i++)
        if (!start(&pool->worker[i])) {
            int error = errno;
            pool_destroy(pool);
            errno = error;
            return NULL;
        }
    return pool;
}

// 2 submit
int pool_apply_async(struct pool *pool, pool_task_fn *fn, const void *arg,
                     size_t arg_size, size_t result_size,
                     pool_callback_fn *callback, void *user,
                     struct pool_result **out) {
    if (!pool || !fn || (!arg && arg_size > 0))
        return POOL_EINVAL;
    if (pool->refuses)
        return pool->refuses;
    struct pool_result *it = calloc(1, sizeof *it + arg_size + result_size);
    if (!it)
        return POOL_ENOMEM;
    *it = (struct pool_result){.pool = pool,
                               .order = {fn, arg_size, result_size},
                               .callback = callback,
                               .user = user,
                               .status = POOL_ENOTREADY,
                               .detached = !out,
                               .result = it->arg + arg_size};
    if (arg_size > 0)
        memcpy(it->arg, arg, arg_size);
    move(it, &pool->waiting);
    if (out)
        *out = it;
    take(pool, 0);
    feed(pool);
    return 0;
}

int pool_apply(struct pool *pool, pool_task_fn *fn, const void *arg,
               size_t arg_size, void *result, size_t result_size) {
    return pool_map(pool, fn, arg, 1, arg_size, result, result_size, 1);
}

int pool_map(struct pool *pool, pool_task_fn *fn, const void *items,
             size_t count, size_t item_size, void *results, size_t result_size,
             size_t chunksize) {
    (void)chunksize; // one item at a time
    if (!pool || !fn || (count > 0 && !results && result_size > 0))
        return POOL_EINVAL;
    struct pool_result **it = calloc(count + 1, sizeof *it);
    int refused = it ? pool->refuses : POOL_ENOMEM, failed = 0;
    size_t given = 0;
    for (; given < count && !refused; given += !refused)
        refused = pool_apply_async(
            pool, fn, items ? (const char *)items + given * item_size : NULL,
            item_size, result_size, NULL, NULL, &it[given]);
    for (size_t i = 0; i < given; i++) {
        char *out = result_size ? (char *)results + i * result_size : NULL;
        int error = pool_result_get(it[i], out, result_size, POOL_FOREVER);
        failed = failed ? failed : error;
        pool_result_free(it[i]);
    }
    free(it);
    return refused ? refused : failed;
}

// 5 use
static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int pool_result_wait(struct pool_result *it, int timeout_ms) {
    long long end = now_ms() + timeout_ms, left = timeout_ms;
    turn(it->pool, 0);
    for (; it->status == POOL_ENOTREADY; turn(it->pool, (int)left))
        if (timeout_ms >= 0 && (left = end - now_ms()) <= 0)
            return POOL_ETIMEDOUT;
    return 0;
}

bool pool_result_ready(struct pool_result *it) {
    return pool_result_wait(it, 0) == 0;
}

int pool_result_status(struct pool_result *it) { return it->status; }

int pool_result_get(struct pool_result *it, void *out, size_t out_size,
                    int timeout_ms) {
    if (out_size > 0 && out_size < it->order.result_size)
        return POOL_EINVAL;
    if (pool_result_wait(it, timeout_ms) != 0)
        return POOL_ETIMEDOUT;
    if (out_size > 0)
        memcpy(out, it->result, it->order.result_size);
    return it->status;
}

void pool_result_free(struct pool_result *it) {
    if (!it)
        return;
    it->detached = true;
    if (it->queue == &it->pool->told)
        drop(it);
}

// 3 close
int pool_close(struct pool *pool) {
    pool->refuses = POOL_ECLOSED;
    return 0;
}

int pool_terminate(struct pool *pool) {
    take(pool, 0); // what has come is done
    pool->refuses = POOL_ECLOSED;
    end(pool, POOL_ECANCELLED);
    tell(pool);
    return 0;
}

// 4 join
int pool_join(struct pool *pool) {
    if (pool->refuses != POOL_ECLOSED)
        return POOL_ERUNNING;
    turn(pool, 0);
    while (!TAILQ_EMPTY(&pool->waiting) || !TAILQ_EMPTY(&pool->running))
        turn(pool, -1);
    end(pool, 0);
    return 0;
}

void pool_destroy(struct pool *pool) {
    if (!pool)
        return;
    pool_terminate(pool); // and there is nothing left to join
    while (!TAILQ_EMPTY(&pool->told))
        drop(TAILQ_FIRST(&pool->told));
    free(pool);
}
