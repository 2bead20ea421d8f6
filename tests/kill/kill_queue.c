// SPDX-License-Identifier: MIT
// Scenes in a queue: a worker is killed inside put or get, alone, and while
// another worker stands inside its own put or get, before each of its atomic
// instructions in turn, or sleeps there.
//
// Runs in: the tester, which is the client of the pools; tasks in workers.
#include "kill.h"

#include <stdio.h>
#include <string.h>

enum { PUT_BY_TASK = 50, PUT_BY_CLIENT = 90, NUMBERS = 100 };

static int queue_task(const void *arg, size_t size, void *result, size_t room) {
    const struct order *order = arg;
    unsigned number = PUT_BY_TASK + order->item;
    work_task(arg, size, result, room);
    if (order->op == 'p')
        return pool_queue_put(order->queue, &number, POOL_FOREVER);
    int rc = pool_queue_get(order->queue, &number, POOL_FOREVER);
    atomic_store(&order->shared->got[order->item], number);
    return rc;
}

static void fill_queue(struct run *run) {
    for (unsigned number = 1; number <= run->scene->fill; number++)
        check(pool_queue_put(run->queue, &number, 0) == 0, "client's put");
}

static void begin_queue(struct run *run) {
    work_await_idle(run);
    fill_queue(run);
    trace_attach(run->victim, false);
    work_submit(run);
}

// The other worker takes the first item and comes to where it is to stand;
// while its path is being recorded, it is the victim.
static void begin_pair(struct run *run) {
    work_await_idle(run);
    fill_queue(run);
    trace_attach(run->victim, false);
    trace_attach(run->other, false);
    work_submit(run);
    pool_result_ready(run->result); // calls the second of them
    if (!run->pairs_begun) {
        pid_t other = run->other;
        run->other = run->victim;
        run->victim = other;
        return;
    }
    if (run->hold)
        trace_run_to(run->other, run->hold, run->hold->nearest);
    else
        trace_run(run->other);
}

// ---- What must hold afterwards ---------------------------------------------

static unsigned counts[NUMBERS]; // how often a number came out of the queue

static void count_number(unsigned number) {
    check(number > 0 && number < NUMBERS, "a number came from nowhere");
    counts[number]++;
}

// The other worker may wait for what the dead one did not live to do: once that
// is accounted for, does it in its stead. Where it lived to do it, does nothing: then
// the other must have been woken.
static bool help_other(struct run *run) {
    struct pool_stats stats;
    unsigned number = PUT_BY_CLIENT;
    do {
        kill_pause();
        check(pool_stats(run->pool, &stats) == 0, "pool_stats");
    } while (stats.respawned == run->before.respawned);
    size_t size = pool_queue_size(run->queue);
    if (run->scene->ops[0] == 'g')
        return size == 0 && pool_queue_put(run->queue, &number, 0) == 0;
    if (size == CAPACITY && pool_queue_get(run->queue, &number, 0) == 0)
        count_number(number);
    return false;
}

// Whether number `n` was put, by the client or by a task that tells.
static bool was_put(struct run *run, unsigned n, bool helped) {
    const struct scene *s = run->scene;
    unsigned task = n - PUT_BY_TASK;
    if (n >= PUT_BY_TASK && task < s->items)
        return s->ops[task] == 'p';
    return n <= s->fill || (helped && n == PUT_BY_CLIENT);
}

// Every number comes out once, in order. The dead one has put its number or
// not; or it has taken one number, or none.
static void check_numbers(struct run *run, bool helped) {
    const struct scene *s = run->scene;
    int dead = run->lost_item;
    unsigned number, last = 0, missing = 0;
    for (int i = 0; i < (int)s->items; i++)
        if (s->ops[i] == 'g' && i != dead)
            count_number(atomic_load(&run->shared->got[i]));
    while (pool_queue_get(run->queue, &number, 0) == 0) {
        count_number(number);
        check(number > s->fill || number > last, "numbers out of order");
        last = number;
    }
    for (unsigned n = 1; n < NUMBERS; n++) {
        bool put = was_put(run, n, helped);
        check(counts[n] <= 1, "a number came out twice");
        check(put || counts[n] == 0, "a number came from nowhere");
        missing += put && counts[n] == 0;
        counts[n] = 0;
    }
    check(missing <= (dead >= 0), "numbers are missing");
}

static void check_usable(struct run *run) {
    unsigned number;
    for (unsigned i = 0; i < CAPACITY; i++)
        check(pool_queue_put(run->queue, &i, 0) == 0, "queue is wedged");
    check(pool_queue_put(run->queue, &number, 0) == POOL_ETIMEDOUT,
          "queue is not bounded");
    for (unsigned i = 0; i < CAPACITY; i++)
        check(pool_queue_get(run->queue, &number, 0) == 0 && number == i,
              "queue's order");
}

static void end_queue(struct run *run) {
    bool helped = false;
    if (run->scene->pairs) {
        trace_release(run->other);
        helped = run->killed && help_other(run);
    }
    unsigned lost = work_end_items(run);
    check_numbers(run, helped);
    check_usable(run);
    work_check_pool(run, lost);
}

#define QUEUE                                                                  \
    .setup = work_setup, .end = end_queue, .teardown = work_teardown,          \
    .fn = queue_task, .chunksize = 1, .result_size = 8
#define ALONE QUEUE, .begin = begin_queue, .items = 1
#define PAIR QUEUE, .begin = begin_pair, .items = 2, .pairs = true

// In a pair, the second is killed.
const struct scene queue_scenes[] = {
    {.name = "put", ALONE, .ops = "p"},
    {.name = "get", ALONE, .ops = "g", .fill = 3},
    {.name = "put beside a put", PAIR, .ops = "pp", .fill = 2},
    {.name = "get beside a get", PAIR, .ops = "gg", .fill = 2},
    {.name = "put into full beside a get", PAIR, .ops = "gp", .fill = CAPACITY},
    {.name = "get from empty beside a put", PAIR, .ops = "pg"},
    {.name = "put for one that waits", PAIR, .ops = "gp"},
    {.name = "get for one that waits", PAIR, .ops = "pg", .fill = CAPACITY},
    {0},
};
