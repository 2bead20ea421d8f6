// SPDX-License-Identifier: MIT
// Right, but not as expected: one pipe for all; to terminate it kills a process
// group.
#include "shop.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 5000

struct parcel {
    int ticket;
    long value;
};

struct shop {
    enum { OPEN, CLOSED, TERMINATED } state;
    int to, from, workers, joined, tickets;
    pid_t worker[20];
    int status[MOST];
    long result[MOST];
};

struct shop *shop_open(int workers, task_fn *task) {
    struct shop *shop = calloc(1, sizeof *shop);
    int down[2], up[2];
    if (!shop || pipe(down) || pipe(up))
        return NULL;
    for (int i = 0; i < workers; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            struct parcel parcel;
            close(down[1]);
            while (read(down[0], &parcel, sizeof parcel) == sizeof parcel) {
                parcel.value = task(parcel.value);
                if (write(up[1], &parcel, sizeof parcel) < 0)
                    _exit(1);
            }
            _exit(0);
        }
        shop->worker[i] = pid;
        setpgid(pid, shop->worker[0]);
    }
    shop->workers = workers;
    close(down[0]);
    close(up[1]);
    fcntl(up[0], F_SETFL, O_NONBLOCK);
    shop->to = down[1];
    shop->from = up[0];
    return shop;
}

int shop_submit(struct shop *shop, long item) {
    struct parcel parcel = {shop->tickets, item};
    if (shop->state != OPEN)
        return SHOP_ECLOSED;
    if (shop->tickets == MOST || write(shop->to, &parcel, sizeof parcel) < 0)
        return SHOP_EINVAL;
    shop->status[shop->tickets] = SHOP_ENOTREADY;
    return shop->tickets++;
}

static void take(struct shop *shop) {
    struct parcel parcel;
    while (read(shop->from, &parcel, sizeof parcel) == sizeof parcel)
        if (shop->status[parcel.ticket] == SHOP_ENOTREADY) {
            shop->status[parcel.ticket] = 0;
            shop->result[parcel.ticket] = parcel.value;
        }
}

int shop_status(struct shop *shop, int ticket, long *result) {
    if (ticket < 0 || ticket >= shop->tickets)
        return SHOP_EINVAL;
    if (!shop->joined)
        take(shop);
    if (shop->status[ticket] == 0)
        *result = shop->result[ticket];
    return shop->status[ticket];
}

int shop_close(struct shop *shop) {
    if (shop->state == OPEN) {
        shop->state = CLOSED;
        close(shop->to); // what is in the pipe is still read
    }
    return 0;
}

int shop_terminate(struct shop *shop) {
    shop_close(shop);
    if (shop->state == TERMINATED || shop->joined)
        return 0;
    shop->state = TERMINATED;
    kill(-shop->worker[0], SIGKILL);
    take(shop);
    for (int i = 0; i < shop->tickets; i++)
        if (shop->status[i] == SHOP_ENOTREADY)
            shop->status[i] = SHOP_ECANCELLED;
    return 0;
}

int shop_join(struct shop *shop) {
    if (shop->state == OPEN)
        return SHOP_ERUNNING;
    if (shop->joined)
        return 0;
    for (int i = 0; i < shop->workers; i++)
        waitpid(shop->worker[i], NULL, 0);
    take(shop);
    close(shop->from);
    shop->joined = 1;
    return 0;
}

void shop_free(struct shop *shop) { free(shop); }
