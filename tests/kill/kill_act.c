// SPDX-License-Identifier: MIT
// What clients do on the stage (kill_stage.c): each looks itself whether all
// that it was promised holds, whoever of its pool is killed meanwhile.
//
// Runs in: the client, a child of the tester.
#define _GNU_SOURCE
#include "kill.h"

#include <errno.h>
#include <signal.h>

// Says that it is here, and waits to be let on.
static void mark(struct run *run) {
    atomic_store(&run->shared->marked, 1);
    while (!atomic_load(&run->shared->go))
        kill_pause();
}

static void create(struct run *run) {
    struct pool_options options = run->scene->options;
    options.workers = WORKERS;
    options.memory = 1 << 20;
    run->pool = pool_create(&options);
    if (!run->pool)
        return;
    struct pool_stats stats;
    check(pool_stats(run->pool, &stats) == 0, "pool_stats");
    run->shared->supervisor = stats.supervisor;
    pool_worker_pids(run->pool, run->shared->workers, WORKERS);
}

// Stops a worker, so that items stay unfinished. One that is stopped before it
// has asked to die with its supervisor would stay.
static void stop_worker(struct run *run, int worker) {
    while (!trace_sleeps(run->shared->workers[worker]))
        kill_pause();
    kill(run->shared->workers[worker], SIGSTOP);
}

static bool allowed(int status) {
    return status == 0 || status == POOL_EBROKEN || status == POOL_ECANCELLED ||
           (status == POOL_ELOST);
}

// Not while the victim is at work.
static void end_on_word(struct run *run) {
    while (!atomic_load(&run->shared->let_go))
        kill_pause();
    pool_destroy(run->pool);
}

// What was submitted is ready, and each item has one fate.
static void check_result(struct run *run) {
    char results[ITEMS] = {0};
    if (!run->result)
        return;
    int rc = pool_result_get(run->result, results, sizeof results, 0);
    check(allowed(rc), "the result's status");
    for (unsigned i = 0; i < run->scene->items; i++) {
        int status = pool_result_item_status(run->result, i);
        unsigned runs = atomic_load(&run->shared->runs[i]);
        check(allowed(status), "an item's status");
        check(status ? runs <= 1 && !results[i]
                     : runs == 1 && results[i] == (char)(i + 1),
              "an item");
    }
    check((rc == 0) == (*pool_result_message(run->result) == '\0'), "message");
}

static void submit(struct run *run) {
    struct order orders[ITEMS];
    for (unsigned i = 0; i < ITEMS; i++)
        orders[i] = (struct order){run->shared, NULL, i, 0};
    int rc = pool_map_async(run->pool, work_task, orders, run->scene->items,
                            sizeof *orders, 1, 1, NULL, NULL, &run->result);
    check(rc == 0 || rc == POOL_EBROKEN, "pool_map_async");
}

static void end_well(struct run *run) {
    check(pool_close(run->pool) == 0 && pool_join(run->pool) == 0, "join");
    check_result(run);
    pool_destroy(run->pool);
}

void act_create(struct run *run) {
    mark(run);
    errno = 0;
    create(run);
    if (!run->pool) {
        check(errno != 0, "pool_create says why");
        return;
    }
    submit(run);
    end_well(run);
}

void act_death(struct run *run) {
    create(run);
    stop_worker(run, 1);
    mark(run);
    kill(run->shared->workers[0], SIGKILL);
    submit(run);
    if (run->result)
        pool_result_wait(run->result, POOL_FOREVER);
    kill(run->shared->workers[1], SIGCONT);
    end_well(run);
}

void act_join(struct run *run) {
    create(run);
    submit(run);
    mark(run);
    end_well(run);
}

void act_terminate(struct run *run) {
    create(run);
    stop_worker(run, 0);
    stop_worker(run, 1);
    submit(run);
    mark(run);
    check(pool_terminate(run->pool) == 0, "pool_terminate");
    check_result(run);
    pool_destroy(run->pool);
}

void act_grow(struct run *run) {
    create(run);
    mark(run);
    submit(run);
    end_well(run);
}

static void note_call(struct pool_result *result, void *user) {
    (void)result;
    ++*(int *)user;
}

// A whole life: what is killed here is the client itself.
void act_life(struct run *run) {
    int calls = 0, number = 3;
    mark(run);
    create(run);
    check(run->pool, "pool_create");
    struct pool_queue *queue = pool_queue_create(run->pool, sizeof number, 2);
    submit(run);
    check(pool_apply_async(run->pool, work_task,
                           &(struct order){run->shared, NULL, ITEMS - 1, 0},
                           sizeof(struct order), 1, note_call, &calls,
                           NULL) == 0,
          "pool_apply_async");
    check(pool_queue_put(queue, &number, 0) == 0, "put");
    check(pool_queue_get(queue, &number, POOL_FOREVER) == 0, "get");
    while (calls == 0)
        pool_poll(run->pool, POOL_FOREVER);
    if (run->scene->options.on_demand) {
        end_well(run);
        return;
    }
    submit(run);
    pool_terminate(run->pool);
    pool_destroy(run->pool);
}

// The client sleeps until its map is done; a worker dies meanwhile.
void act_map(struct run *run) {
    char results[ITEMS];
    struct order orders[ITEMS];
    create(run);
    for (unsigned i = 0; i < ITEMS; i++)
        orders[i] = (struct order){run->shared, NULL, i, 0};
    mark(run);
    int rc = pool_map(run->pool, work_task, orders, run->scene->items,
                      sizeof *orders, results, 1, 1);
    check(rc == 0 || rc == POOL_ELOST, "pool_map");
    for (unsigned i = 0; i < run->scene->items; i++)
        check(results[i] == (char)(i + 1) || (rc && results[i] == 0), "result");
    end_on_word(run);
}

// A worker dies in the queue; the client waits for what its retry does, too.
static int queue_task(const void *arg, size_t size, void *result, size_t room) {
    const struct order *order = arg;
    unsigned number = 77;
    (void)size, (void)result, (void)room;
    atomic_fetch_add(&order->shared->runs[0], 1);
    return order->op == 'p'
               ? pool_queue_put(order->queue, &number, POOL_FOREVER)
               : pool_queue_get(order->queue, &number, POOL_FOREVER);
}

void act_wait(struct run *run) {
    create(run);
    bool put = run->scene->ops[0] == 'p';
    unsigned number = 1, size;
    struct pool_queue *queue = pool_queue_create(run->pool, sizeof number, 2);
    for (; !put && number <= 2; number++)
        check(pool_queue_put(queue, &number, 0) == 0, "put");
    mark(run);
    struct order order = {run->shared, queue, 0, run->scene->ops[0]};
    check(pool_apply_async(run->pool, queue_task, &order, sizeof order, 0, NULL,
                           NULL, &run->result) == 0,
          "pool_apply_async");
    check((put ? pool_queue_get
               : (int (*)(struct pool_queue *, void *, int))pool_queue_put)(
              queue, &number, POOL_FOREVER) == 0,
          "the client's wait");
    check(!put || number == 77, "what the client got");
    check(pool_result_get(run->result, NULL, 0, POOL_FOREVER) == 0, "retry");
    unsigned runs = atomic_load(&run->shared->runs[0]);
    size = (unsigned)pool_queue_size(queue);
    // The client's and the retry's are done; the dead one's may be.
    check(put ? size < runs : size == 2 || (size == 1 && runs == 2), "size");
    end_on_word(run);
}
