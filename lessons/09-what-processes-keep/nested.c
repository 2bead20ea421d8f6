// SPDX-License-Identifier: MIT
// Lesson 9, part 4: a task that makes a pool of its own.
// Runs in: client (nested); workers (outer, outer_dies), who are the clients of
// inner pools; workers of those (square, endless).
#include "nested.h"
#include "lesson.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

enum { INNER = 2, ITEMS = 10 };

// The inner workers that have begun a task; seen by all processes.
static struct board { atomic_int begun, pid[INNER]; } * board;

static int square(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    (void)arg_size, (void)result_size;
    *(int *)result = *(const int *)arg * *(const int *)arg;
    return 0;
}

static int endless(const void *arg, size_t arg_size, void *result,
                   size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    atomic_store(&board->pid[atomic_fetch_add(&board->begun, 1)], getpid());
    while (pause() != 0)
        continue;
    return 0;
}

// A task that maps on a pool of its own, with tasks that end or do not. The
// result: the sum of the inner results.
static int outer(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg_size, (void)result_size;
    pool_task_fn *task = *(const bool *)arg ? square : endless;
    int items[ITEMS], results[ITEMS], *sum = result;
    for (int i = 0; i < ITEMS; i++)
        items[i] = i;
    struct pool *pool = pool_create(&(struct pool_options){.workers = INNER});
    if (!pool)
        return pool_fail("no pool in a pool");
    int error = pool_map(pool, task, items, ITEMS, sizeof *items, results,
                         sizeof *results, 1);
    pool_destroy(pool);
    *sum = 0;
    for (int i = 0; i < ITEMS; i++)
        *sum += results[i];
    return error;
}

// How many inner workers work.
static int busy(void) {
    int busy = 0;
    for (int i = 0; i < INNER; i++)
        busy += lesson_alive(atomic_load(&board->pid[i]));
    return busy;
}

void nested(void) {
    struct pool_result *result;
    bool ends = true;
    pid_t worker;
    int sum = 0;

    lesson_part("A pool in a pool");
    board = lesson_shared(sizeof *board);
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = 1}));
    lesson_must(pool_apply(pool, outer, &ends, sizeof ends, &sum, sizeof sum));
    lesson_claim(sum == 285,
                 "a task made a pool of its own: the squares sum up to %d",
                 sum);

    ends = false;
    lesson_must(pool_apply_async(pool, outer, &ends, sizeof ends, sizeof sum,
                                 NULL, NULL, &result));
    while (!pool_result_ready(result) && busy() < INNER)
        poll(NULL, 0, 1);
    pool_worker_pids(pool, &worker, 1);
    kill(worker, SIGKILL);
    int error = pool_result_get(result, NULL, 0, POOL_FOREVER);
    uint64_t limit = lesson_now() + 60000000000u;
    while (busy() > 0 && lesson_now() < limit)
        poll(NULL, 0, 1);
    lesson_claim(error == POOL_ELOST && busy() == 0,
                 "its worker was killed, and so were the inner pool's %d, in "
                 "tasks that never end",
                 INNER);
    pool_destroy(pool);
}
