// SPDX-License-Identifier: MIT
// Exercise 11: a pool of your own. A socket to each worker, and one function,
// turn(), that does whatever is to be done. README.md has the reasons.
#define _GNU_SOURCE
#include "minipool.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct pool_result {
    struct pool *pool;
    struct pool_result *previous, *next; // in the order of submission
    struct pool_result *next_ready;
    pool_task_fn *fn;
    size_t arg_size, result_size;
    void *arg, *result;
    int status; // POOL_ENOTREADY until it is ready
    pool_callback_fn *callback;
    void *user;
    bool told;     // the callback has returned
    bool detached; // nobody holds the handle
};

struct worker {
    pid_t pid; // 0: an empty place
    int fd;
    struct pool_result *result; // what it runs; NULL: it is idle
};

struct pool {
    enum { OPEN, CLOSED, TERMINATED, JOINED } state;
    bool broken, telling;
    size_t unfinished;                 // results that are not ready
    struct pool_result *first, *last;  // all of them
    struct pool_result *waiting;       // the first that no worker has got
    struct pool_result *ready, **tail; // ready, their callbacks not yet called
    struct pool *next;
    size_t workers;
    struct worker worker[];
};

static struct pool *pools; // all: a new worker closes their sockets

struct order { // what a worker is sent before an argument
    pool_task_fn *fn;
    size_t arg_size, result_size;
};

// Sends, or receives, all the bytes. False: nobody is at the other end.
static bool put(int fd, const void *bytes, size_t size) {
    for (const char *at = bytes; size > 0;) {
        ssize_t n = send(fd, at, size, MSG_NOSIGNAL); // no SIGPIPE
        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool get(int fd, void *bytes, size_t size) {
    for (char *at = bytes; size > 0;) {
        ssize_t n = recv(fd, at, size, 0);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        at += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

// What a worker does all its life.
static _Noreturn void serve(int fd) {
    struct order order;
    while (get(fd, &order, sizeof order)) {
        void *arg = malloc(order.arg_size + 1); // + 1: never malloc(0)
        void *result = malloc(order.result_size + 1);
        if (!arg || !result || !get(fd, arg, order.arg_size))
            break;
        int status = order.fn(arg, order.arg_size, result, order.result_size);
        fflush(NULL);
        if (!put(fd, &status, sizeof status) ||
            (status == 0 && !put(fd, result, order.result_size)))
            break;
        free(arg);
        free(result);
    }
    _exit(0);
}

static bool start_worker(struct worker *worker) {
    int fd[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
        return false;
    fflush(NULL); // or the worker prints it again
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]);
        for (struct pool *pool = pools; pool; pool = pool->next)
            for (size_t i = 0; i < pool->workers; i++)
                if (pool->worker[i].pid > 0)
                    close(pool->worker[i].fd);
        pools = NULL; // a task may have pools of its own
        serve(fd[1]);
    }
    close(fd[1]);
    if (pid < 0)
        close(fd[0]);
    else
        *worker = (struct worker){.pid = pid, .fd = fd[0]};
    return pid > 0;
}

// A result is ready; tell() has the rest.
static void finish(struct pool_result *result, int status) {
    struct pool *pool = result->pool;
    result->status = status;
    if (status != 0)
        memset(result->result, 0, result->result_size);
    pool->unfinished--;
    *pool->tail = result;
    pool->tail = &result->next_ready;
}

// Reaps a worker whose socket has ended.
static void reap(struct worker *worker) {
    struct pool_result *result = worker->result;
    close(worker->fd);
    while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    *worker = (struct worker){0};
    if (result)
        finish(result, POOL_ELOST);
}

// Takes a worker's answer, or sees that it has died.
static void take(struct worker *worker) {
    struct pool_result *result = worker->result;
    int status;
    if (result && get(worker->fd, &status, sizeof status) &&
        (status != 0 || get(worker->fd, result->result, result->result_size))) {
        worker->result = NULL;
        finish(result, status == 0 ? 0 : POOL_ETASK);
    } else {
        reap(worker);
    }
}

// Gives an idle worker what waits. If it turns out to be dead, that waits on.
static void feed(struct pool *pool, struct worker *worker) {
    struct pool_result *result = pool->waiting;
    struct order order = {result->fn, result->arg_size, result->result_size};
    if (put(worker->fd, &order, sizeof order) &&
        put(worker->fd, result->arg, result->arg_size)) {
        worker->result = result;
        pool->waiting = result->next;
    } else {
        reap(worker);
    }
}

// Everything that is not ready fails with this error.
static void fail_all(struct pool *pool, int error) {
    for (size_t i = 0; i < pool->workers; i++)
        pool->worker[i].result = NULL;
    pool->waiting = NULL;
    for (struct pool_result *it = pool->first; it; it = it->next)
        if (it->status == POOL_ENOTREADY)
            finish(it, error);
}

// Fills empty places, and feeds idle workers, while anything waits.
static void keep_busy(struct pool *pool) {
    size_t alive = 0;
    for (size_t i = 0; i < pool->workers; i++) {
        struct worker *worker = &pool->worker[i];
        if (pool->waiting && worker->pid == 0)
            start_worker(worker);
        if (pool->waiting && worker->pid > 0 && !worker->result)
            feed(pool, worker);
        alive += worker->pid > 0;
    }
    if (alive == 0 && pool->unfinished > 0) {
        pool->broken = true;
        fail_all(pool, POOL_EBROKEN);
    }
}

// Takes in what workers have sent, waiting for the first for `timeout` ms.
static void take_in(struct pool *pool, int timeout) {
    struct pollfd fd[pool->workers];
    for (size_t i = 0; i < pool->workers; i++)
        fd[i] = (struct pollfd){
            .fd = pool->worker[i].pid > 0 ? pool->worker[i].fd : -1,
            .events = POLLIN};
    if (poll(fd, pool->workers, timeout) <= 0)
        return; // the time is up, or a signal came: the caller looks again
    for (size_t i = 0; i < pool->workers; i++)
        if (fd[i].revents)
            take(&pool->worker[i]);
}

static void drop(struct pool_result *it) {
    struct pool *pool = it->pool;
    *(it->previous ? &it->previous->next : &pool->first) = it->next;
    *(it->next ? &it->next->previous : &pool->last) = it->previous;
    free(it->arg);
    free(it->result);
    free(it);
}

// Calls the callbacks that are due, but not from inside one.
static void tell(struct pool *pool) {
    for (struct pool_result *it; !pool->telling && (it = pool->ready);) {
        pool->ready = it->next_ready;
        if (!pool->ready)
            pool->tail = &pool->ready;
        pool->telling = true;
        if (it->callback)
            it->callback(it, it->user);
        pool->telling = false;
        it->told = true;
        if (it->detached)
            drop(it);
    }
}

// One turn of whoever waits or looks. Callbacks run at its end, when nothing is
// half done: they may call nearly everything.
static void turn(struct pool *pool, int timeout) {
    if (pool->state < TERMINATED) {
        keep_busy(pool);
        take_in(pool, pool->ready ? 0 : timeout);
        keep_busy(pool);
    }
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
        calloc(1, sizeof *pool + workers * sizeof(struct worker));
    if (!pool)
        return NULL;
    pool->tail = &pool->ready;
    pool->workers = workers;
    pool->next = pools;
    pools = pool;
    for (size_t i = 0; i < workers; i++)
        if (!start_worker(&pool->worker[i])) {
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
    if (pool->state != OPEN || pool->broken)
        return pool->state != OPEN ? POOL_ECLOSED : POOL_EBROKEN;
    struct pool_result *it = calloc(1, sizeof *it);
    void *copy = malloc(arg_size + 1), *result = malloc(result_size + 1);
    if (!it || !copy || !result) {
        free(it), free(copy), free(result);
        return POOL_ENOMEM;
    }
    if (arg_size > 0)
        memcpy(copy, arg, arg_size);
    *it = (struct pool_result){.pool = pool,
                               .previous = pool->last,
                               .fn = fn,
                               .arg_size = arg_size,
                               .result_size = result_size,
                               .arg = copy,
                               .result = result,
                               .status = POOL_ENOTREADY,
                               .callback = callback,
                               .user = user,
                               .detached = !out};
    *(pool->last ? &pool->last->next : &pool->first) = it;
    pool->last = it;
    pool->waiting = pool->waiting ? pool->waiting : it;
    pool->unfinished++;
    if (out)
        *out = it;
    take_in(pool, 0);
    keep_busy(pool);
    return 0;
}

int pool_apply(struct pool *pool, pool_task_fn *fn, const void *arg,
               size_t arg_size, void *result, size_t result_size) {
    return pool_map(pool, fn, arg, 1, arg_size, result, result_size, 1);
}

int pool_map(struct pool *pool, pool_task_fn *fn, const void *items,
             size_t count, size_t item_size, void *results, size_t result_size,
             size_t chunksize) {
    (void)chunksize; // one item at a time: see README.md
    if (!pool || !fn || (count > 0 && !results && result_size > 0))
        return POOL_EINVAL;
    if (pool->state != OPEN)
        return POOL_ECLOSED;
    struct pool_result **it = calloc(count + 1, sizeof *it);
    int first_error = it ? 0 : POOL_ENOMEM, refused = first_error;
    size_t given = 0;
    for (; given < count && !refused; given += !refused)
        refused = pool_apply_async(
            pool, fn, (const char *)items + (items ? given * item_size : 0),
            item_size, result_size, NULL, NULL, &it[given]);
    for (size_t i = 0; i < given; i++) {
        int error = pool_result_get(
            it[i], result_size ? (char *)results + i * result_size : NULL,
            result_size, POOL_FOREVER);
        first_error = first_error ? first_error : error;
        pool_result_free(it[i]);
    }
    free(it);
    return refused ? refused : first_error;
}

// 5 use
static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int pool_result_wait(struct pool_result *result, int timeout_ms) {
    struct pool *pool = result->pool;
    long long end = now_ms() + timeout_ms;
    turn(pool, 0);
    while (result->status == POOL_ENOTREADY ||
           (!result->told && !pool->telling)) {
        long long left = timeout_ms < 0 ? -1 : end - now_ms();
        if (timeout_ms >= 0 && left <= 0)
            return POOL_ETIMEDOUT;
        turn(pool, (int)left);
    }
    return 0;
}

bool pool_result_ready(struct pool_result *result) {
    turn(result->pool, 0);
    return result->status != POOL_ENOTREADY;
}

int pool_result_status(struct pool_result *result) { return result->status; }

int pool_result_get(struct pool_result *result, void *out, size_t out_size,
                    int timeout_ms) {
    if (out_size > 0 && out_size < result->result_size)
        return POOL_EINVAL;
    int error = pool_result_wait(result, timeout_ms);
    if (error)
        return error;
    if (out_size > 0)
        memcpy(out, result->result, result->result_size);
    return result->status;
}

void pool_result_free(struct pool_result *result) {
    if (!result)
        return;
    result->detached = true;
    if (result->told)
        drop(result);
}

// 3 close
int pool_close(struct pool *pool) {
    if (pool->state == OPEN)
        pool->state = CLOSED;
    return 0;
}

int pool_terminate(struct pool *pool) {
    if (pool->state < TERMINATED) {
        take_in(pool, 0); // what is done is done
        pool->state = TERMINATED;
        for (size_t i = 0; i < pool->workers; i++)
            if (pool->worker[i].pid > 0)
                kill(pool->worker[i].pid, SIGKILL);
        fail_all(pool, POOL_ECANCELLED);
    }
    tell(pool);
    return 0;
}

// 4 join
int pool_join(struct pool *pool) {
    if (pool->state == OPEN)
        return POOL_ERUNNING;
    while (pool->unfinished > 0)
        turn(pool, -1);
    for (size_t i = 0; i < pool->workers; i++)
        if (pool->worker[i].pid > 0)
            shutdown(pool->worker[i].fd, SHUT_RDWR); // whoever else holds it
    for (size_t i = 0; i < pool->workers; i++)
        if (pool->worker[i].pid > 0)
            reap(&pool->worker[i]);
    pool->state = JOINED;
    tell(pool);
    return 0;
}

void pool_destroy(struct pool *pool) {
    if (!pool)
        return;
    pool_terminate(pool);
    pool_join(pool);
    struct pool **it = &pools;
    while (*it != pool)
        it = &(*it)->next;
    *it = pool->next;
    while (pool->first)
        drop(pool->first);
    free(pool);
}
