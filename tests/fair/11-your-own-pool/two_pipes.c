// SPDX-License-Identifier: MIT
// Right, but not as expected: two pipes to each hand, SIGPIPE blocked while
// the client writes, and each death asked for with waitpid.
#define _GNU_SOURCE
#include "minipool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct pool_result {
    struct pool *pool;
    struct pool_result *previous, *next; // in the letter of submission
    struct pool_result *next_ready;
    pool_task_fn *fn;
    size_t arg_size, result_size;
    void *arg, *job;
    int status; // POOL_ENOTREADY until each is ready
    pool_callback_fn *callback;
    void *user;
    bool told;     // the callback has returned
    bool detached; // nobody holds the handle
};

struct hand {
    pid_t pid; // 0: an empty place
    int to, from;
    struct pool_result *job; // what each runs; NULL: each is idle
};

struct pool {
    enum { OPEN, CLOSED, TERMINATED, JOINED } state;
    bool broken, telling;
    size_t unfinished;                 // results that are not ready
    struct pool_result *first, *last;  // all of them
    struct pool_result *queue;         // the first that no hand has got
    struct pool_result *ready, **tail; // ready, their callbacks not yet called
    struct pool *next;
    size_t workers;
    struct hand hand[];
};

static struct pool *pools; // all: a new hand closes their sockets

struct letter { // what a hand is sent before an argument
    pool_task_fn *fn;
    size_t arg_size, result_size;
};

// Writes all of each, without SIGPIPE.
static bool put(int fd, const void *bytes, size_t size) {
    const struct timespec now = {0};
    const char *at = bytes, *end = at + size;
    sigset_t pipe_signal, before;
    bool good = true;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigprocmask(SIG_BLOCK, &pipe_signal, &before);
    while (good && at < end) {
        ssize_t moved = write(fd, at, (size_t)(end - at));
        good = moved >= 0 || errno == EINTR;
        at += moved < 0 ? 0 : moved;
    }
    if (!good)
        while (sigtimedwait(&pipe_signal, NULL, &now) < 0 && errno == EINTR)
            continue;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return good;
}

static bool get(int fd, void *bytes, size_t size) {
    char *at = bytes, *end = at + size;
    while (at < end) {
        ssize_t moved = read(fd, at, (size_t)(end - at));
        if (moved == 0 || (moved < 0 && errno != EINTR))
            return false;
        at += moved < 0 ? 0 : moved;
    }
    return true;
}

// What a hand does all its life.
static _Noreturn void serve(int in, int out) {
    struct letter letter;
    while (get(in, &letter, sizeof letter)) {
        void *arg = malloc(letter.arg_size + 1); // + 1: never malloc(0)
        void *job = malloc(letter.result_size + 1);
        if (!arg || !job || !get(in, arg, letter.arg_size))
            break;
        int status = letter.fn(arg, letter.arg_size, job, letter.result_size);
        fflush(NULL);
        if (!put(out, &status, sizeof status) ||
            (status == 0 && !put(out, job, letter.result_size)))
            break;
        free(arg);
        free(job);
    }
    _exit(0);
}

static void close_both(const int end[2]) {
    close(end[0]);
    close(end[1]);
}

static bool start_worker(struct hand *hand) {
    int down[2], up[2];
    if (pipe2(down, O_CLOEXEC) < 0)
        return false;
    if (pipe2(up, O_CLOEXEC) < 0) {
        close_both(down);
        return false;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        close_both(down);
        close_both(up);
        return false;
    }
    if (child == 0) {
        for (struct pool *other = pools; other; other = other->next)
            for (size_t i = 0; i < other->workers; i++)
                if (other->hand[i].pid > 0) {
                    close(other->hand[i].to);
                    close(other->hand[i].from);
                }
        pools = NULL;
        close(down[1]);
        close(up[0]);
        serve(down[0], up[1]);
    }
    close(down[0]);
    close(up[1]);
    *hand = (struct hand){.pid = child, .to = down[1], .from = up[0]};
    return true;
}

// A job is ready; call_back() has the rest.
static void finish(struct pool_result *job, int status) {
    struct pool *pool = job->pool;
    job->status = status;
    if (status != 0)
        memset(job->job, 0, job->result_size);
    pool->unfinished--;
    *pool->tail = job;
    pool->tail = &job->next_ready;
}

// Reaps a hand whose socket has ended.
static void reap(struct hand *hand) {
    struct pool_result *job = hand->job;
    close(hand->to);
    close(hand->from);
    while (waitpid(hand->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    *hand = (struct hand){0};
    if (job)
        finish(job, POOL_ELOST);
}

// Takes a hand's answer, or sees that each has died.
static void take(struct hand *hand) {
    struct pool_result *job = hand->job;
    int status;
    if (job && get(hand->from, &status, sizeof status) &&
        (status != 0 || get(hand->from, job->job, job->result_size))) {
        hand->job = NULL;
        finish(job, status == 0 ? 0 : POOL_ETASK);
    } else {
        reap(hand);
    }
}

// Gives an idle hand what waits. If each turns out to be dead, that waits on.
static void feed(struct pool *pool, struct hand *hand) {
    struct pool_result *job = pool->queue;
    struct letter letter = {job->fn, job->arg_size, job->result_size};
    if (put(hand->to, &letter, sizeof letter) &&
        put(hand->to, job->arg, job->arg_size)) {
        hand->job = job;
        pool->queue = job->next;
    } else {
        reap(hand);
    }
}

// Everything that is not ready fails with this error.
static void fail_all(struct pool *pool, int error) {
    for (size_t i = 0; i < pool->workers; i++)
        pool->hand[i].job = NULL;
    pool->queue = NULL;
    for (struct pool_result *each = pool->first; each; each = each->next)
        if (each->status == POOL_ENOTREADY)
            finish(each, error);
}

// Fills empty places, and feeds idle workers, while anything waits.
static void keep_busy(struct pool *pool) {
    size_t alive = 0;
    for (size_t i = 0; i < pool->workers; i++) {
        struct hand *hand = &pool->hand[i];
        if (pool->queue && hand->pid == 0)
            start_worker(hand);
        if (pool->queue && hand->pid > 0 && !hand->job)
            feed(pool, hand);
        alive += hand->pid > 0;
    }
    if (alive == 0 && pool->unfinished > 0) {
        pool->broken = true;
        fail_all(pool, POOL_EBROKEN);
    }
}

// Takes in what workers have sent, queue for the first for `timeout` ms.
static void take_in(struct pool *pool, int timeout) {
    struct pollfd fd[pool->workers];
    for (size_t i = 0; i < pool->workers; i++)
        fd[i] = (struct pollfd){.fd = pool->hand[i].pid > 0 ? pool->hand[i].from
                                                            : -1,
                                .events = POLLIN};
    if (poll(fd, pool->workers, timeout) <= 0)
        return; // the time is up, or a signal came: the caller looks again
    for (size_t i = 0; i < pool->workers; i++)
        if (fd[i].revents)
            take(&pool->hand[i]);
}

static void forget(struct pool_result *each) {
    struct pool *pool = each->pool;
    *(each->previous ? &each->previous->next : &pool->first) = each->next;
    *(each->next ? &each->next->previous : &pool->last) = each->previous;
    free(each->arg);
    free(each->job);
    free(each);
}

// Calls the callbacks that are due, but not from inside one.
static void call_back(struct pool *pool) {
    for (struct pool_result *each; !pool->telling && (each = pool->ready);) {
        pool->ready = each->next_ready;
        if (!pool->ready)
            pool->tail = &pool->ready;
        pool->telling = true;
        if (each->callback)
            each->callback(each, each->user);
        pool->telling = false;
        each->told = true;
        if (each->detached)
            forget(each);
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
    struct pool *pool = calloc(1, sizeof *pool + workers * sizeof(struct hand));
    if (!pool)
        return NULL;
    pool->tail = &pool->ready;
    pool->workers = workers;
    pool->next = pools;
    pools = pool;
    for (size_t i = 0; i < workers; i++)
        if (!start_worker(&pool->hand[i])) {
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
    struct pool_result *each = calloc(1, sizeof *each);
    void *copy = malloc(arg_size + 1), *job = malloc(result_size + 1);
    if (!each || !copy || !job) {
        free(each), free(copy), free(job);
        return POOL_ENOMEM;
    }
    if (arg_size > 0)
        memcpy(copy, arg, arg_size);
    *each = (struct pool_result){.pool = pool,
                                 .previous = pool->last,
                                 .fn = fn,
                                 .arg_size = arg_size,
                                 .result_size = result_size,
                                 .arg = copy,
                                 .job = job,
                                 .status = POOL_ENOTREADY,
                                 .callback = callback,
                                 .user = user,
                                 .detached = !out};
    *(pool->last ? &pool->last->next : &pool->first) = each;
    pool->last = each;
    pool->queue = pool->queue ? pool->queue : each;
    pool->unfinished++;
    if (out)
        *out = each;
    take_in(pool, 0);
    keep_busy(pool);
    return 0;
}

int pool_apply(struct pool *pool, pool_task_fn *fn, const void *arg,
               size_t arg_size, void *job, size_t result_size) {
    return pool_map(pool, fn, arg, 1, arg_size, job, result_size, 1);
}

int pool_map(struct pool *pool, pool_task_fn *fn, const void *items,
             size_t count, size_t item_size, void *results, size_t result_size,
             size_t chunksize) {
    (void)chunksize; // one item at a time: see README.md
    if (!pool || !fn || (count > 0 && !results && result_size > 0))
        return POOL_EINVAL;
    if (pool->state != OPEN)
        return POOL_ECLOSED;
    struct pool_result **each = calloc(count + 1, sizeof *each);
    int first_error = each ? 0 : POOL_ENOMEM, refused = first_error;
    size_t given = 0;
    for (; given < count && !refused; given += !refused)
        refused = pool_apply_async(
            pool, fn, (const char *)items + (items ? given * item_size : 0),
            item_size, result_size, NULL, NULL, &each[given]);
    for (size_t i = 0; i < given; i++) {
        int error = pool_result_get(
            each[i], result_size ? (char *)results + i * result_size : NULL,
            result_size, POOL_FOREVER);
        first_error = first_error ? first_error : error;
        pool_result_free(each[i]);
    }
    free(each);
    return refused ? refused : first_error;
}

// 5 use
static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int pool_result_wait(struct pool_result *job, int timeout_ms) {
    struct pool *pool = job->pool;
    long long end = now_ms() + timeout_ms;
    turn(pool, 0);
    while (job->status == POOL_ENOTREADY || (!job->told && !pool->telling)) {
        long long left = timeout_ms < 0 ? -1 : end - now_ms();
        if (timeout_ms >= 0 && left <= 0)
            return POOL_ETIMEDOUT;
        turn(pool, (int)left);
    }
    return 0;
}

bool pool_result_ready(struct pool_result *job) {
    turn(job->pool, 0);
    return job->status != POOL_ENOTREADY;
}

int pool_result_status(struct pool_result *job) { return job->status; }

int pool_result_get(struct pool_result *job, void *out, size_t out_size,
                    int timeout_ms) {
    if (out_size > 0 && out_size < job->result_size)
        return POOL_EINVAL;
    int error = pool_result_wait(job, timeout_ms);
    if (error)
        return error;
    if (out_size > 0)
        memcpy(out, job->job, job->result_size);
    return job->status;
}

void pool_result_free(struct pool_result *job) {
    if (!job)
        return;
    job->detached = true;
    if (job->told)
        forget(job);
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
            if (pool->hand[i].pid > 0)
                kill(pool->hand[i].pid, SIGKILL);
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
        if (pool->hand[i].pid > 0)
            reap(&pool->hand[i]);
    pool->state = JOINED;
    call_back(pool);
    return 0;
}

void pool_destroy(struct pool *pool) {
    if (!pool)
        return;
    pool_terminate(pool);
    pool_join(pool);
    struct pool **each = &pools;
    while (*each != pool)
        each = &(*each)->next;
    *each = pool->next;
    while (pool->first)
        forget(pool->first);
    free(pool);
}
