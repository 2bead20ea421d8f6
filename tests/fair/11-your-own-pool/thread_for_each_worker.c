// SPDX-License-Identifier: MIT
// Right, but not as expected: the client has a thread for each worker, which
// writes to one pipe and reads from another; workers are told to leave in so
// many words; nobody closes what it inherits, for only younger ones inherit.
#define _GNU_SOURCE
#include "minipool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct pool_result {
    struct pool_result *behind; // in a queue
    size_t number;              // in the pool's list of all
    struct pool *of;
    pool_task_fn *fn;
    size_t sizes[2];
    char *bytes[2];
    int how;
    pool_callback_fn *callback;
    void *user;
    bool called, nobodys;
};

struct queue {
    struct pool_result *front, *back;
};

enum place { VACANT, AT_WORK, GONE };

struct hand {
    struct pool *of;
    enum place place;
    pid_t pid;
    int down, up;
    pthread_t thread;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t work, news;
    struct queue todo, due;
    struct pool_result **all;
    size_t number, room, open; // of all; of those that are not ready
    bool closed, killed, broken, leaving, calling;
    size_t hands;
    struct hand hand[];
};

static void append(struct queue *queue, struct pool_result *r) {
    r->behind = NULL;
    if (queue->front)
        queue->back->behind = r;
    else
        queue->front = r;
    queue->back = r;
}

static struct pool_result *first_of(struct queue *queue) {
    struct pool_result *r = queue->front;
    if (r)
        queue->front = r->behind;
    return r;
}

static bool all_written(int fd, const void *from, size_t n) {
    const char *p = from;
    while (n) {
        ssize_t w = write(fd, p, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0)
            return false;
        p += w, n -= (size_t)w;
    }
    return true;
}

static bool all_read(int fd, void *to, size_t n) {
    char *p = to;
    while (n) {
        ssize_t r = read(fd, p, n);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return false;
        p += r, n -= (size_t)r;
    }
    return true;
}

static _Noreturn void labour(int in, int out) {
    for (;;) {
        pool_task_fn *fn;
        size_t sizes[2];
        if (!all_read(in, &fn, sizeof fn) || !fn ||
            !all_read(in, sizes, sizeof sizes))
            _exit(0);
        char *bytes[2] = {malloc(sizes[0] | 1), calloc(sizes[1] | 1, 1)};
        if (!bytes[0] || !bytes[1] || !all_read(in, bytes[0], sizes[0]))
            _exit(1);
        int returned = fn(bytes[0], sizes[0], bytes[1], sizes[1]);
        fflush(NULL);
        if (!all_written(out, &returned, sizeof returned) ||
            !all_written(out, bytes[1], sizes[1]))
            _exit(1);
        free(bytes[0]);
        free(bytes[1]);
    }
}

// With the lock.
static void conclude(struct pool_result *r, int how) {
    struct pool *pool = r->of;
    if (how)
        memset(r->bytes[1], 0, r->sizes[1]);
    r->how = how;
    pool->open--;
    append(&pool->due, r);
    pthread_cond_broadcast(&pool->news);
}

// One result's way to a worker and back. False: the worker has gone.
static bool bring(struct hand *hand, struct pool_result *r) {
    int returned = 0;
    bool sent = all_written(hand->down, &r->fn, sizeof r->fn) &&
                all_written(hand->down, r->sizes, sizeof r->sizes) &&
                all_written(hand->down, r->bytes[0], r->sizes[0]);
    bool back = sent && all_read(hand->up, &returned, sizeof returned) &&
                all_read(hand->up, r->bytes[1], r->sizes[1]);
    struct pool *pool = hand->of;
    pthread_mutex_lock(&pool->lock);
    if (back || sent || pool->killed) {
        conclude(r, back           ? returned ? POOL_ETASK : 0
                    : pool->killed ? POOL_ECANCELLED
                                   : POOL_ELOST);
    } else { // it never began: it is the first again
        r->behind = pool->todo.front;
        pool->todo.back = r->behind ? pool->todo.back : r;
        pool->todo.front = r;
    }
    return back;
}

static void *lead(void *p) {
    struct hand *hand = p;
    struct pool *pool = hand->of;
    bool there = true;
    pthread_mutex_lock(&pool->lock);
    while (there) {
        while (!pool->todo.front && !pool->leaving)
            pthread_cond_wait(&pool->work, &pool->lock);
        struct pool_result *r = first_of(&pool->todo);
        if (!r)
            break;
        pthread_mutex_unlock(&pool->lock);
        there = bring(hand, r);
    }
    hand->place = GONE;
    pthread_cond_broadcast(&pool->news);
    pthread_mutex_unlock(&pool->lock);
    pool_task_fn *none = NULL;
    all_written(hand->down, &none, sizeof none);
    return NULL;
}

// With the lock, which the new thread wants first.
static bool hire(struct pool *pool, struct hand *hand) {
    int down[2], up[2];
    if (pipe(down) < 0)
        return false;
    if (pipe(up) < 0) {
        close(down[0]), close(down[1]);
        return false;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(down[1]), close(up[0]);
        labour(down[0], up[1]);
    }
    close(down[0]), close(up[1]);
    *hand = (struct hand){pool, AT_WORK, pid, down[1], up[0], 0};
    sigset_t every, before;
    sigfillset(&every); // signals are the client's; SIGPIPE is an error
    pthread_sigmask(SIG_SETMASK, &every, &before);
    bool led = pid > 0 && pthread_create(&hand->thread, NULL, lead, hand) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (led)
        return true;
    hand->place = VACANT;
    close(down[1]), close(up[0]);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    errno = EAGAIN;
    return false;
}

// Without the lock: what has gone is reaped.
static void dismiss(struct hand *hand) {
    pthread_join(hand->thread, NULL);
    close(hand->down);
    close(hand->up);
    while (waitpid(hand->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    hand->place = VACANT;
}

// With the lock. Whoever has gone is replaced while there is work.
static void mend(struct pool *pool) {
    size_t there = 0;
    for (struct hand *hand = pool->hand; hand < pool->hand + pool->hands;
         hand++) {
        if (hand->place == GONE) {
            pthread_mutex_unlock(&pool->lock);
            dismiss(hand);
            pthread_mutex_lock(&pool->lock);
        }
        if (hand->place == VACANT && pool->todo.front)
            hire(pool, hand);
        there += hand->place != VACANT;
    }
    if (there == 0 && pool->todo.front) {
        pool->broken = true;
        while (pool->todo.front)
            conclude(first_of(&pool->todo), POOL_EBROKEN);
    }
}

static void release(struct pool_result *r) {
    struct pool_result **all = r->of->all;
    all[r->number] = all[--r->of->number];
    all[r->number]->number = r->number;
    free(r->bytes[0]);
    free(r->bytes[1]);
    free(r);
}

// With the lock, but not while a callback runs.
static void call_back(struct pool *pool) {
    struct pool_result *r;
    while (!pool->calling && (r = first_of(&pool->due))) {
        pool->calling = true;
        pthread_mutex_unlock(&pool->lock);
        if (r->callback)
            r->callback(r, r->user);
        pthread_mutex_lock(&pool->lock);
        pool->calling = false;
        r->called = true;
        if (r->nobodys)
            release(r);
    }
}

// With the lock: until this result, or for NULL all, is ready, or it is too
// late; NULL for `until` is never.
static bool await(struct pool *pool, const struct pool_result *r,
                  const struct timespec *until) {
    for (int late = 0;;) {
        mend(pool);
        call_back(pool);
        if (r ? r->how != POOL_ENOTREADY : pool->open == 0)
            return true;
        if (late)
            return false;
        bool gone = false; // while the lock was free
        for (size_t i = 0; i < pool->hands; i++)
            gone |= pool->hand[i].place == GONE;
        if (gone || (pool->due.front && !pool->calling))
            continue;
        late = until ? pthread_cond_timedwait(&pool->news, &pool->lock, until)
                     : pthread_cond_wait(&pool->news, &pool->lock);
    }
}

struct pool *pool_create(const struct pool_options *options) {
    cpu_set_t set;
    size_t hands = options && options->workers ? options->workers
                   : sched_getaffinity(0, sizeof set, &set) == 0
                       ? (size_t)CPU_COUNT(&set)
                       : 1;
    struct pool *pool = NULL;
    if (hands > POOL_MAX_WORKERS)
        errno = EINVAL;
    else
        pool = calloc(1, sizeof *pool + hands * sizeof *pool->hand);
    if (!pool)
        return NULL;
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->news, &clock);
    pthread_condattr_destroy(&clock);
    bool good = true;
    pthread_mutex_lock(&pool->lock);
    for (; good && pool->hands < hands; pool->hands += good)
        good = hire(pool, &pool->hand[pool->hands]);
    pthread_mutex_unlock(&pool->lock);
    if (good)
        return pool;
    int error = errno;
    pool_destroy(pool);
    errno = error;
    return NULL;
}

int pool_apply_async(struct pool *pool, pool_task_fn *fn, const void *arg,
                     size_t arg_size, size_t result_size,
                     pool_callback_fn *callback, void *user,
                     struct pool_result **out) {
    if (!pool || !fn || (arg_size && !arg))
        return POOL_EINVAL;
    if (pool->closed || pool->broken)
        return pool->closed ? POOL_ECLOSED : POOL_EBROKEN;
    struct pool_result *r = malloc(sizeof *r);
    char *in = malloc(arg_size | 1), *back = calloc(result_size | 1, 1);
    if (pool->number == pool->room) {
        size_t room = 2 * pool->room + 8;
        void *more = realloc(pool->all, room * sizeof *pool->all);
        pool->all = more ? more : pool->all;
        pool->room = more ? room : pool->room;
    }
    if (!r || !in || !back || pool->number == pool->room) {
        free(r), free(in), free(back);
        return POOL_ENOMEM;
    }
    memcpy(in, arg_size ? arg : "", arg_size);
    *r = (struct pool_result){
        NULL,       pool->number,   pool,     fn,   {arg_size, result_size},
        {in, back}, POOL_ENOTREADY, callback, user, false,
        !out};
    pool->all[pool->number++] = r;
    if (out)
        *out = r;
    pthread_mutex_lock(&pool->lock);
    append(&pool->todo, r);
    pool->open++;
    pthread_cond_signal(&pool->work);
    mend(pool);
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

int pool_apply(struct pool *pool, pool_task_fn *fn, const void *arg,
               size_t arg_size, void *result, size_t result_size) {
    struct pool_result *r;
    if (result_size && !result)
        return POOL_EINVAL;
    int error =
        pool_apply_async(pool, fn, arg, arg_size, result_size, NULL, NULL, &r);
    if (error)
        return error;
    error = pool_result_get(r, result, result_size, POOL_FOREVER);
    pool_result_free(r);
    return error;
}

int pool_map(struct pool *pool, pool_task_fn *fn, const void *items,
             size_t count, size_t item_size, void *results, size_t result_size,
             size_t chunksize) {
    (void)chunksize;
    if (!pool || !fn || (count && result_size && !results))
        return POOL_EINVAL;
    if (pool->closed || pool->broken)
        return pool->closed ? POOL_ECLOSED : POOL_EBROKEN;
    struct pool_result **r = calloc(count | 1, sizeof *r);
    int error = r ? 0 : POOL_ENOMEM, worst = 0;
    size_t n = 0;
    while (!error && n < count) {
        const char *item = item_size ? (const char *)items : "";
        error = pool_apply_async(pool, fn, items ? item + n * item_size : items,
                                 item_size, result_size, NULL, NULL, &r[n]);
        n += !error;
    }
    while (n-- > 0) { // from the last: the first error is that of the lowest
        int how = pool_result_get(
            r[n], result_size ? (char *)results + n * result_size : NULL,
            result_size, POOL_FOREVER);
        worst = how ? how : worst;
        pool_result_free(r[n]);
    }
    free(r);
    return error ? error : worst;
}

int pool_result_wait(struct pool_result *r, int timeout_ms) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    long ns = until.tv_nsec + timeout_ms % 1000 * 1000000L;
    until.tv_sec += timeout_ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    struct pool *pool = r->of;
    pthread_mutex_lock(&pool->lock);
    bool there = await(pool, r, timeout_ms < 0 ? NULL : &until);
    pthread_mutex_unlock(&pool->lock);
    return there ? 0 : POOL_ETIMEDOUT;
}

bool pool_result_ready(struct pool_result *r) {
    return pool_result_wait(r, 0) == 0;
}

int pool_result_status(struct pool_result *r) {
    pthread_mutex_lock(&r->of->lock);
    int how = r->how;
    pthread_mutex_unlock(&r->of->lock);
    return how;
}

int pool_result_get(struct pool_result *r, void *out, size_t out_size,
                    int timeout_ms) {
    if (out_size && out_size < r->sizes[1])
        return POOL_EINVAL;
    int error = pool_result_wait(r, timeout_ms);
    if (!error && out_size)
        memcpy(out, r->bytes[1], r->sizes[1]);
    return error ? error : r->how;
}

void pool_result_free(struct pool_result *r) {
    if (!r)
        return;
    struct pool *pool = r->of;
    pthread_mutex_lock(&pool->lock);
    r->nobodys = true;
    if (r->called)
        release(r);
    pthread_mutex_unlock(&pool->lock);
}

int pool_close(struct pool *pool) {
    pool->closed = true;
    return 0;
}

int pool_terminate(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->closed = pool->killed = true;
    for (size_t i = 0; i < pool->hands; i++)
        if (pool->hand[i].place != VACANT)
            kill(pool->hand[i].pid, SIGKILL);
    while (pool->todo.front)
        conclude(first_of(&pool->todo), POOL_ECANCELLED);
    while (pool->open > 0) // the threads of those that were killed have these
        pthread_cond_wait(&pool->news, &pool->lock);
    call_back(pool);
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

int pool_join(struct pool *pool) {
    if (!pool->closed)
        return POOL_ERUNNING;
    pthread_mutex_lock(&pool->lock);
    await(pool, NULL, NULL);
    pool->leaving = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->hands; i++)
        if (pool->hand[i].place != VACANT)
            dismiss(&pool->hand[i]);
    return 0;
}

void pool_destroy(struct pool *pool) {
    if (!pool)
        return;
    pool_terminate(pool);
    pool_join(pool);
    while (pool->number > 0)
        release(pool->all[0]);
    free(pool->all);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->news);
    free(pool);
}
