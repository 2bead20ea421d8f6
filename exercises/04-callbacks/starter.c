// SPDX-License-Identifier: MIT
// Exercise 4: results and callbacks on top of workers that live on.
#include "desk.h"

#include <errno.h>
#include <poll.h> // for take_results
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct worker {
    pid_t pid;
    int to;     // items go there
    int from;   // results come from there
    int ticket; // which one it runs; -1: none
};

struct ticket {
    long item, result;
    int ready;
    done_fn *done;
    void *user;
};

struct desk {
    struct ticket *ticket;
    int given, room; // tickets 0 … given - 1
    int next;        // the first that no worker has got yet
    int count;       // workers
    struct worker worker[];
};

// Reads or writes one long. 1, 0 at the end of file, -1 for an error.
static int get_long(int fd, long *value) {
    ssize_t n;
    do
        n = read(fd, value, sizeof *value);
    while (n < 0 && errno == EINTR);
    return n == sizeof *value ? 1 : n == 0 ? 0 : -1;
}

static int put_long(int fd, long value) {
    ssize_t n;
    do
        n = write(fd, &value, sizeof value);
    while (n < 0 && errno == EINTR);
    return n == sizeof value ? 1 : -1;
}

// 2 serve: what a worker does all its life.
static void serve(int from, int to, task_fn *task) {
    long item;
    while (get_long(from, &item) == 1)
        if (put_long(to, task(item)) < 0)
            break;
    _exit(0);
}

static int start_worker(struct desk *desk, task_fn *task) {
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
        // The elder workers' ends came along. While this process holds them,
        // those workers see no end of file.
        for (int i = 0; i < desk->count; i++) {
            close(desk->worker[i].to);
            close(desk->worker[i].from);
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
    desk->worker[desk->count++] = (struct worker){pid, down[1], up[0], -1};
    return 0;
}

// 1 create the workers
struct desk *desk_open(int workers, task_fn *task) {
    struct desk *desk =
        calloc(1, sizeof *desk + (size_t)workers * sizeof desk->worker[0]);
    if (!desk)
        return NULL;
    while (desk->count < workers)
        if (start_worker(desk, task) < 0) {
            desk_close(desk);
            return NULL;
        }
    return desk;
}

// Gives idle workers the tickets that wait.
static int feed(struct desk *desk) {
    // TODO: while a worker is idle (its ticket is -1) and a ticket waits: hand
    // it out.
    (void)desk;
    (void)put_long;
    return 0;
}

// Takes a worker's result.
static int take(struct desk *desk, struct worker *worker) {
    // TODO: get it, mark the ticket ready and the worker idle, feed, and tell.
    // In which order, if the callback may submit?
    (void)desk;
    (void)worker;
    (void)get_long;
    return -1;
}

// 3 take the results that are there; waits for the first with `timeout` -1.
static int take_results(struct desk *desk, int timeout) {
    // TODO: poll the busy workers' `from` with this timeout; take what is
    // there.
    (void)desk;
    (void)timeout;
    (void)take;
    return -1;
}

// 2 submit
int desk_submit(struct desk *desk, long item, done_fn *done, void *user) {
    if (desk->given == desk->room) {
        int room = desk->room ? 2 * desk->room : 16;
        struct ticket *more =
            realloc(desk->ticket, (size_t)room * sizeof *more);
        if (!more)
            return -1;
        desk->ticket = more;
        desk->room = room;
    }
    // TODO: fill in the ticket desk->given, count it, feed, return its number.
    (void)item;
    (void)done;
    (void)user;
    (void)feed;
    return -1;
}

// 4 use the results
int desk_ready(struct desk *desk, int ticket) {
    // TODO: take what is there without waiting, then look.
    (void)desk;
    (void)ticket;
    (void)take_results;
    return 0;
}

int desk_wait(struct desk *desk, int ticket, long *result) {
    // TODO: take results until this ticket's is there.
    (void)desk;
    (void)ticket;
    (void)result;
    return -1;
}

// 5 close and join
void desk_close(struct desk *desk) {
    // TODO: wait for every ticket first.
    for (int i = 0; i < desk->count; i++)
        close(desk->worker[i].to);
    for (int i = 0; i < desk->count; i++) {
        while (waitpid(desk->worker[i].pid, NULL, 0) < 0 && errno == EINTR) {
        }
        close(desk->worker[i].from);
    }
    free(desk->ticket);
    free(desk);
}
