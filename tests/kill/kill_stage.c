// SPDX-License-Identifier: MIT
// Scenes with the client in a process of its own: there it may block, and be
// killed itself. The supervisor is killed in each of its duties, the client in
// each of its calls, a worker in a queue that the client waits for.
//
// Runs in: the tester; act_*() in the client.
#define _GNU_SOURCE
#include "kill.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- In the client ---------------------------------------------------------

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

static void act_create(struct run *run) {
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

static void act_death(struct run *run) {
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

static void act_join(struct run *run) {
    create(run);
    submit(run);
    mark(run);
    end_well(run);
}

static void act_terminate(struct run *run) {
    create(run);
    stop_worker(run, 0);
    stop_worker(run, 1);
    submit(run);
    mark(run);
    check(pool_terminate(run->pool) == 0, "pool_terminate");
    check_result(run);
    pool_destroy(run->pool);
}

static void act_grow(struct run *run) {
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
static void act_life(struct run *run) {
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

static void act_wait(struct run *run) {
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
    while (!atomic_load(&run->shared->let_go)) // the victim is still at work
        kill_pause();
    pool_destroy(run->pool);
}

// ---- In the tester ---------------------------------------------------------

static void await_sleep(pid_t pid) {
    while (!trace_sleeps(pid))
        kill_pause();
}

static void let_go(struct run *run) { atomic_store(&run->shared->go, 1); }

static void grab_newborn(struct run *run) {
    trace_attach(run->client, true);
    let_go(run);
    run->victim = trace_child(run->client);
}

static void grab_supervisor(struct run *run) {
    run->victim = run->shared->supervisor;
    await_sleep(run->victim);
    trace_attach(run->victim, false);
    let_go(run);
}

static void grab_client(struct run *run) {
    run->victim = run->client;
    trace_attach(run->victim, false);
    let_go(run);
}

static void grab_worker(struct run *run) {
    run->victim = run->shared->workers[0];
    run->other = run->shared->workers[1];
    await_sleep(run->victim);
    await_sleep(run->other);
    trace_attach(run->victim, false);
    trace_attach(run->other, false);
    let_go(run);
    await_sleep(run->client); // in its call
}

static void begin_stage(struct run *run) {
    run->pool = NULL;
    run->result = NULL;
    memset(run->shared, 0, sizeof *run->shared);
    fflush(NULL);
    run->client = fork();
    check(run->client >= 0, "fork");
    if (run->client == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        run->scene->act(run);
        _exit(EXIT_SUCCESS);
    }
    while (!atomic_load(&run->shared->marked)) {
        check(waitpid(run->client, NULL, WNOHANG) == 0, "the client failed");
        kill_pause();
    }
    run->scene->grab(run);
}

static void setup_stage(struct run *run) {
    run->shared = mmap(NULL, sizeof *run->shared, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(run->shared != MAP_FAILED, "mmap");
}

// The client ends well, and after it nothing runs any more.
static void end_stage(struct run *run) {
    int status;
    double start = kill_now();
    if (run->scene->ops)
        trace_release(run->other);
    atomic_store(&run->shared->let_go, 1);
    if (run->client != run->victim)
        check(waitpid(run->client, &status, 0) == run->client && status == 0,
              "the client failed");
    while (waitpid(-1, NULL, __WALL) > 0)
        continue;
    double took = kill_now() - start;
    if (run->client == run->victim && run->killed && took > run->slowest)
        run->slowest = took;
}

#define STAGE .setup = setup_stage, .begin = begin_stage, .end = end_stage
#define SUPERVISOR STAGE, .grab = grab_supervisor, .items = 4
#define CLIENT STAGE, .grab = grab_client, .client = true, .act = act_life
#define WAITING STAGE, .grab = grab_worker, .options.max_retries = 1

const struct scene stage_scenes[] = {
    {.name = "client waits to get", WAITING, .act = act_wait, .ops = "p"},
    {.name = "client waits to put", WAITING, .act = act_wait, .ops = "g"},
    {.name = "supervisor: create",
     STAGE,
     .grab = grab_newborn,
     .items = 4,
     .act = act_create},
    {.name = "supervisor: a death", SUPERVISOR, .act = act_death},
    {.name = "supervisor: join", SUPERVISOR, .act = act_join},
    {.name = "supervisor: terminate", SUPERVISOR, .act = act_terminate},
    {.name = "supervisor: on demand",
     SUPERVISOR,
     .act = act_grow,
     .options.on_demand = true},
    {.name = "client: its life", CLIENT, .items = 4},
    {.name = "client: on demand",
     CLIENT,
     .items = 4,
     .options.on_demand = true},
    {0},
};
