// SPDX-License-Identifier: MIT
// Lesson 6: the ways a pool ends, and what becomes of the work.
// Part 3 is in orders.c, part 4 in client_dies.c, the tasks are in tasks.c;
// gone.c finds out which workers are gone.
// Runs in: client.
#include "client_dies.h"
#include "gone.h"
#include "orders.h"
#include "tasks.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

// Close, then join. Returns what join said while the pool was still open.
static int in_order(pid_t *pids, size_t workers) {
    struct ends ends = {0};
    struct pool_result *slow, *last;
    uint32_t crc;

    lesson_part("Close, then join");
    // 1 create the pool
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    // 2 submit
    lesson_must(pool_apply_async(pool, patient, NULL, 0, 0, NULL, NULL, &slow));
    submit(pool, files.count, &ends, &last);
    int join = pool_join(pool), late = pool_result_get(slow, NULL, 0, 10);
    open_gate(1);
    lesson_must(pool_result_get(slow, NULL, 0, POOL_FOREVER));
    size_t count = pool_worker_pids(pool, pids, workers);
    // 3 close: no more tasks will come
    lesson_must(pool_close(pool));
    int more = pool_apply(pool, patient, NULL, 0, NULL, 0);
    // 4 join: every task has ended, every worker is gone
    lesson_must(pool_join(pool));
    // 5 use the results
    int get = pool_result_get(last, &crc, sizeof crc, 0);

    lesson_claim(join == POOL_ERUNNING, "join while the pool is open: \"%s\"",
                 pool_strerror(join));
    lesson_claim(late == POOL_ETIMEDOUT,
                 "a get timed out; its task went on, and a later get had it");
    lesson_claim(more == POOL_ECLOSED, "a task after close: \"%s\"",
                 pool_strerror(more));
    lesson_claim(ends.done == files.count && ends.calls == files.count,
                 "all %zu tasks from before were done by the end of join",
                 files.count);
    lesson_claim(count == workers && there(pids, count) == 0,
                 "no worker is left, not even as a zombie");
    lesson_claim(get == 0, "after it, the results can still be read");
    pool_destroy(pool);
    return join;
}

// Terminate, with tasks done, running and waiting.
static void cut_short(pid_t *pids, size_t workers) {
    struct ends before = {0}, running = {0}, waiting = {0};
    struct pool_result *last, *never;

    lesson_part("Terminate: now, whatever runs");
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    lesson_must(pool_trace_start(pool, LESSON_TRACE));
    submit(pool, files.count, &before, &last);
    while (before.calls < files.count)
        lesson_must(pool_poll(pool, POOL_FOREVER));
    occupy(pool, &running, pids, workers);
    submit(pool, files.count, &waiting, &never);
    for (size_t i = 0; i < workers; i++)
        kill(pids[i], SIGTERM); // what kill(1) sends: please end
    lesson_must(pool_terminate(pool));
    lesson_must(pool_join(pool));

    size_t killed = killed_by(pool, SIGKILL);
    lesson_claim(killed == workers,
                 "%zu tasks ignored SIGTERM; SIGKILL is not to be ignored",
                 killed);
    lesson_claim(running.cancelled == workers &&
                     waiting.cancelled == files.count,
                 "terminate: %zu running and %zu waiting tasks were cancelled",
                 running.cancelled, waiting.cancelled);
    lesson_claim(pool_result_get(never, NULL, 0, POOL_FOREVER) ==
                     POOL_ECANCELLED,
                 "get on one of them returns at once: \"%s\"",
                 pool_strerror(POOL_ECANCELLED));
    lesson_claim(before.done == files.count && pool_result_status(last) == 0,
                 "the %zu tasks done before keep their results", before.done);
    lesson_claim(there(pids, workers) == 0, "no worker is left");
    lesson_timeline(pool);
    pool_destroy(pool);
}

int main(void) {
    lesson_begin(6, "close, join, terminate");
    size_t workers = lesson_workers(), tasks = lesson_tasks(50, 10000);
    pid_t *pids = lesson_calloc(workers, sizeof *pids);
    files = lesson_files(tasks);
    if (pipe(gate) < 0 || pipe(news) < 0)
        return lesson_failed("pipe", 0);
    lesson_predict("pool_join() is called, but nobody has closed the pool. "
                   "What happens?",
                   (const char *[]){"it waits for ever",
                                    "it closes the pool itself, then waits",
                                    "it returns an error at once",
                                    "it waits until no task is left", NULL});
    int join = in_order(pids, workers);
    cut_short(pids, workers);
    orders(workers);
    client_dies(workers);
    lesson_answer(join == POOL_ERUNNING ? 'c' : 'a',
                  "workers of an open pool wait for tasks, so join would wait "
                  "for ever. An error is kinder.");
    lesson_files_free(&files);
    free(pids);
    return lesson_end();
}
