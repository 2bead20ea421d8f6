// SPDX-License-Identifier: MIT
// Exercise 3: workers that live on, each fed through a pipe of its own.
#include "workers.h"

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
    int number; // which item it runs; -1: none
};

struct pool {
    int count; // workers
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

// 3 submit: gives idle workers the items that wait.
static int feed(struct pool *pool, const long *items, int count, int *next) {
    for (int i = 0; i < pool->count && *next < count; i++) {
        struct worker *worker = &pool->worker[i];
        if (worker->number >= 0)
            continue;
        if (give(worker, *next, items[*next]) < 0)
            return -1;
        ++*next;
    }
    return 0;
}

// 4 use the results: takes those that are there, and waits for the first. How
// many they are, or -1.
static int take_results(struct pool *pool, long *results) {
    int taken = 0;
    struct pollfd fds[pool->count];
    for (int i = 0; i < pool->count; i++)
        fds[i] = (struct pollfd){.fd = pool->worker[i].from, .events = POLLIN};
    if (poll(fds, (nfds_t)pool->count, -1) < 0)
        return errno == EINTR ? 0 : -1;
    for (int i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->worker[i];
        if (!fds[i].revents)
            continue;
        if (worker->number < 0 ||
            get_long(worker->from, &results[worker->number]) != 1)
            return -1; // it has died
        worker->number = -1;
        taken++;
    }
    return taken;
}

int pool_map(struct pool *pool, const long *items, int count, long *results) {
    int next = 0, done = 0;
    while (done < count) {
        if (feed(pool, items, count, &next) < 0)
            return -1;
        int taken = take_results(pool, results);
        if (taken < 0)
            return -1;
        done += taken;
    }
    return 0;
}

// 5 close and join
void pool_destroy(struct pool *pool) {
    for (int i = 0; i < pool->count; i++)
        close(pool->worker[i].to); // end of file: the worker leaves
    for (int i = 0; i < pool->count; i++) {
        while (waitpid(pool->worker[i].pid, NULL, 0) < 0 && errno == EINTR) {
        }
        close(pool->worker[i].from);
    }
    free(pool);
}
