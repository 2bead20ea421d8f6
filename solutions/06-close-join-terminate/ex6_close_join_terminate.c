// SPDX-License-Identifier: MIT
// Exercise 6: close, join, terminate as a state machine.
//
//              close            join
//   OPEN ───────────► CLOSED ───────────► JOINED
//     │                 │ terminate          ▲
//     │ terminate       ▼          join      │
//     └──────────► TERMINATED ───────────────┘
#include "lifecycle.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum state { OPEN, CLOSED, TERMINATED, JOINED };

struct worker {
    pid_t pid;
    int to;     // items go there
    int from;   // results come from there
    int number; // which result it works on; -1: none
};

struct result {
    long item, value;
    int status; // 0, POOL_ENOTREADY, POOL_ECANCELLED
};

struct pool {
    enum state state;
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

// 4 use the results: takes those that are there; with `timeout` -1 it waits for
// the first. -1 if a worker has died.
static int take_results(struct pool *pool, int timeout) {
    struct pollfd fds[pool->count + 1]; // there may be no worker yet
    for (int i = 0; i < pool->count; i++)
        fds[i] = (struct pollfd){.fd = pool->worker[i].from, .events = POLLIN};
    if (poll(fds, (nfds_t)pool->count, timeout) < 0)
        return errno == EINTR ? 0 : -1;
    int died = 0;
    for (int i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->worker[i];
        if (!fds[i].revents)
            continue;
        if (worker->number < 0 ||
            get_long(worker->from, &pool->result[worker->number].value) != 1) {
            died = -1;
            continue;
        }
        pool->result[worker->number].status = 0;
        worker->number = -1;
    }
    return died;
}

// 2 submit
int pool_apply_async(struct pool *pool, long item) {
    if (pool->state != OPEN)
        return POOL_ECLOSED;
    if (pool->given == pool->room) {
        int room = pool->room ? 2 * pool->room : 16;
        struct result *more =
            realloc(pool->result, (size_t)room * sizeof *more);
        if (!more)
            return POOL_ENOMEM;
        pool->result = more;
        pool->room = room;
    }
    int number = pool->given++;
    pool->result[number] =
        (struct result){.item = item, .status = POOL_ENOTREADY};
    return feed(pool) < 0 ? POOL_EBROKEN : number;
}

// 5 use the results
int pool_result_status(struct pool *pool, int number, long *result) {
    if (number < 0 || number >= pool->given)
        return POOL_EINVAL;
    if (pool->state == OPEN || pool->state == CLOSED) {
        take_results(pool, 0);
        feed(pool);
    }
    if (pool->result[number].status == 0)
        *result = pool->result[number].value;
    return pool->result[number].status;
}

// 3 close
int pool_close(struct pool *pool) {
    if (pool->state == OPEN)
        pool->state = CLOSED;
    return 0;
}

int pool_terminate(struct pool *pool) {
    if (pool->state == TERMINATED || pool->state == JOINED)
        return 0;
    take_results(pool, 0); // what is done is done
    pool->state = TERMINATED;
    // SIGKILL: a task may ignore every other signal.
    for (int i = 0; i < pool->count; i++)
        kill(pool->worker[i].pid, SIGKILL);
    for (int i = 0; i < pool->given; i++)
        if (pool->result[i].status == POOL_ENOTREADY)
            pool->result[i].status = POOL_ECANCELLED;
    return 0;
}

static int all_done(const struct pool *pool) {
    for (int i = 0; i < pool->count; i++)
        if (pool->worker[i].number >= 0)
            return 0;
    return pool->next == pool->given;
}

// 4 join
int pool_join(struct pool *pool) {
    if (pool->state == OPEN)
        return POOL_ERUNNING;
    if (pool->state == JOINED)
        return 0;
    while (pool->state == CLOSED && !all_done(pool))
        if (feed(pool) < 0 || take_results(pool, -1) < 0)
            return POOL_EBROKEN;
    for (int i = 0; i < pool->count; i++)
        close(pool->worker[i].to); // end of file: the worker leaves
    for (int i = 0; i < pool->count; i++) {
        while (waitpid(pool->worker[i].pid, NULL, 0) < 0 && errno == EINTR) {
        }
        close(pool->worker[i].from);
    }
    pool->state = JOINED;
    return 0;
}

void pool_destroy(struct pool *pool) {
    pool_terminate(pool);
    pool_join(pool);
    free(pool->result);
    free(pool);
}
