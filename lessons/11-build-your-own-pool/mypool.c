// SPDX-License-Identifier: MIT
// A pool on socketpairs: one for each worker. The client sends an order and an
// item down, the worker sends a status and a result back; who ends closes its
// side, and the other reads an end of file. Type it in, step by step.
// Runs in: client, except worker_main(), which is all that a worker runs.

//! [step1]
#include "mypool.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Sends all of it: one send() may take only a part. False: nobody is there.
static bool put(int fd, const void *bytes, size_t size) {
    const char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL); // no SIGPIPE
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return false;
        at += sent, size -= (size_t)sent;
    }
    return true;
}

static bool get(int fd, void *bytes, size_t size) {
    char *at = bytes;
    while (size > 0) {
        ssize_t got = recv(fd, at, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) // 0: the end of file
            return false;
        at += got, size -= (size_t)got;
    }
    return true;
}
//! [step1]

//! [step2]
struct order {
    pool_task_fn *task; // a forked child has the function at the same address
    size_t item_size, result_size;
};

static _Noreturn void worker_main(int fd) {
    struct order order;
    while (get(fd, &order, sizeof order)) {
        char *item = malloc(order.item_size + 1); // + 1: never malloc(0)
        char *result = calloc(1, order.result_size + 1);
        if (!item || !result || !get(fd, item, order.item_size))
            break;
        int status =
            order.task(item, order.item_size, result, order.result_size);
        fflush(NULL); // what the task has printed
        if (!put(fd, &status, sizeof status) ||
            !put(fd, result, order.result_size))
            break;
        free(item), free(result);
    }
    _exit(0); // the client has closed its end, or is gone
}
//! [step2]

//! [step3]
#define NONE SIZE_MAX // no item

struct worker {
    int fd; // the client's end; -1: there is no such worker
    pid_t pid;
    size_t item; // what it runs; NONE: idle
};
struct mypool {
    size_t count;
    struct worker worker[];
};

static bool start(struct mypool *pool, struct worker *worker) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return false;
    fflush(NULL); // or the child prints it again
    pid_t pid = fork();
    if (pid == 0) {
        // An end that a sibling holds too is never closed: no end of file.
        for (size_t i = 0; i < pool->count; i++)
            if (pool->worker[i].fd >= 0)
                close(pool->worker[i].fd);
        close(pair[0]);
        worker_main(pair[1]);
    }
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return false;
    }
    *worker = (struct worker){pair[0], pid, NONE};
    return true;
}

struct mypool *mypool_create(size_t workers) {
    struct mypool *pool =
        calloc(1, sizeof *pool + workers * sizeof pool->worker[0]);
    if (!pool)
        return NULL;
    pool->count = workers;
    for (size_t i = 0; i < workers; i++)
        pool->worker[i].fd = -1;
    for (size_t i = 0; i < workers; i++)
        if (!start(pool, &pool->worker[i])) {
            mypool_destroy(pool);
            return NULL;
        }
    return pool;
}

void mypool_destroy(struct mypool *pool) {
    for (size_t i = 0; i < pool->count; i++)
        if (pool->worker[i].fd >= 0)
            // Not close(): whoever was forked later has a copy of this end.
            shutdown(pool->worker[i].fd, SHUT_RDWR);
    for (size_t i = 0; i < pool->count; i++)
        if (pool->worker[i].fd >= 0) {
            waitpid(pool->worker[i].pid, NULL, 0);
            close(pool->worker[i].fd);
        }
    free(pool);
}
//! [step3]

//! [step4]
// Its socket says that a worker has ended: reap it, start another one.
static bool replace(struct mypool *pool, struct worker *worker) {
    close(worker->fd);
    waitpid(worker->pid, NULL, 0);
    worker->fd = -1;
    return start(pool, worker);
}

static bool give(struct mypool *pool, struct worker *worker,
                 const struct order *order, const char *items, size_t item) {
    // One that died idle has begun nothing: the next one gets the item.
    while (!put(worker->fd, order, sizeof *order) ||
           !put(worker->fd, items + item * order->item_size, order->item_size))
        if (!replace(pool, worker))
            return false;
    worker->item = item;
    return true;
}

static bool take(struct mypool *pool, struct worker *worker,
                 const struct order *order, char *results, int *status) {
    size_t item = worker->item;
    worker->item = NONE;
    if (get(worker->fd, &status[item], sizeof status[item]) &&
        get(worker->fd, results + item * order->result_size,
            order->result_size))
        return true;
    status[item] = POOL_ELOST; // it died with this one item in hand
    return replace(pool, worker);
}
//! [step4]

//! [step5]
bool mypool_map(struct mypool *pool, pool_task_fn *task, const void *items,
                size_t count, size_t item_size, void *results,
                size_t result_size, int *status) {
    struct order order = {task, item_size, result_size};
    struct pollfd *look = calloc(pool->count, sizeof *look);
    size_t next = 0, done = 0;
    bool well = look != NULL;
    while (well && done < count) {
        for (size_t i = 0; well && i < pool->count; i++) {
            struct worker *worker = &pool->worker[i];
            if (worker->item == NONE && next < count)
                well = give(pool, worker, &order, items, next++);
            // poll() passes over a negative descriptor: idle workers.
            look[i].fd = worker->item == NONE ? -1 : worker->fd;
            look[i].events = POLLIN;
        }
        if (!well || poll(look, pool->count, -1) < 0)
            continue; // interrupted: look again
        for (size_t i = 0; well && i < pool->count; i++)
            if (look[i].fd >= 0 && look[i].revents) {
                well = take(pool, &pool->worker[i], &order, results, status);
                done++;
            }
    }
    free(look);
    return well;
}
//! [step5]
