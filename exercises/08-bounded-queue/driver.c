// SPDX-License-Identifier: MIT
// Exercise 8's calls. The judge may have processes forked ("servers") that
// serve the same calls on the same queue. Runs in: driver and its servers.
#include "driver.h"
#include "queue.h"

static struct queue *queue DRIVER_HOLDS;

static void call_create(struct wire *m) {
    queue = queue_create((int)m->value[0]);
    driver_made(queue);
    m->value[0] = queue != NULL;
    m->count = 1;
}

static void call_server(struct wire *m) {
    driver_fork_server((int)m->value[0]);
    m->count = 0;
}

// how many there are
static void call_race(struct wire *m) {
    driver_race_test((int)m->value[0]);
    m->count = 0;
}

static long item_of(int64_t id, int64_t mode) {
    return mode == 2 ? item_for(id) : id;
}

// how many, first item, 1: with the race, 2: over all of long -> how many were
// put, what the last call returned
static void call_put(struct wire *m) {
    int64_t done = 0, last = 0;
    if (m->value[2] == 1)
        driver_barrier();
    while (done < m->value[0] &&
           (last = queue_put(queue,
                             item_of(m->value[1] + done, m->value[2]))) == 0)
        done++;
    m->value[0] = done;
    m->value[1] = last;
    m->count = 2;
}

// how many at most, the same as above -> how many were got, which, and what the
// last call returned
static void call_get(struct wire *m) {
    int64_t most = m->value[0], mode = m->value[1], done = 0, last = 0;
    long item;
    if (mode == 1)
        driver_barrier();
    while (done < most && (last = queue_get(queue, &item)) == 0)
        m->value[++done] = mode == 2 ? id_of(item) : item;
    m->value[0] = done;
    m->value[1 + done] = last;
    m->count = 2 + (uint32_t)done;
}

static void call_close(struct wire *m) {
    queue_close(queue);
    m->count = 0;
}

static void call_destroy(struct wire *m) {
    queue_destroy(queue);
    driver_destroyed(queue);
    m->count = 0;
}

DRIVER_CALLS(call_create, call_server, call_race, call_put, call_get,
             call_close, call_destroy);
