// SPDX-License-Identifier: MIT
// Right, but not as expected: socket pairs, select, and a linked list of
// workers.
#include "lifecycle.h"

#include <errno.h>
#include <signal.h>
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
    int given, next, open, over; // open: submitted, and no answer yet
    enum { RUNS, TAKES_NO_MORE, KILLED } state;
    long item[3000], result[3000];
    int status[3000];
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
            if (send(w->socket, &pool->item[pool->next], sizeof(long),
                     MSG_NOSIGNAL) < 0)
                return -1;
            w->item = pool->next++;
        }
    return 0;
}

// Takes what is there and does not wait. -1: a worker has died.
static int take(struct pool *pool) {
    int died = 0;
    for (Worker *w = pool->first; w; w = w->next) {
        long answer;
        ssize_t got = recv(w->socket, &answer, sizeof answer, MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN)
            continue;
        if (got <= 0 || w->item < 0) {
            died = -1;
            continue;
        }
        pool->result[w->item] = answer;
        pool->status[w->item] = 0;
        pool->open--;
        w->item = -1;
    }
    return died;
}

int pool_apply_async(struct pool *pool, long item) {
    if (pool->state != RUNS)
        return POOL_ECLOSED;
    if (pool->given == 3000)
        return POOL_ENOMEM;
    pool->item[pool->given] = item;
    pool->status[pool->given++] = POOL_ENOTREADY;
    pool->open++;
    return hand_out(pool) < 0 ? POOL_EBROKEN : pool->given - 1;
}

int pool_result_status(struct pool *pool, int number, long *result) {
    if (number < 0 || number >= pool->given)
        return POOL_EINVAL;
    if (pool->state != KILLED) {
        take(pool);
        hand_out(pool);
    }
    if (pool->status[number] == 0)
        *result = pool->result[number];
    return pool->status[number];
}

int pool_close(struct pool *pool) {
    if (pool->state == RUNS)
        pool->state = TAKES_NO_MORE;
    return 0;
}

int pool_terminate(struct pool *pool) {
    if (pool->state == KILLED || pool->over)
        return 0;
    take(pool);
    pool->state = KILLED;
    for (Worker *w = pool->first; w; w = w->next)
        kill(w->pid, SIGKILL);
    for (int i = 0; i < pool->given; i++)
        if (pool->status[i] == POOL_ENOTREADY)
            pool->status[i] = POOL_ECANCELLED;
    return 0;
}

int pool_join(struct pool *pool) {
    if (pool->state == RUNS)
        return POOL_ERUNNING;
    while (pool->state == TAKES_NO_MORE && pool->open > 0) {
        fd_set readable;
        if (hand_out(pool) < 0 || listen_to_all(pool, &readable) < 0 ||
            take(pool) < 0)
            return POOL_EBROKEN;
    }
    end_workers(pool);
    pool->over = 1;
    return 0;
}

void pool_destroy(struct pool *pool) {
    pool_terminate(pool);
    pool_join(pool);
    free(pool);
}
