// SPDX-License-Identifier: MIT
// Scenes with a worker as the victim: it is killed while it takes, runs and
// publishes items, retires, or is born.
//
// Runs in: the tester, which is the client of the pools; tasks in workers.
#define _GNU_SOURCE
#include "kill.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- Tasks -----------------------------------------------------------------

// Every item is counted when it starts, so that a second start is seen.
int work_task(const void *arg, size_t size, void *result, size_t room) {
    const struct order *order = arg;
    struct shared *shared = order->shared;
    (void)size;
    atomic_fetch_add(&shared->runs[order->item], 1);
    if (atomic_load(&shared->holder) == getpid()) {
        atomic_store(&shared->held, 1);
        while (!atomic_load(&shared->let_go))
            kill_pause();
    }
    memset(result, (int)(order->item + 1), room);
    return 0;
}

// Ends only once all workers are in it.
static int meet(const void *arg, size_t size, void *result, size_t room) {
    const struct order *order = arg;
    (void)size, (void)result, (void)room;
    atomic_fetch_add(&order->shared->arrived, 1);
    while (atomic_load(&order->shared->arrived) < WORKERS)
        kill_pause();
    return 0;
}

// ---- What happens before ---------------------------------------------------

void work_setup(struct run *run) {
    struct pool_options options = run->scene->options;
    options.workers = WORKERS;
    options.memory = 16 << 20;
    run->pool = pool_create(&options);
    check(run->pool, "pool_create");
    run->shared = pool_alloc(run->pool, sizeof *run->shared);
    run->queue = pool_queue_create(run->pool, sizeof(unsigned), CAPACITY);
    check(run->shared && run->queue, "pool_alloc");
}

void work_teardown(struct run *run) {
    check(pool_close(run->pool) == 0 && pool_join(run->pool) == 0, "join");
    pool_destroy(run->pool);
    check(waitpid(-1, NULL, WNOHANG | __WALL) < 0, "a process is left");
}

void work_await_idle(struct run *run) {
    pid_t pids[WORKERS];
    // One that retires may still be listed: look at all of them anew.
    while (pool_worker_pids(run->pool, pids, WORKERS) < WORKERS ||
           !trace_sleeps(pids[0]) || !trace_sleeps(pids[1]))
        kill_pause();
    run->victim = pids[0];
    run->other = pids[1];
    check(pool_stats(run->pool, &run->before) == 0, "pool_stats");
    memset(run->shared, 0, sizeof *run->shared);
}

void work_submit(struct run *run) {
    const struct scene *s = run->scene;
    struct order orders[ITEMS];
    for (unsigned i = 0; i < s->items; i++)
        orders[i] =
            (struct order){run->shared, run->queue, i, s->ops ? s->ops[i] : 0};
    check(pool_map_async(run->pool, s->fn, orders, s->items, sizeof *orders,
                         s->result_size, s->chunksize, NULL, NULL,
                         &run->result) == 0,
          "submission");
}

static void begin_work(struct run *run) {
    work_await_idle(run);
    trace_attach(run->victim, false);
    if (run->scene->alone)
        trace_attach(run->other, false);
    if (run->scene->hold)
        atomic_store(&run->shared->holder, run->other);
    work_submit(run);
    // The call is the victim's; looking at the result makes it the other's.
    while (run->scene->hold && !atomic_load(&run->shared->held)) {
        pool_result_ready(run->result);
        kill_pause();
    }
}

// A replacement is stopped at its first instruction.
static void begin_birth(struct run *run) {
    work_setup(run);
    work_await_idle(run);
    pid_t dying = run->victim;
    trace_attach(run->before.supervisor, true);
    kill(dying, SIGKILL);
    run->victim = trace_child(run->before.supervisor);
    work_submit(run);
}

// ---- What must hold afterwards ---------------------------------------------

static void check_message(struct run *run, unsigned lost) {
    char expected[POOL_MESSAGE_SIZE] = "";
    if (lost)
        snprintf(expected, sizeof expected,
                 "worker %d killed by signal 9 (Killed)", (int)run->victim);
    const char *message = pool_result_message(run->result);
    if (strcmp(message, expected) != 0)
        fprintf(stderr, "message: '%s', not '%s'\n", message, expected);
    check(strcmp(message, expected) == 0, "wrong message");
}

// Every item is done, once and rightly, or lost; one at most is lost.
unsigned work_end_items(struct run *run) {
    const struct scene *s = run->scene;
    static char results[ITEMS * BIG];
    unsigned lost = 0;
    run->lost_item = -1;
    check(pool_result_wait(run->result, POOL_FOREVER) == 0, "wait");
    pool_result_get(run->result, results, sizeof results, 0);
    for (unsigned i = 0; i < s->items; i++) {
        int status = pool_result_item_status(run->result, i);
        unsigned runs = atomic_load(&run->shared->runs[i]);
        check(status == 0 || status == POOL_ELOST, "an item's status");
        check(status ? runs <= 1 : runs == 1, "an item ran twice, or never");
        for (unsigned b = 0; b < s->result_size; b++)
            check(results[i * s->result_size + b] ==
                      (status ? 0 : (char)(i + 1)),
                  "an item's result");
        if (status != 0)
            run->lost_item = (int)i, lost++;
    }
    check(lost <= 1, "more than one item is lost");
    check_message(run, lost);
    pool_result_free(run->result);
    run->lost += lost;
    run->done += s->items - lost;
    return lost;
}

// The pool goes on, with all its workers.
void work_check_pool(struct run *run, unsigned lost) {
    struct order orders[WORKERS];
    struct pool_stats stats;
    unsigned items = run->scene->items;
    for (int i = 0; i < WORKERS; i++)
        orders[i] = (struct order){run->shared, NULL, 0, 0};
    check(pool_stats(run->pool, &stats) == 0, "pool_stats");
    check(stats.lost - run->before.lost == lost &&
              stats.completed - run->before.completed == items - lost &&
              stats.submitted - run->before.submitted == items &&
              stats.pending == 0 && stats.failed == 0,
          "statistics");
    check(pool_map(run->pool, meet, orders, WORKERS, sizeof *orders, NULL, 0,
                   1) == 0,
          "the map afterwards");
}

static void end_work(struct run *run) {
    if (run->scene->alone)
        trace_release(run->other);
    atomic_store(&run->shared->let_go, 1);
    work_check_pool(run, work_end_items(run));
}

static void end_birth(struct run *run) {
    end_work(run);
    work_teardown(run);
}

#define WORK                                                                   \
    .setup = work_setup, .begin = begin_work, .end = end_work,                 \
    .teardown = work_teardown, .fn = work_task

const struct scene work_scenes[] = {
    {.name = "apply", WORK, .items = 1, .chunksize = 1, .result_size = 8},
    {.name = "map beside another",
     WORK,
     .items = 12,
     .chunksize = 3,
     .result_size = 8,
     .hold = true},
    {.name = "taking from another",
     WORK,
     .items = 12,
     .chunksize = 1,
     .result_size = 8,
     .hold = true},
    {.name = "map alone",
     WORK,
     .items = 6,
     .chunksize = 3,
     .result_size = 8,
     .alone = true},
    {.name = "result of two pages",
     WORK,
     .items = 1,
     .chunksize = 1,
     .result_size = BIG},
    {.name = "retiring",
     WORK,
     .items = 4,
     .chunksize = 4,
     .result_size = 8,
     .options.max_tasks_per_worker = 3},
    {.name = "time limit",
     WORK,
     .items = 2,
     .chunksize = 2,
     .result_size = 8,
     .options.task_timeout_ms = 60000},
    {.name = "a replacement's birth",
     .begin = begin_birth,
     .end = end_birth,
     .fn = work_task,
     .items = 1,
     .chunksize = 1,
     .result_size = 8},
    {0},
};
