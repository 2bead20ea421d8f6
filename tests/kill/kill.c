// SPDX-License-Identifier: MIT
// Killed at every instruction: single-steps a worker or the supervisor, kills
// it after k instructions, for every k until it sleeps again, and looks after
// each kill whether the pool has kept its promises.
//
//   kill [STRIDE [scenario]]     STRIDE n: each n-th k, from a random one on
//
// Runs in: the tester, which is the client of the pools.
#define _GNU_SOURCE
#include "kill.h"
#include "pool.h"
#include "trace.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 2, ITEMS = 12, BIG = 4200, CAPACITY = 4, HUNG_S = 20 };

const char *at_scenario = "";
long at_step;

_Noreturn void fail(const char *what, const char *file, int line) {
    fprintf(stderr, "%s: killed after %ld instructions: %s (%s:%d)\n",
            at_scenario, at_step, what, file, line);
    _exit(EXIT_FAILURE); // supervisor and workers follow
}

static void hung(int number) {
    (void)number;
    fail("hangs", __FILE__, __LINE__);
}

// ---- Tasks -----------------------------------------------------------------

struct shared {
    _Atomic unsigned runs[ITEMS];
    _Atomic unsigned arrived;
};

struct order {
    struct shared *shared;
    struct pool_queue *queue;
    unsigned item;
    unsigned first; // byte of a big result
};

// Every item is counted when it starts, so that a second start is seen.
static int work(const void *arg, size_t size, void *result, size_t room) {
    const struct order *order = arg;
    (void)size;
    atomic_fetch_add(&order->shared->runs[order->item], 1);
    memset(result, (int)(order->item + 1), room);
    return 0;
}

static int put(const void *arg, size_t size, void *result, size_t room) {
    const struct order *order = arg;
    unsigned item = 77;
    work(arg, size, result, room);
    return pool_queue_put(order->queue, &item, POOL_FOREVER);
}

static int get(const void *arg, size_t size, void *result, size_t room) {
    const struct order *order = arg;
    unsigned item;
    work(arg, size, result, room);
    int rc = pool_queue_get(order->queue, &item, POOL_FOREVER);
    return rc ? rc : item == 1 ? 0 : pool_fail("got item %u", item);
}

// Ends only once all workers are in it.
static int meet(const void *arg, size_t size, void *result, size_t room) {
    const struct order *order = arg;
    (void)size, (void)result, (void)room;
    atomic_fetch_add(&order->shared->arrived, 1);
    while (atomic_load(&order->shared->arrived) < WORKERS)
        poll(NULL, 0, 1);
    return 0;
}

// ---- Scenarios -------------------------------------------------------------

struct scenario {
    const char *name;
    pool_task_fn *fn;
    unsigned items, chunksize, result_size;
    unsigned sparse; // least stride; 0: 1
    bool alone;      // the other worker is stopped meanwhile
    bool supervisor; // is killed, after a worker
    struct pool_options options;
};

static const struct scenario scenarios[] = {
    {.name = "apply", .fn = work, .items = 1, .chunksize = 1, .result_size = 8},
    {.name = "map", .fn = work, .items = 12, .chunksize = 3, .result_size = 8},
    {.name = "map-alone",
     .fn = work,
     .items = 6,
     .chunksize = 3,
     .result_size = 8,
     .alone = true},
    {.name = "big-result",
     .fn = work,
     .items = 1,
     .chunksize = 1,
     .result_size = BIG, // more than a page
     .sparse = 17},      // copied byte by byte where it is single-stepped
    {.name = "retiring",
     .fn = work,
     .items = 4,
     .chunksize = 4,
     .result_size = 8,
     .options.max_tasks_per_worker = 3},
    {.name = "time-limit",
     .fn = work,
     .items = 2,
     .chunksize = 2,
     .result_size = 8,
     .options.task_timeout_ms = 60000},
    {.name = "queue-put",
     .fn = put,
     .items = 1,
     .chunksize = 1,
     .result_size = 8},
    {.name = "queue-get",
     .fn = get,
     .items = 1,
     .chunksize = 1,
     .result_size = 8},
    {.name = "supervisor",
     .fn = work,
     .items = 4,
     .chunksize = 1,
     .result_size = 8,
     .supervisor = true},
};

struct run {
    const struct scenario *scenario;
    struct pool *pool;
    struct shared *shared;
    struct pool_queue *queue;
    struct pool_result *result;
    struct pool_stats before;
    pid_t victim, other;
    long kills, done, lost;
};

static void setup(struct run *run) {
    struct pool_options options = run->scenario->options;
    options.workers = WORKERS;
    options.memory = 16 << 20;
    run->pool = pool_create(&options);
    check(run->pool, "pool_create");
    run->shared = pool_alloc(run->pool, sizeof *run->shared);
    run->queue = pool_queue_create(run->pool, sizeof(unsigned), CAPACITY);
    check(run->shared && run->queue, "pool_alloc");
}

static void teardown(struct run *run) {
    check(pool_close(run->pool) == 0 && pool_join(run->pool) == 0, "join");
    pool_destroy(run->pool);
    if (run->scenario->supervisor) // its orphans end, and are ours to reap
        while (waitpid(-1, NULL, __WALL) > 0)
            continue;
    check(waitpid(-1, NULL, WNOHANG | __WALL) < 0, "a process is left");
}

static void await_idle(struct run *run) {
    pid_t pids[WORKERS];
    // One that retires may still be listed: look at all of them anew.
    while (pool_worker_pids(run->pool, pids, WORKERS) < WORKERS ||
           !trace_sleeps(pids[0]) || !trace_sleeps(pids[1]))
        poll(NULL, 0, 1);
    run->victim = pids[0];
    run->other = pids[1];
    check(pool_stats(run->pool, &run->before) == 0, "pool_stats");
    if (run->scenario->supervisor) {
        run->victim = run->before.supervisor;
        while (!trace_sleeps(run->victim))
            poll(NULL, 0, 1);
    }
}

static void submit(struct run *run) {
    const struct scenario *s = run->scenario;
    struct order orders[ITEMS];
    memset(run->shared, 0, sizeof *run->shared);
    for (unsigned i = 0; i < s->items; i++)
        orders[i] = (struct order){run->shared, run->queue, i, 0};
    for (unsigned item = 1; s->fn == get && item <= 3; item++)
        check(pool_queue_put(run->queue, &item, 0) == 0, "client's put");
    check(pool_map_async(run->pool, s->fn, orders, s->items, sizeof *orders,
                         s->result_size, s->chunksize, NULL, NULL,
                         &run->result) == 0,
          "submission");
}

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
static unsigned check_items(struct run *run) {
    const struct scenario *s = run->scenario;
    static char results[ITEMS * BIG];
    unsigned lost = 0;
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
        lost += status != 0;
    }
    check(lost <= 1, "more than one item is lost");
    return lost;
}

// What is in the queue is what is right, and it can still be filled.
static void check_queue(struct run *run, unsigned lost) {
    unsigned got[CAPACITY + 1], n = 0, item;
    while (n <= CAPACITY && pool_queue_get(run->queue, &item, 0) == 0)
        got[n++] = item;
    if (run->scenario->fn == put)
        check(n <= 1 && (n == 1 || lost) && (!n || got[0] == 77), "items put");
    if (run->scenario->fn == get)
        check((n == 2 || (n == 3 && lost)) && got[n - 1] == 3 &&
                  got[n - 2] == 2 && (n == 2 || got[0] == 1),
              "items left");
    for (item = 0; item < CAPACITY; item++)
        check(pool_queue_put(run->queue, &item, 0) == 0, "queue is wedged");
    for (unsigned i = 0; i < CAPACITY; i++)
        check(pool_queue_get(run->queue, &item, 0) == 0 && item == i,
              "queue's order");
}

// The pool goes on, with all its workers.
static void check_pool(struct run *run, unsigned lost) {
    struct order orders[WORKERS];
    struct pool_stats stats;
    unsigned items = run->scenario->items;
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

// Kills a worker after `k` instructions. Returns how many it did.
static long kill_worker(struct run *run, long k) {
    alarm(HUNG_S);
    await_idle(run);
    trace_stop(run->victim);
    if (run->scenario->alone)
        trace_stop(run->other);
    submit(run);
    long steps = trace_steps(run->victim, k);
    trace_kill(run->victim);
    if (run->scenario->alone)
        trace_release(run->other);
    check(pool_result_wait(run->result, POOL_FOREVER) == 0, "wait");
    unsigned lost = check_items(run);
    check_message(run, lost);
    check_queue(run, lost);
    check_pool(run, lost);
    pool_result_free(run->result);
    run->lost += lost;
    run->done += run->scenario->items - lost;
    return steps;
}

// Kills the supervisor `k` instructions after it began to see a worker's death.
static long kill_supervisor(struct run *run, long k) {
    alarm(HUNG_S);
    setup(run);
    await_idle(run);
    pid_t pids[WORKERS];
    pool_worker_pids(run->pool, pids, WORKERS);
    trace_stop(run->victim);
    kill(pids[0], SIGKILL);
    kill(pids[1], SIGSTOP); // so that the items are unfinished
    submit(run);
    long steps = trace_steps(run->victim, k);
    trace_kill(run->victim);
    check(pool_result_wait(run->result, POOL_FOREVER) == 0, "wait");
    for (unsigned i = 0; i < run->scenario->items; i++) {
        int status = pool_result_item_status(run->result, i);
        unsigned runs = atomic_load(&run->shared->runs[i]);
        check(status == 0 ? runs == 1 : status == POOL_EBROKEN && runs <= 1,
              "an item's status");
        status ? run->lost++ : run->done++;
    }
    check(pool_apply(run->pool, work, "", 0, NULL, 0) == POOL_EBROKEN,
          "the pool is not broken");
    pool_result_free(run->result);
    teardown(run);
    return steps;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void play(const struct scenario *scenario, long stride) {
    struct run run = {.scenario = scenario};
    double start = now();
    if (stride < scenario->sparse)
        stride = scenario->sparse;
    long k = stride > 1 ? (long)(start * 1e6) % stride : 0, offset = k;
    at_scenario = scenario->name;
    if (!scenario->supervisor)
        setup(&run);
    for (;; k += stride) {
        at_step = k;
        run.kills++;
        if ((scenario->supervisor ? kill_supervisor(&run, k)
                                  : kill_worker(&run, k)) < k)
            break;
    }
    if (!scenario->supervisor)
        teardown(&run);
    alarm(0);
    printf("%-12s killed after %ld, %ld … of %ld instructions: %ld kills, "
           "%ld items done, %ld %s, %.1f s\n",
           scenario->name, offset, offset + stride, k, run.kills, run.done,
           run.lost, scenario->supervisor ? "broken" : "lost", now() - start);
    fflush(stdout);
}

int main(int argc, char **argv) {
    long stride = argc > 1 ? atol(argv[1]) : 1;
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    signal(SIGALRM, hung);
    prctl(PR_SET_CHILD_SUBREAPER, 1); // whoever is left comes to us
    if (stride < 1)
        return fprintf(stderr, "usage: kill [STRIDE [scenario]]\n"), 2;
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        if (argc < 3 || strcmp(argv[2], scenarios[i].name) == 0)
            play(&scenarios[i], stride);
    return 0;
}
