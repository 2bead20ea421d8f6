// SPDX-License-Identifier: MIT
// Right, but not as expected: no descriptor at all. Each worker has a mailbox
// in shared memory, through which bytes go piece by piece, and semaphores wake;
// who has died is asked for every few milliseconds.
#define _GNU_SOURCE
#include "minipool.h"

#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PIECE 8000

struct job {
    pool_task_fn *fn;
    size_t in, out;
};

struct box {
    _Atomic int turn; // whose it is: the client's or the worker's
    sem_t go, *news;  // it is the worker's; one is the client's
    struct job job;   // with the first piece of its argument
    int status;       // with the first piece of its result
    size_t length;    // of the piece
    char piece[PIECE];
};
enum { CLIENT, WORKER };

// All that was ever submitted and not freed stands in one list, from the oldest.
struct pool_result {
    struct pool_result *older, *younger;
    struct pool *pool;
    struct job job;
    char *in, *out;
    size_t sent, received;
    enum { NEW, GIVEN, OVER, CALLING, CALLED } life;
    int error;
    pool_callback_fn *callback;
    void *user;
    bool kept;
};

struct man {
    pid_t pid;
    struct box *box;
    struct pool_result *has;
};

struct pool {
    struct pool_result oldest; // the list's head
    struct pool_result *next;  // no older one is NEW
    size_t over, open;         // OVER; NEW or GIVEN
    int closed;                // what submissions return
    bool in_callback;
    sem_t *news; // in shared memory, before the mailboxes
    struct box *boxes;
    size_t men;
    struct man man[];
};

// The client's turn, then the worker's.
static void pass(struct box *box) {
    atomic_store(&box->turn, CLIENT);
    sem_post(box->news);
}

static void await_turn(struct box *box) {
    while (sem_wait(&box->go) < 0 || atomic_load(&box->turn) != WORKER) {
    }
}

static _Noreturn void work(struct box *box) {
    for (;;) {
        await_turn(box);
        struct job job = box->job;
        char *in = malloc(job.in + 1), *out = calloc(1, job.out + 1);
        if (!in || !out)
            _exit(1);
        for (size_t at = 0, n;; at += n) {
            n = box->length;
            memcpy(in + at, box->piece, n);
            if (at + n == job.in)
                break;
            pass(box);
            await_turn(box);
        }
        box->status = job.fn(in, job.in, out, job.out);
        fflush(NULL);
        for (size_t at = 0, n;; at += n) {
            n = job.out - at < PIECE ? job.out - at : PIECE;
            memcpy(box->piece, out + at, n);
            box->length = n;
            pass(box);
            if (at + n == job.out)
                break;
            await_turn(box);
        }
        free(in);
        free(out);
    }
}

static bool hire(struct pool *pool, struct man *man) {
    fflush(NULL);
    *man->box = (struct box){.news = pool->news};
    sem_init(&man->box->go, 1, 0);
    pid_t client = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == client)
            work(man->box);
        _exit(0);
    }
    man->pid = pid > 0 ? pid : 0;
    man->has = NULL;
    return pid > 0;
}

static void end(struct pool_result *it, int error) {
    it->life = OVER;
    it->error = error;
    if (error)
        memset(it->out, 0, it->job.out);
    it->pool->open--;
    it->pool->over++;
}

// The next piece of the argument, if any.
static void post(struct box *box, struct pool_result *it) {
    size_t left = it->job.in - it->sent;
    box->length = left < PIECE ? left : PIECE;
    memcpy(box->piece, it->in + it->sent, box->length);
    it->sent += box->length;
    atomic_store(&box->turn, WORKER);
    sem_post(&box->go);
}

// The mailbox is the client's again: the next piece of what is under way.
static void carry_on(struct man *man) {
    struct box *box = man->box;
    struct pool_result *it = man->has;
    if (it->sent < it->job.in) {
        post(box, it);
        return;
    }
    memcpy(it->out + it->received, box->piece, box->length);
    it->received += box->length;
    if (it->received < it->job.out) {
        post(box, it);
        return;
    }
    man->has = NULL;
    end(it, box->status ? POOL_ETASK : 0);
}

static struct pool_result *next_new(struct pool *pool) {
    while (pool->next && pool->next->life != NEW)
        pool->next = pool->next->younger;
    return pool->next;
}

// Looks at each worker once. Whether there was anything to do.
static bool look(struct pool *pool) {
    bool news = false;
    size_t there = 0;
    for (struct man *man = pool->man; man < pool->man + pool->men; man++) {
        if (man->has && atomic_load(&man->box->turn) == CLIENT) {
            carry_on(man);
            news = true;
        } else if (man->pid && waitpid(man->pid, NULL, WNOHANG) != 0) {
            man->pid = 0;
            if (man->has)
                end(man->has, POOL_ELOST);
            man->has = NULL;
            news = true;
        }
        struct pool_result *it = man->has ? NULL : next_new(pool);
        if (it && (man->pid || hire(pool, man))) {
            it->life = GIVEN;
            man->has = it;
            man->box->job = it->job;
            post(man->box, it);
            news = true;
        }
        there += man->pid != 0;
    }
    if (there == 0 && pool->open > 0) {
        pool->closed = pool->closed ? pool->closed : POOL_EBROKEN;
        for (struct pool_result *it; (it = next_new(pool));)
            end(it, POOL_EBROKEN);
        news = true;
    }
    return news;
}

static void forget(struct pool_result *it) {
    it->older->younger = it->younger;
    if (it->younger)
        it->younger->older = it->older;
    else
        it->pool->oldest.older = it->older;
    if (it->pool->next == it)
        it->pool->next = it->younger;
    free(it->in);
    free(it->out);
    free(it);
}

// The oldest first. After a callback it begins again: the list has changed.
static void call(struct pool *pool) {
    if (pool->in_callback)
        return;
    for (struct pool_result *it = pool->oldest.younger; it && pool->over > 0;) {
        struct pool_result *following = it->younger;
        if (it->life == OVER) {
            pool->over--;
            it->life = CALLING;
            pool->in_callback = true;
            if (it->callback)
                it->callback(it, it->user);
            pool->in_callback = false;
            it->life = CALLED;
            following = it->callback ? pool->oldest.younger : it->younger;
            if (!it->kept) {
                following = following == it ? it->younger : following;
                forget(it);
            }
        }
        it = following;
    }
}

static long long milliseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static size_t shared_size(const struct pool *pool) {
    return 2 * sizeof(sem_t) + pool->men * sizeof(struct box);
}

struct pool *pool_create(const struct pool_options *options) {
    cpu_set_t set;
    size_t men = options ? options->workers : 0;
    if (men == 0)
        men = sched_getaffinity(0, sizeof set, &set) ? 1
                                                     : (size_t)CPU_COUNT(&set);
    struct pool *pool = men > POOL_MAX_WORKERS
                            ? NULL
                            : calloc(1, sizeof *pool + men * sizeof *pool->man);
    if (!pool) {
        errno = men > POOL_MAX_WORKERS ? EINVAL : ENOMEM;
        return NULL;
    }
    pool->oldest.older = &pool->oldest;
    pool->men = men;
    pool->news = mmap(NULL, shared_size(pool), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool good = pool->news != MAP_FAILED && sem_init(pool->news, 1, 0) == 0;
    pool->boxes = (struct box *)(void *)(pool->news + 2); // aligned as they are
    for (size_t i = 0; i < men && good; i++) {
        pool->man[i].box = &pool->boxes[i];
        good = hire(pool, &pool->man[i]);
    }
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
    if (!pool || !fn || (!arg && arg_size))
        return POOL_EINVAL;
    if (pool->closed)
        return pool->closed;
    struct pool_result *it = malloc(sizeof *it);
    char *bytes[] = {malloc(arg_size + 1), calloc(1, result_size + 1)};
    if (!it || !bytes[0] || !bytes[1]) {
        free(it);
        free(bytes[0]);
        free(bytes[1]);
        return POOL_ENOMEM;
    }
    if (arg)
        memcpy(bytes[0], arg, arg_size);
    *it = (struct pool_result){.older = pool->oldest.older,
                               .pool = pool,
                               .job = {fn, arg_size, result_size},
                               .in = bytes[0],
                               .out = bytes[1],
                               .callback = callback,
                               .user = user,
                               .kept = out != NULL};
    it->older->younger = it;
    pool->oldest.older = it;
    pool->next = pool->next ? pool->next : it;
    pool->open++;
    if (out)
        *out = it;
    look(pool);
    return 0;
}

int pool_apply(struct pool *pool, pool_task_fn *fn, const void *arg,
               size_t arg_size, void *result, size_t result_size) {
    struct pool_result *it = NULL;
    int error = result_size && !result
                    ? POOL_EINVAL
                    : pool_apply_async(pool, fn, arg, arg_size, result_size,
                                       NULL, NULL, &it);
    error = error ? error : pool_result_get(it, result, result_size, -1);
    pool_result_free(it);
    return error;
}

// A callback for each item would do, too, but none runs inside another.
int pool_map(struct pool *pool, pool_task_fn *fn, const void *items,
             size_t count, size_t item_size, void *results, size_t result_size,
             size_t chunksize) {
    (void)chunksize;
    if (!pool || !fn || (count && result_size && !results))
        return POOL_EINVAL;
    if (pool->closed)
        return pool->closed;
    struct pool_result **kept = malloc((count + 1) * sizeof *kept);
    if (!kept)
        return POOL_ENOMEM;
    int refused = 0, first = 0;
    size_t n = 0;
    for (const char *item = items; n < count; n++) {
        refused = pool_apply_async(pool, fn, item, item_size, result_size, NULL,
                                   NULL, &kept[n]);
        if (refused)
            break;
        item = item_size ? item + item_size : item;
    }
    char *to = results;
    for (size_t i = 0; i < n; i++) {
        int error = pool_result_get(kept[i], to, result_size, -1);
        first = first ? first : error;
        pool_result_free(kept[i]);
        to = result_size ? to + result_size : to;
    }
    free(kept);
    return refused ? refused : first;
}

// A death wakes nobody.
static void nap(struct pool *pool) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 5000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    sem_timedwait(pool->news, &until);
}

int pool_result_wait(struct pool_result *it, int timeout_ms) {
    long long begin = milliseconds();
    for (;;) {
        bool news = look(it->pool);
        call(it->pool);
        if (it->life != NEW && it->life != GIVEN)
            return 0;
        if (timeout_ms >= 0 && milliseconds() - begin >= timeout_ms)
            return POOL_ETIMEDOUT;
        if (!news)
            nap(it->pool);
    }
}

bool pool_result_ready(struct pool_result *it) {
    return pool_result_wait(it, 0) != POOL_ETIMEDOUT;
}

int pool_result_status(struct pool_result *it) {
    return it->life == NEW || it->life == GIVEN ? POOL_ENOTREADY : it->error;
}

int pool_result_get(struct pool_result *it, void *out, size_t out_size,
                    int timeout_ms) {
    if (out_size && out_size < it->job.out)
        return POOL_EINVAL;
    if (pool_result_wait(it, timeout_ms))
        return POOL_ETIMEDOUT;
    if (out_size)
        memcpy(out, it->out, it->job.out);
    return it->error;
}

void pool_result_free(struct pool_result *it) {
    if (it && it->life == CALLED)
        forget(it);
    else if (it)
        it->kept = false;
}

int pool_close(struct pool *pool) {
    pool->closed = POOL_ECLOSED;
    return 0;
}

static void kill_all(struct pool *pool) {
    for (size_t i = 0; i < pool->men; i++)
        if (pool->man[i].pid)
            kill(pool->man[i].pid, SIGKILL);
    for (size_t i = 0; i < pool->men; i++) {
        while (pool->man[i].pid && waitpid(pool->man[i].pid, NULL, 0) < 0 &&
               errno == EINTR) {
        }
        pool->man[i].pid = 0;
    }
}

int pool_terminate(struct pool *pool) {
    pool->closed = POOL_ECLOSED;
    pool->next = NULL; // nobody begins with another
    while (pool->open > 0 && look(pool)) {
    }
    kill_all(pool);
    for (size_t i = 0; i < pool->men; i++)
        pool->man[i].has = NULL;
    for (struct pool_result *it = pool->oldest.younger; it; it = it->younger)
        if (it->life == NEW || it->life == GIVEN)
            end(it, POOL_ECANCELLED);
    call(pool);
    return 0;
}

// Idle workers only look at their mailboxes: to kill them harms nobody.
int pool_join(struct pool *pool) {
    if (pool->closed != POOL_ECLOSED)
        return POOL_ERUNNING;
    while (pool->open > 0) {
        if (!look(pool))
            nap(pool);
        call(pool);
    }
    call(pool);
    kill_all(pool);
    return 0;
}

void pool_destroy(struct pool *pool) {
    if (!pool)
        return;
    pool_terminate(pool);
    while (pool->oldest.younger)
        forget(pool->oldest.younger);
    if (pool->news != MAP_FAILED)
        munmap(pool->news, shared_size(pool));
    free(pool);
}
