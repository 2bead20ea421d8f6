// SPDX-License-Identifier: MIT
// Right, but not as expected: the client never sleeps: one asks each socket and
// each crew in turn, giving way in between.
#define _GNU_SOURCE
#include "minipool.h"

#include <errno.h>
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
    struct pool_result *previous, *next; // in the head of submission
    struct pool_result *next_ready;
    pool_task_fn *fn;
    size_t arg_size, result_size;
    void *arg, *task;
    int outcome; // POOL_ENOTREADY until one is ready
    pool_callback_fn *callback;
    void *user;
    bool told;     // the callback has returned
    bool detached; // nobody holds the handle
};

struct crew {
    pid_t pid; // 0: an empty place
    int fd;
    struct pool_result *task; // what one runs; NULL: one is idle
};

struct pool {
    enum { OPEN, CLOSED, TERMINATED, JOINED } state;
    bool broken, telling;
    size_t unfinished;                 // results that are not ready
    struct pool_result *first, *last;  // all of them
    struct pool_result *behind;        // the first that no crew has got
    struct pool_result *ready, **tail; // ready, their callbacks not yet called
    struct pool *next;
    size_t workers;
    struct crew crew[];
};

static struct pool *pools; // all: a new crew closes their sockets

struct head { // what a crew is sent before an argument
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

// What a crew does all its life.
static _Noreturn void serve(int fd) {
    struct head head;
    while (get(fd, &head, sizeof head)) {
        void *arg = malloc(head.arg_size + 1); // + 1: never malloc(0)
        void *task = malloc(head.result_size + 1);
        if (!arg || !task || !get(fd, arg, head.arg_size))
            break;
        int outcome = head.fn(arg, head.arg_size, task, head.result_size);
        fflush(NULL);
        if (!put(fd, &outcome, sizeof outcome) ||
            (outcome == 0 && !put(fd, task, head.result_size)))
            break;
        free(arg);
        free(task);
    }
    _exit(0);
}

static bool start_worker(struct crew *crew) {
    int fd[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
        return false;
    fflush(NULL); // or the crew prints one again
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]);
        for (struct pool *pool = pools; pool; pool = pool->next)
            for (size_t i = 0; i < pool->workers; i++)
                if (pool->crew[i].pid > 0)
                    close(pool->crew[i].fd);
        pools = NULL; // a task may have pools of its own
        serve(fd[1]);
    }
    close(fd[1]);
    if (pid < 0)
        close(fd[0]);
    else
        *crew = (struct crew){.pid = pid, .fd = fd[0]};
    return pid > 0;
}

// A task is ready; call_back() has the rest.
static void finish(struct pool_result *task, int outcome) {
    struct pool *pool = task->pool;
    task->outcome = outcome;
    if (outcome != 0)
        memset(task->task, 0, task->result_size);
    pool->unfinished--;
    *pool->tail = task;
    pool->tail = &task->next_ready;
}

// Reaps a crew whose socket has ended.
static void reap(struct crew *crew) {
    struct pool_result *task = crew->task;
    close(crew->fd);
    while (waitpid(crew->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    *crew = (struct crew){0};
    if (task)
        finish(task, POOL_ELOST);
}

// Takes a crew's answer, or sees that one has died.
static void take(struct crew *crew) {
    struct pool_result *task = crew->task;
    int outcome;
    if (task && get(crew->fd, &outcome, sizeof outcome) &&
        (outcome != 0 || get(crew->fd, task->task, task->result_size))) {
        crew->task = NULL;
        finish(task, outcome == 0 ? 0 : POOL_ETASK);
    } else {
        reap(crew);
    }
}

// Gives an idle crew what waits. If one turns out to be dead, that waits on.
static void feed(struct pool *pool, struct crew *crew) {
    struct pool_result *task = pool->behind;
    struct head head = {task->fn, task->arg_size, task->result_size};
    if (put(crew->fd, &head, sizeof head) &&
        put(crew->fd, task->arg, task->arg_size)) {
        crew->task = task;
        pool->behind = task->next;
    } else {
        reap(crew);
    }
}

// Everything that is not ready fails with this error.
static void fail_all(struct pool *pool, int error) {
    for (size_t i = 0; i < pool->workers; i++)
        pool->crew[i].task = NULL;
    pool->behind = NULL;
    for (struct pool_result *one = pool->first; one; one = one->next)
        if (one->outcome == POOL_ENOTREADY)
            finish(one, error);
}

// Fills empty places, and feeds idle workers, while anything waits.
static void keep_busy(struct pool *pool) {
    size_t alive = 0;
    for (size_t i = 0; i < pool->workers; i++) {
        struct crew *crew = &pool->crew[i];
        if (pool->behind && crew->pid == 0)
            start_worker(crew);
        if (pool->behind && crew->pid > 0 && !crew->task)
            feed(pool, crew);
        alive += crew->pid > 0;
    }
    if (alive == 0 && pool->unfinished > 0) {
        pool->broken = true;
        fail_all(pool, POOL_EBROKEN);
    }
}

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

// Asks each crew in turn, again and again until one has something to say or
// the time is up.
static void take_in(struct pool *pool, int timeout) {
    long long until = now_ms() + timeout;
    for (;;) {
        bool heard = false;
        for (size_t i = 0; i < pool->workers; i++) {
            struct crew *crew = &pool->crew[i];
            char peeked;
            if (crew->pid <= 0 ||
                (recv(crew->fd, &peeked, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
                 (errno == EAGAIN || errno == EINTR)))
                continue;
            take(crew);
            heard = true;
        }
        if (heard || (timeout >= 0 && now_ms() >= until))
            return;
        sched_yield();
    }
}

static void forget(struct pool_result *one) {
    struct pool *pool = one->pool;
    *(one->previous ? &one->previous->next : &pool->first) = one->next;
    *(one->next ? &one->next->previous : &pool->last) = one->previous;
    free(one->arg);
    free(one->task);
    free(one);
}

// Calls the callbacks that are due, but not from inside one.
static void call_back(struct pool *pool) {
    for (struct pool_result *one; !pool->telling && (one = pool->ready);) {
        pool->ready = one->next_ready;
        if (!pool->ready)
            pool->tail = &pool->ready;
        pool->telling = true;
        if (one->callback)
            one->callback(one, one->user);
        pool->telling = false;
        one->told = true;
        if (one->detached)
            forget(one);
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
    call_back(pool);
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
    struct pool *pool = calloc(1, sizeof *pool + workers * sizeof(struct crew));
    if (!pool)
        return NULL;
    pool->tail = &pool->ready;
    pool->workers = workers;
    pool->next = pools;
    pools = pool;
    for (size_t i = 0; i < workers; i++)
        if (!start_worker(&pool->crew[i])) {
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
    struct pool_result *one = calloc(1, sizeof *one);
    void *copy = malloc(arg_size + 1), *task = malloc(result_size + 1);
    if (!one || !copy || !task) {
        free(one), free(copy), free(task);
        return POOL_ENOMEM;
    }
    if (arg_size > 0)
        memcpy(copy, arg, arg_size);
    *one = (struct pool_result){.pool = pool,
                                .previous = pool->last,
                                .fn = fn,
                                .arg_size = arg_size,
                                .result_size = result_size,
                                .arg = copy,
                                .task = task,
                                .outcome = POOL_ENOTREADY,
                                .callback = callback,
                                .user = user,
                                .detached = !out};
    *(pool->last ? &pool->last->next : &pool->first) = one;
    pool->last = one;
    pool->behind = pool->behind ? pool->behind : one;
    pool->unfinished++;
    if (out)
        *out = one;
    take_in(pool, 0);
    keep_busy(pool);
    return 0;
}

int pool_apply(struct pool *pool, pool_task_fn *fn, const void *arg,
               size_t arg_size, void *task, size_t result_size) {
    return pool_map(pool, fn, arg, 1, arg_size, task, result_size, 1);
}

int pool_map(struct pool *pool, pool_task_fn *fn, const void *items,
             size_t count, size_t item_size, void *results, size_t result_size,
             size_t chunksize) {
    (void)chunksize; // one item at a time: see README.md
    if (!pool || !fn || (count > 0 && !results && result_size > 0))
        return POOL_EINVAL;
    if (pool->state != OPEN)
        return POOL_ECLOSED;
    struct pool_result **one = calloc(count + 1, sizeof *one);
    int first_error = one ? 0 : POOL_ENOMEM, refused = first_error;
    size_t given = 0;
    for (; given < count && !refused; given += !refused)
        refused = pool_apply_async(
            pool, fn, (const char *)items + (items ? given * item_size : 0),
            item_size, result_size, NULL, NULL, &one[given]);
    for (size_t i = 0; i < given; i++) {
        int error = pool_result_get(
            one[i], result_size ? (char *)results + i * result_size : NULL,
            result_size, POOL_FOREVER);
        first_error = first_error ? first_error : error;
        pool_result_free(one[i]);
    }
    free(one);
    return refused ? refused : first_error;
}

// 5 use
int pool_result_wait(struct pool_result *task, int timeout_ms) {
    struct pool *pool = task->pool;
    long long end = now_ms() + timeout_ms;
    turn(pool, 0);
    while (task->outcome == POOL_ENOTREADY || (!task->told && !pool->telling)) {
        long long left = timeout_ms < 0 ? -1 : end - now_ms();
        if (timeout_ms >= 0 && left <= 0)
            return POOL_ETIMEDOUT;
        turn(pool, (int)left);
    }
    return 0;
}

bool pool_result_ready(struct pool_result *task) {
    turn(task->pool, 0);
    return task->outcome != POOL_ENOTREADY;
}

int pool_result_status(struct pool_result *task) { return task->outcome; }

int pool_result_get(struct pool_result *task, void *out, size_t out_size,
                    int timeout_ms) {
    if (out_size > 0 && out_size < task->result_size)
        return POOL_EINVAL;
    int error = pool_result_wait(task, timeout_ms);
    if (error)
        return error;
    if (out_size > 0)
        memcpy(out, task->task, task->result_size);
    return task->outcome;
}

void pool_result_free(struct pool_result *task) {
    if (!task)
        return;
    task->detached = true;
    if (task->told)
        forget(task);
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
            if (pool->crew[i].pid > 0)
                kill(pool->crew[i].pid, SIGKILL);
        fail_all(pool, POOL_ECANCELLED);
    }
    call_back(pool);
    return 0;
}

// 4 join
int pool_join(struct pool *pool) {
    if (pool->state == OPEN)
        return POOL_ERUNNING;
    while (pool->unfinished > 0)
        turn(pool, -1);
    for (size_t i = 0; i < pool->workers; i++)
        if (pool->crew[i].pid > 0)
            shutdown(pool->crew[i].fd, SHUT_RDWR); // whoever else holds one
    for (size_t i = 0; i < pool->workers; i++)
        if (pool->crew[i].pid > 0)
            reap(&pool->crew[i]);
    pool->state = JOINED;
    call_back(pool);
    return 0;
}

void pool_destroy(struct pool *pool) {
    if (!pool)
        return;
    pool_terminate(pool);
    pool_join(pool);
    struct pool **one = &pools;
    while (*one != pool)
        one = &(*one)->next;
    *one = pool->next;
    while (pool->first)
        forget(pool->first);
    free(pool);
}
