// SPDX-License-Identifier: MIT
// Exercise 4: results and callbacks on top of workers that live on.
#include "desk.h"

#include <errno.h>
#include <poll.h>
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
    for (int i = 0; i < desk->count && desk->next < desk->given; i++) {
        struct worker *worker = &desk->worker[i];
        if (worker->ticket >= 0)
            continue;
        if (put_long(worker->to, desk->ticket[desk->next].item) < 0)
            return -1;
        worker->ticket = desk->next++;
    }
    return 0;
}

// Takes a worker's result: stored first, then the worker is fed, then told, so
// that a callback that submits finds everything in order.
static int take(struct desk *desk, struct worker *worker) {
    int number = worker->ticket;
    struct ticket *ticket = &desk->ticket[number];
    if (get_long(worker->from, &ticket->result) != 1)
        return -1;
    worker->ticket = -1;
    ticket->ready = 1;
    if (feed(desk) < 0)
        return -1;
    // The callback may submit, and the tickets may move: copy what it needs.
    struct ticket copy = *ticket;
    if (copy.done)
        copy.done(number, copy.result, copy.user);
    return 0;
}

// 3 take the results that are there; waits for the first with `timeout` -1.
static int take_results(struct desk *desk, int timeout) {
    struct pollfd fds[desk->count];
    for (int i = 0; i < desk->count; i++)
        fds[i] = (struct pollfd){
            .fd = desk->worker[i].ticket < 0 ? -1 : desk->worker[i].from,
            .events = POLLIN};
    if (poll(fds, (nfds_t)desk->count, timeout) < 0)
        return errno == EINTR ? 0 : -1;
    for (int i = 0; i < desk->count; i++)
        if (fds[i].revents && take(desk, &desk->worker[i]) < 0)
            return -1;
    return 0;
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
    desk->ticket[desk->given++] =
        (struct ticket){.item = item, .done = done, .user = user};
    return feed(desk) < 0 ? -1 : desk->given - 1;
}

// 4 use the results
int desk_ready(struct desk *desk, int ticket) {
    if (ticket < 0 || ticket >= desk->given)
        return 0;
    take_results(desk, 0);
    return desk->ticket[ticket].ready;
}

int desk_wait(struct desk *desk, int ticket, long *result) {
    if (ticket < 0 || ticket >= desk->given)
        return -1;
    while (!desk->ticket[ticket].ready)
        if (take_results(desk, -1) < 0)
            return -1;
    *result = desk->ticket[ticket].result;
    return 0;
}

// 5 close and join
void desk_close(struct desk *desk) {
    long ignored;
    for (int i = 0; i < desk->given; i++) // callbacks may give out more
        desk_wait(desk, i, &ignored);
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
