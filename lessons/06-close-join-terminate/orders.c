// SPDX-License-Identifier: MIT
// Lesson 6, part 3: the calls that end a pool, in every order, right and wrong.
// Runs in: client.
#include "orders.h"
#include "tasks.h"

#include <stdio.h>
#include <string.h>

// The calls, what they are to return, and whether the tasks get done.
static const struct order {
    const char *calls, *returns;
    bool done;
} all[] = {
    {"close, join", "ok, ok", true},
    {"join, close, join", "running, ok, ok", true},
    {"close, submit, join", "ok, closed, ok", true},
    {"close, close, join, join", "ok, ok, ok, ok", true},
    {"close, join, submit", "ok, ok, closed", true},
    {"close, join, terminate", "ok, ok, ok", true},
    {"terminate, join", "ok, ok", false},
    {"join, terminate, join", "running, ok, ok", false},
    {"close, terminate, join", "ok, ok, ok", false},
    {"terminate, close, join", "ok, ok, ok", false},
    {"terminate, submit, join", "ok, closed, ok", false},
    {"terminate, terminate, join", "ok, ok, ok", false},
    {"destroy", "-", false},
};
enum { ORDERS = sizeof all / sizeof *all, WAITING = 5 };

static const char *word(int error) {
    return error == 0               ? "ok"
           : error == POOL_ERUNNING ? "running"
           : error == POOL_ECLOSED  ? "closed"
                                    : pool_strerror(error);
}

// What became of the tasks of one pool.
struct fate {
    char returns[64];
    struct ends ends;
};

// Makes a pool in which each worker has a task that waits for the gate, and
// more tasks wait behind them; then does as the order says.
static struct fate end_pool(const char *calls, size_t workers, size_t waiting) {
    struct fate fate = {.returns = ""};
    bool open = false, closed = false;
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    for (size_t i = 0; i < workers; i++)
        lesson_must(pool_apply_async(pool, patient, NULL, 0, 0, ended,
                                     &fate.ends, NULL));
    submit(pool, waiting, &fate.ends, NULL);

    for (const char *call = calls; *call && *call != 'd';) {
        int error = 0;
        if (*call == 'c')
            error = pool_close(pool), closed = true;
        else if (*call == 't')
            error = pool_terminate(pool), open = true; // nobody waits any more
        else if (*call == 's')
            error = pool_apply(pool, patient, NULL, 0, NULL, 0);
        else {
            if (closed && !open) // else the join would wait for ever
                open_gate(workers), open = true;
            error = pool_join(pool);
        }
        sprintf(fate.returns + strlen(fate.returns), "%s%s",
                call == calls ? "" : ", ", word(error));
        call += strcspn(call, ",");
        call += strspn(call, ", ");
    }
    pool_destroy(pool);
    return fate;
}

void orders(size_t workers) {
    size_t waiting = files.count < WAITING ? files.count : WAITING;
    bool returns = true, done = true, cancelled = true;
    if (workers > 4)
        workers = 4; // every one of these pools is forked

    lesson_part("Every order, on pools with tasks running and waiting");
    printf("  %-27s %-18s %8s %10s\n", "the calls", "return", "done",
           "cancelled");
    for (const struct order *order = all; order < all + ORDERS; order++) {
        struct fate fate = end_pool(order->calls, workers, waiting);
        printf("  %-27s %-18s %8zu %10zu\n", order->calls,
               *fate.returns ? fate.returns : "-", fate.ends.done,
               fate.ends.cancelled);
        returns &=
            strcmp(*fate.returns ? fate.returns : "-", order->returns) == 0;
        if (order->done)
            done &= fate.ends.done == workers + waiting;
        else
            cancelled &= fate.ends.cancelled == workers + waiting;
    }
    printf("\n  running: \"%s\"; closed: \"%s\".\n\n",
           pool_strerror(POOL_ERUNNING), pool_strerror(POOL_ECLOSED));
    lesson_claim(returns, "only two are refused, and at once: join before "
                          "close or terminate, a task after either");
    lesson_claim(done, "close, then join: all tasks were done");
    lesson_claim(cancelled, "terminate or destroy before that: all tasks were "
                            "cancelled, and each callback was told");
}
