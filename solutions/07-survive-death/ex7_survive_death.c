// SPDX-License-Identifier: MIT
// Exercise 7: a pool that survives the death of its workers.
//
// A pipe's end of file tells that a worker has died: the kernel closes what the
// dead one held, and nobody else holds that end.
#include "survive.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct worker {
    pid_t pid;  // 0: an empty place
    int to;     // items go there
    int from;   // results come from there
    int number; // which item it runs; -1: none
};

struct pool {
    task_fn *task;
    int count; // places for workers
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

static int start_worker(struct pool *pool, struct worker *worker) {
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
        for (int i = 0; i < pool->count; i++)
            if (pool->worker[i].pid > 0) {
                close(pool->worker[i].to);
                close(pool->worker[i].from);
            }
        close(down[1]);
        close(up[0]);
        serve(down[0], up[1], pool->task);
    }
    close(down[0]);
    close(up[1]);
    if (pid < 0) {
        close(down[1]);
        close(up[0]);
        return -1;
    }
    *worker = (struct worker){pid, down[1], up[0], -1};
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
    pool->task = task;
    pool->count = workers;
    for (int i = 0; i < workers; i++)
        if (start_worker(pool, &pool->worker[i]) < 0) {
            pool_destroy(pool);
            return NULL;
        }
    return pool;
}

// Closes a worker's pipes, which makes a living one leave, and reaps it. The
// place is empty then. Returns how it ended, as a fate.
static int reap(struct worker *worker) {
    int status = 0;
    close(worker->to);
    close(worker->from);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR) {
    }
    *worker = (struct worker){.number = -1};
    return WIFSIGNALED(status) ? WTERMSIG(status)
                               : FATE_EXIT + WEXITSTATUS(status);
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

// 3 submit: fills empty places and feeds idle workers while items wait. How
// many are at work then.
static int keep_busy(struct pool *pool, const long *items, int count,
                     int *next) {
    int busy = 0;
    for (int i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->worker[i];
        if (*next < count && worker->pid == 0)
            start_worker(pool, worker);
        if (*next < count && worker->pid > 0 && worker->number < 0) {
            if (give(worker, *next, items[*next]) == 1) {
                ++*next;
            } else { // it died idle: the item is for another
                reap(worker);
                i--;
                continue;
            }
        }
        busy += worker->number >= 0;
    }
    return busy;
}

// 4 use the results, and see who has died.
static int take_results(struct pool *pool, long *results, int *fates) {
    struct pollfd fds[pool->count];
    for (int i = 0; i < pool->count; i++)
        fds[i] = (struct pollfd){
            .fd = pool->worker[i].pid > 0 ? pool->worker[i].from : -1,
            .events = POLLIN};
    if (poll(fds, (nfds_t)pool->count, -1) < 0)
        return errno == EINTR ? 0 : -1;
    for (int i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->worker[i];
        int number = worker->number;
        long result;
        if (!fds[i].revents)
            continue;
        if (number >= 0 && get_long(worker->from, &result) == 1) {
            results[number] = result;
            fates[number] = FATE_DONE;
            worker->number = -1;
            continue;
        }
        int fate = reap(worker);
        if (number >= 0)
            fates[number] = fate; // this item, and no other, is lost
    }
    return 0;
}

int pool_map(struct pool *pool, const long *items, int count, long *results,
             int *fates) {
    int next = 0;
    while (keep_busy(pool, items, count, &next) > 0)
        if (take_results(pool, results, fates) < 0)
            return -1;
    return next < count ? -1 : 0;
}

// 5 close and join
void pool_destroy(struct pool *pool) {
    for (int i = 0; i < pool->count; i++)
        if (pool->worker[i].pid > 0)
            reap(&pool->worker[i]);
    free(pool);
}
