// SPDX-License-Identifier: MIT
// Right, but not as expected: socket pairs, select, and each result in memory of
// its own, so that none ever moves.
#include "callbacks.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Worker Worker;
struct Worker {
    Worker *next;
    pid_t pid;
    int socket;
    int item; // -1: idle
};

struct kept {
    int number, is_there;
    long item, result;
    callback_fn *callback;
    void *user;
};

struct pool {
    Worker *first;
    struct kept **kept;
    int given, next;
};

static void work(int fd, task_fn *task) {
    long message;
    while (recv(fd, &message, sizeof message, 0) == (ssize_t)sizeof message) {
        message = task(message);
        if (send(fd, &message, sizeof message, MSG_NOSIGNAL) < 0)
            break;
    }
    _exit(EXIT_SUCCESS);
}

static void end_workers(struct pool *pool) {
    while (pool->first) {
        Worker *w = pool->first;
        pool->first = w->next;
        shutdown(w->socket, SHUT_RDWR);
        close(w->socket);
        while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        free(w);
    }
}

static int add_worker(struct pool *pool, task_fn *task) {
    int ends[2];
    Worker *worker = malloc(sizeof *worker);
    if (worker == NULL)
        return 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) {
        free(worker);
        return 0;
    }
    *worker = (Worker){pool->first, fork(), ends[0], -1};
    if (worker->pid == 0) {
        close(ends[0]);
        for (Worker *other = pool->first; other; other = other->next)
            close(other->socket);
        work(ends[1], task);
    }
    close(ends[1]);
    if (worker->pid < 0) {
        close(ends[0]);
        free(worker);
        return 0;
    }
    pool->first = worker;
    return 1;
}

struct pool *pool_create(int workers, task_fn *task) {
    struct pool *pool = workers > 0 ? calloc(1, sizeof *pool) : NULL;
    for (int i = 0; pool && i < workers; i++)
        if (!add_worker(pool, task)) {
            end_workers(pool);
            free(pool);
            return NULL;
        }
    return pool;
}

// Waits until one of them has something to say.
static int listen_to_all(struct pool *pool, fd_set *readable) {
    int highest = -1, heard;
    do {
        FD_ZERO(readable);
        for (Worker *w = pool->first; w; w = w->next) {
            FD_SET(w->socket, readable);
            highest = w->socket > highest ? w->socket : highest;
        }
        heard = select(highest + 1, readable, NULL, NULL, NULL);
    } while (heard < 0 && errno == EINTR);
    return heard;
}

static int hand_out(struct pool *pool) {
    for (Worker *w = pool->first; w && pool->next < pool->given; w = w->next)
        if (w->item < 0) {
            if (send(w->socket, &pool->kept[pool->next]->item, sizeof(long),
                     MSG_NOSIGNAL) < 0)
                return -1;
            w->item = pool->next++;
        }
    return 0;
}

// Hears one worker out; and what it did is told.
static int hear(struct pool *pool, Worker *w) {
    if (w->item < 0)
        return -1;
    struct kept *kept = pool->kept[w->item];
    if (recv(w->socket, &kept->result, sizeof(long), 0) <= 0)
        return -1;
    kept->is_there = 1;
    w->item = -1;
    if (hand_out(pool) < 0)
        return -1;
    if (kept->callback)
        kept->callback(kept->number, kept->result, kept->user);
    return 0;
}

int pool_apply_async(struct pool *pool, long item, callback_fn *callback,
                     void *user) {
    struct kept *kept = calloc(1, sizeof *kept);
    struct kept **more =
        realloc(pool->kept, ((size_t)pool->given + 1) * sizeof(struct kept *));
    if (more)
        pool->kept = more;
    if (!kept || !more) {
        free(kept);
        return -1;
    }
    *kept = (struct kept){pool->given, 0, item, 0, callback, user};
    pool->kept[pool->given++] = kept;
    return hand_out(pool) < 0 ? -1 : kept->number;
}

int pool_result_ready(struct pool *pool, int number) {
    for (Worker *w = pool->first; w; w = w->next) {
        char byte;
        if (recv(w->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
            hear(pool, w);
    }
    return number >= 0 && number < pool->given && pool->kept[number]->is_there;
}

int pool_result_get(struct pool *pool, int number, long *result) {
    if (number < 0 || number >= pool->given)
        return -1;
    while (!pool->kept[number]->is_there) {
        fd_set readable;
        if (listen_to_all(pool, &readable) < 0)
            return -1;
        for (Worker *w = pool->first; w; w = w->next)
            if (FD_ISSET(w->socket, &readable) && hear(pool, w) < 0)
                return -1;
    }
    *result = pool->kept[number]->result;
    return 0;
}

void pool_destroy(struct pool *pool) {
    long result;
    for (int i = 0; i < pool->given; i++)
        if (pool_result_get(pool, i, &result) < 0)
            break;
    end_workers(pool);
    while (pool->given > 0)
        free(pool->kept[--pool->given]);
    free(pool->kept);
    free(pool);
}
