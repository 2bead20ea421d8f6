// SPDX-License-Identifier: MIT
// Exercise 4: results and callbacks on top of workers that live on.
//
// It begins where exercise 3 ended: the workers and their pipes. What is yours
// is marked TODO.
#include "callbacks.h"

#include <errno.h>
#include <poll.h> // for take_results
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

// TODO: gives idle workers the items that wait: results from pool->next on.
static int feed(struct pool *pool) {
    (void)give;
    (void)pool;
    return -1;
}

// TODO: takes a worker's result: store it, feed, and only then tell. The callback
// may submit, and pool->result may move meanwhile.
static int take(struct pool *pool, struct worker *worker) {
    (void)pool;
    (void)worker;
    return -1;
}

// 4 use the results
// TODO: takes those that are there; with `timeout` -1 it waits for the first.
static int take_results(struct pool *pool, int timeout) {
    (void)take;
    (void)pool;
    (void)timeout;
    return -1;
}

// 3 submit
int pool_apply_async(struct pool *pool, long item, callback_fn *callback,
                     void *user) {
    // TODO: one more result (pool->result grows by realloc), then feed.
    (void)feed;
    (void)pool;
    (void)item;
    (void)callback;
    (void)user;
    return -1;
}

// 4 use the results
int pool_result_ready(struct pool *pool, int number) {
    // TODO
    (void)pool;
    (void)number;
    return 0;
}

int pool_result_get(struct pool *pool, int number, long *result) {
    // TODO
    (void)take_results;
    (void)pool;
    (void)number;
    (void)result;
    return -1;
}

// 5 close and join
void pool_destroy(struct pool *pool) {
    // TODO: wait for all that was submitted.
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
