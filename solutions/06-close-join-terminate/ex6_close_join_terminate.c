// SPDX-License-Identifier: MIT
// Exercise 6: close, join, terminate as a state machine.
//
//              close            join
//   OPEN ───────────► CLOSED ───────────► JOINED
//     │                 │ terminate          ▲
//     │ terminate       ▼          join      │
//     └──────────► TERMINATED ───────────────┘
#include "shop.h"

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
    int ticket; // which one it runs; -1: none
};

struct ticket {
    long item, result;
    int status; // 0, SHOP_ENOTREADY, SHOP_ECANCELLED
};

struct shop {
    enum state state;
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

static int start_worker(struct shop *shop, task_fn *task) {
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
        for (int i = 0; i < shop->count; i++) {
            close(shop->worker[i].to);
            close(shop->worker[i].from);
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
    shop->worker[shop->count++] = (struct worker){pid, down[1], up[0], -1};
    return 0;
}

// 1 create the workers
struct shop *shop_open(int workers, task_fn *task) {
    struct shop *shop =
        calloc(1, sizeof *shop + (size_t)workers * sizeof shop->worker[0]);
    if (!shop)
        return NULL;
    while (shop->count < workers)
        if (start_worker(shop, task) < 0) {
            shop_terminate(shop);
            shop_join(shop);
            shop_free(shop);
            return NULL;
        }
    return shop;
}

// Gives idle workers the tickets that wait.
static void feed(struct shop *shop) {
    for (int i = 0; i < shop->count && shop->next < shop->given; i++) {
        struct worker *worker = &shop->worker[i];
        if (worker->ticket < 0 &&
            put_long(worker->to, shop->ticket[shop->next].item) == 1)
            worker->ticket = shop->next++;
    }
}

// 3 take the results that are there; waits for the first with `timeout` -1.
static int take_results(struct shop *shop, int timeout) {
    struct pollfd fds[shop->count];
    for (int i = 0; i < shop->count; i++)
        fds[i] = (struct pollfd){
            .fd = shop->worker[i].ticket < 0 ? -1 : shop->worker[i].from,
            .events = POLLIN};
    if (poll(fds, (nfds_t)shop->count, timeout) < 0)
        return errno == EINTR ? 0 : -1;
    for (int i = 0; i < shop->count; i++) {
        struct worker *worker = &shop->worker[i];
        if (!fds[i].revents)
            continue;
        struct ticket *ticket = &shop->ticket[worker->ticket];
        if (get_long(worker->from, &ticket->result) != 1)
            return -1;
        ticket->status = 0;
        worker->ticket = -1;
    }
    return 0;
}

static int serve_customers(struct shop *shop, int timeout) {
    int bad = take_results(shop, timeout);
    feed(shop);
    return bad;
}

// 2 submit
int shop_submit(struct shop *shop, long item) {
    if (shop->state != OPEN)
        return SHOP_ECLOSED;
    if (shop->given == shop->room) {
        int room = shop->room ? 2 * shop->room : 16;
        struct ticket *more =
            realloc(shop->ticket, (size_t)room * sizeof *more);
        if (!more)
            return SHOP_EINVAL;
        shop->ticket = more;
        shop->room = room;
    }
    shop->ticket[shop->given++] =
        (struct ticket){.item = item, .status = SHOP_ENOTREADY};
    feed(shop);
    return shop->given - 1;
}

// 6 use the results
int shop_status(struct shop *shop, int ticket, long *result) {
    if (ticket < 0 || ticket >= shop->given)
        return SHOP_EINVAL;
    if (shop->state == OPEN || shop->state == CLOSED)
        serve_customers(shop, 0);
    if (shop->ticket[ticket].status == 0)
        *result = shop->ticket[ticket].result;
    return shop->ticket[ticket].status;
}

// 4 close
int shop_close(struct shop *shop) {
    if (shop->state == OPEN)
        shop->state = CLOSED;
    return 0;
}

int shop_terminate(struct shop *shop) {
    if (shop->state == TERMINATED || shop->state == JOINED)
        return 0;
    take_results(shop, 0); // what is done is done
    shop->state = TERMINATED;
    // SIGKILL: a task may ignore every other signal.
    for (int i = 0; i < shop->count; i++)
        kill(shop->worker[i].pid, SIGKILL);
    for (int i = 0; i < shop->given; i++)
        if (shop->ticket[i].status == SHOP_ENOTREADY)
            shop->ticket[i].status = SHOP_ECANCELLED;
    return 0;
}

static int all_done(const struct shop *shop) {
    for (int i = 0; i < shop->count; i++)
        if (shop->worker[i].ticket >= 0)
            return 0;
    return shop->next == shop->given;
}

// 5 join
int shop_join(struct shop *shop) {
    if (shop->state == OPEN)
        return SHOP_ERUNNING;
    if (shop->state == JOINED)
        return 0;
    while (shop->state == CLOSED && !all_done(shop))
        if (serve_customers(shop, -1) < 0)
            return SHOP_EINVAL;
    for (int i = 0; i < shop->count; i++)
        close(shop->worker[i].to); // end of file: the worker leaves
    for (int i = 0; i < shop->count; i++) {
        while (waitpid(shop->worker[i].pid, NULL, 0) < 0 && errno == EINTR) {
        }
        close(shop->worker[i].from);
    }
    shop->state = JOINED;
    return 0;
}

void shop_free(struct shop *shop) {
    free(shop->ticket);
    free(shop);
}
