// SPDX-License-Identifier: MIT
// Right, but not as expected: socket pairs, select, and a linked list of
// workers that grows and shrinks.
#include "survive.h"

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

struct pool {
    Worker *first;
    int workers;
    task_fn *task;
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
    if (pool) {
        pool->workers = workers;
        pool->task = task;
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

// Takes a worker out of the list. How it ended.
static int bury(struct pool *pool, Worker *dead) {
    int status;
    Worker **at = &pool->first;
    while (*at != dead)
        at = &(*at)->next;
    *at = dead->next;
    close(dead->socket);
    while (waitpid(dead->pid, &status, 0) < 0 && errno == EINTR) {
    }
    free(dead);
    return WIFSIGNALED(status) ? WTERMSIG(status)
                               : FATE_EXIT + WEXITSTATUS(status);
}

// Has as many workers as there should be, and gives each something.
static int hand_out(struct pool *pool, const long *items, int count,
                    int *next) {
    int busy = 0, there = 0;
    for (Worker *w = pool->first, *after; w; w = after) {
        after = w->next;
        if (w->item < 0 && *next < count) {
            if (send(w->socket, &items[*next], sizeof(long), MSG_NOSIGNAL) <
                0) {
                bury(pool, w);
                continue;
            }
            w->item = (*next)++;
        }
        there++;
        busy += w->item >= 0;
    }
    while (*next < count && there < pool->workers &&
           add_worker(pool, pool->task)) {
        Worker *w = pool->first;
        there++;
        if (send(w->socket, &items[*next], sizeof(long), MSG_NOSIGNAL) > 0) {
            w->item = (*next)++;
            busy++;
        }
    }
    return busy;
}

int pool_map(struct pool *pool, const long *items, int count, long *results,
             int *fates) {
    int next = 0;
    while (hand_out(pool, items, count, &next) > 0) {
        fd_set readable;
        if (listen_to_all(pool, &readable) < 0)
            return -1;
        for (Worker *w = pool->first, *after; w; w = after) {
            long answer;
            int item = w->item;
            after = w->next;
            if (!FD_ISSET(w->socket, &readable))
                continue;
            if (item >= 0 && recv(w->socket, &answer, sizeof answer, 0) > 0) {
                results[item] = answer;
                fates[item] = FATE_DONE;
                w->item = -1;
                continue;
            }
            int fate = bury(pool, w);
            if (item >= 0)
                fates[item] = fate;
        }
    }
    return next < count ? -1 : 0;
}

void pool_destroy(struct pool *pool) {
    end_workers(pool);
    free(pool);
}
