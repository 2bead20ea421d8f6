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

// Below here it is yours. Exercise 4's feed and take_results are a good start.

// 2 submit
int shop_submit(struct shop *shop, long item) {
    (void)shop;
    (void)item;
    (void)put_long;
    (void)get_long;
    return SHOP_EINVAL;
}

// 4 close
int shop_close(struct shop *shop) {
    // TODO: which states may it come from?
    (void)shop;
    return SHOP_EINVAL;
}

int shop_terminate(struct shop *shop) {
    // TODO: keep what is done; kill; cancel the rest.
    (void)shop;
    return SHOP_EINVAL;
}

// 5 join
int shop_join(struct shop *shop) {
    // TODO: refuse, do nothing, or wait and reap: by the state.
    (void)shop;
    return SHOP_EINVAL;
}

// 6 use the results
int shop_status(struct shop *shop, int ticket, long *result) {
    (void)shop;
    (void)ticket;
    (void)result;
    return SHOP_EINVAL;
}

void shop_free(struct shop *shop) {
    // TODO: what else was allocated?
    free(shop);
}
