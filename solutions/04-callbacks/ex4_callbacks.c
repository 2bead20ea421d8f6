// SPDX-License-Identifier: MIT
// Exercise 4: results and callbacks on top of workers that live on.
#include "callbacks.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct worker {
    pid_t pid;
    int to;     // items go there
    int from;   // results come from there
    int number; // which result it works on; -1: none
};

struct result {
    long item, value;
    int ready;
    callback_fn *callback;
    void *user;
};

struct pool {
    struct result *result;
    int given, room; // results 0 … given - 1
    int next;        // the first that no worker has got yet
    int count;       // workers
    struct worker worker[];
};

// Reads one long, in as many pieces as it takes. 1, 0 at the end of file, -1
// for an error.
static int get_long(int fd, long *value) {
    char *at = (char *)value;
    size_t left = sizeof *value;
    while (left > 0) {
        ssize_t n = read(fd, at, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return (int)n;
        at += n;
        left -= (size_t)n;
    }
    return 1;
}

// Writes one long. 1, or -1 for an error.
static int put_long(int fd, long value) {
    const char *at = (const char *)&value;
    size_t left = sizeof value;
    while (left > 0) {
        ssize_t n = write(fd, at, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        at += n;
        left -= (size_t)n;
    }
    return 1;
}

// 2 serve: what a worker does all its life.
static void serve(int from, int to, task_fn *task) {
    long item;
    while (get_long(from, &item) == 1)
        if (put_long(to, task(item)) < 0)
            break;
    _exit(0);
}

static int start_worker(struct pool *pool, task_fn *task) {
    int down[2], up[2];
    if (pipe(down) < 0)
        return -1;
    if (pipe(up) < 0) {
        close(down[0]);
        close(down[1]);
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        // The older workers' ends came along. While this process holds them,
        // those workers see no end of file.
        for (int i = 0; i < pool->count; i++) {
            close(pool->worker[i].to);
            close(pool->worker[i].from);
        }
        close(down[1]);
        close(up[0]);
        serve(down[0], up[1], task);
    }
    close(down[0]);
    close(up[1]);
    if (pid < 0) {
        close(down[1]);
        close(up[0]);
        return -1;
    }
    pool->worker[pool->count++] = (struct worker){pid, down[1], up[0], -1};
    return 0;
}

// 1 create the workers
struct pool *pool_create(int workers, task_fn *task) {
    if (workers < 1)
        return NULL;
    struct pool *pool =
        calloc(1, sizeof *pool + (size_t)workers * sizeof pool->worker[0]);
    if (!pool)
        return NULL;
    while (pool->count < workers)
        if (start_worker(pool, task) < 0) {
            pool_destroy(pool);
            return NULL;
        }
    return pool;
}

// Gives a worker an item. If it has died, the write fails, and must not kill
// this process.
static int give(struct worker *worker, int number, long item) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);
    worker->number = number;
    int given = put_long(worker->to, item);
    sigaction(SIGPIPE, &before, NULL);
    return given;
}

// Gives idle workers the items that wait.
static int feed(struct pool *pool) {
    for (int i = 0; i < pool->count && pool->next < pool->given; i++) {
        struct worker *worker = &pool->worker[i];
        if (worker->number >= 0)
            continue;
        if (give(worker, pool->next, pool->result[pool->next].item) < 0)
            return -1;
        pool->next++;
    }
    return 0;
}

// Takes a worker's result: first it is stored, then the worker is fed, then the
// callback is told, so that it finds everything in order.
static int take(struct pool *pool, struct worker *worker) {
    int number = worker->number;
    if (number < 0 || get_long(worker->from, &pool->result[number].value) != 1)
        return -1; // it has died
    worker->number = -1;
    pool->result[number].ready = 1;
    if (feed(pool) < 0)
        return -1;
    // The callback may submit, and the results may move: copy what it needs.
    struct result copy = pool->result[number];
    if (copy.callback)
        copy.callback(number, copy.value, copy.user);
    return 0;
}

// 4 use the results: takes those that are there; with `timeout` -1 it waits for
// the first.
static int take_results(struct pool *pool, int timeout) {
    struct pollfd fds[pool->count];
    for (int i = 0; i < pool->count; i++)
        fds[i] = (struct pollfd){.fd = pool->worker[i].from, .events = POLLIN};
    if (poll(fds, (nfds_t)pool->count, timeout) < 0)
        return errno == EINTR ? 0 : -1;
    for (int i = 0; i < pool->count; i++)
        if (fds[i].revents && take(pool, &pool->worker[i]) < 0)
            return -1;
    return 0;
}

// 3 submit
int pool_apply_async(struct pool *pool, long item, callback_fn *callback,
                     void *user) {
    if (pool->given == pool->room) {
        int room = pool->room ? 2 * pool->room : 16;
        struct result *more =
            realloc(pool->result, (size_t)room * sizeof *more);
        if (!more)
            return -1;
        pool->result = more;
        pool->room = room;
    }
    int number = pool->given++;
    pool->result[number] =
        (struct result){.item = item, .callback = callback, .user = user};
    return feed(pool) < 0 ? -1 : number;
}

// 4 use the results
int pool_result_ready(struct pool *pool, int number) {
    if (number < 0 || number >= pool->given)
        return 0;
    take_results(pool, 0);
    return pool->result[number].ready;
}

int pool_result_get(struct pool *pool, int number, long *result) {
    if (number < 0 || number >= pool->given)
        return -1;
    while (!pool->result[number].ready)
        if (take_results(pool, -1) < 0)
            return -1;
    *result = pool->result[number].value;
    return 0;
}

// 5 close and join
void pool_destroy(struct pool *pool) {
    long ignored;
    for (int i = 0; i < pool->given; i++) // callbacks may submit more
        if (pool_result_get(pool, i, &ignored) < 0)
            break; // a worker has died
    for (int i = 0; i < pool->count; i++)
        close(pool->worker[i].to); // end of file: the worker leaves
    for (int i = 0; i < pool->count; i++) {
        while (waitpid(pool->worker[i].pid, NULL, 0) < 0 && errno == EINTR) {
        }
        close(pool->worker[i].from);
    }
    free(pool->result);
    free(pool);
}
