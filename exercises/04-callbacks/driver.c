// SPDX-License-Identifier: MIT
// Exercise 4's calls. Runs in: driver.
#include "driver.h"
#include <stdlib.h>

#include "desk.h"

static struct desk *desk;

static long task(long item) { return driver_task(item); }

static void done(int ticket, long result, void *user) {
    driver_event(ticket, result, *(int *)user);
}

// Submits 40 more from inside the callback: the tickets may have to move.
static void done_and_submit(int ticket, long result, void *user) {
    for (int i = 0; i < 40; i++)
        desk_submit(desk, 1000 + i, NULL, NULL);
    driver_event(ticket, result, *(int *)user);
}

static void call_open(struct wire *m) {
    desk = desk_open((int)m->value[0], task);
    m->value[0] = desk != NULL;
    m->count = 1;
}

// item, kind of callback (0 none, 1 notes, 2 submits), user -> ticket
static void call_submit(struct wire *m) {
    static done_fn *const kind[] = {NULL, done, done_and_submit};
    static int user[200];
    int item = (int)m->value[0];
    user[item] = (int)m->value[2];
    static void *in_the_way; // so that a list that grows must move
    m->value[0] = desk_submit(desk, item, kind[m->value[1]], &user[item]);
    in_the_way = in_the_way ? in_the_way : malloc(4096);
    m->count = 1;
}

static void call_ready(struct wire *m) {
    m->value[0] = desk_ready(desk, (int)m->value[0]);
    m->count = 1;
}

static void call_wait(struct wire *m) {
    long result = -1000;
    m->value[0] = desk_wait(desk, (int)m->value[0], &result);
    m->value[1] = result;
    m->count = 2;
}

static void call_close(struct wire *m) {
    desk_close(desk);
    m->count = 0;
}

DRIVER_CALLS(call_open, call_submit, call_ready, call_wait, call_close);
