// SPDX-License-Identifier: MIT
// Exercise 6's calls. Runs in: driver.
#include "driver.h"
#include "shop.h"

#include <fcntl.h>
#include <unistd.h>

static struct shop *shop;

static long task(long item) { return driver_task(item); }

static void reply(struct wire *m, int64_t value) {
    m->value[0] = value;
    m->count = 1;
}

static void call_open(struct wire *m) {
    shop = shop_open((int)m->value[0], task);
    reply(m, shop != NULL);
}

static void call_submit(struct wire *m) {
    reply(m, shop_submit(shop, m->value[0]));
}

static void call_status(struct wire *m) {
    long result = -1000;
    reply(m, shop_status(shop, (int)m->value[0], &result));
    m->value[1] = result;
    m->count = 2;
}

static void call_close(struct wire *m) { reply(m, shop_close(shop)); }
static void call_terminate(struct wire *m) { reply(m, shop_terminate(shop)); }

// While ours have the lowest numbers that are free: those that the shop has had
// among them. Says whether they are still there.
static void call_join(struct wire *m) {
    enum { OURS = 16 };
    int ours[OURS];
    for (int i = 0; i < OURS; i++)
        ours[i] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    reply(m, shop_join(shop));
    m->value[1] = 1;
    m->count = 2;
    for (int i = 0; i < OURS; i++)
        if (close(ours[i]) < 0)
            m->value[1] = 0;
}

static void call_free(struct wire *m) {
    shop_free(shop);
    m->count = 0;
}

DRIVER_CALLS(call_open, call_submit, call_status, call_close, call_terminate,
             call_join, call_free);
