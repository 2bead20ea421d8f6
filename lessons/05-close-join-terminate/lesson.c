// SPDX-License-Identifier: MIT
// Lesson 5: the ways a pool ends, in every order, and what becomes of the work.
// Runs in: client, except checksum(), patient() and stubborn(), in workers.
#include "lesson.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// Pipes made before the pool, so that the workers have them too: the first one
// lets a patient task go on, in the second a stubborn one says that it runs.
static int gate[2], news[2];
static struct lesson_files in;

static int checksum(const void *arg, size_t arg_size, void *result,
                    size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct lesson_file *file = arg;
    return lesson_checksum(file->path, result) == 0
               ? 0
               : pool_fail("%s cannot be read", file->path);
}

// Ends when the client has written a byte.
static int patient(const void *arg, size_t arg_size, void *result,
                   size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    char byte;
    return read(gate[0], &byte, 1) == 1 ? 0 : pool_fail("no gate");
}

// Never ends, and does not let itself be asked to.
static int stubborn(const void *arg, size_t arg_size, void *result,
                    size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    pid_t pid = getpid();
    signal(SIGTERM, SIG_IGN);
    if (write(news[1], &pid, sizeof pid) != sizeof pid)
        return pool_fail("nobody to tell");
    for (;;)
        pause();
}

// What the callbacks were told.
struct ends {
    size_t calls, done, cancelled;
};

static void ended(struct pool_result *result, void *user) {
    struct ends *ends = user;
    ends->calls++;
    ends->done += pool_result_status(result) == 0;
    ends->cancelled += pool_result_status(result) == POOL_ECANCELLED;
}

static struct pool *create(size_t workers) {
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool)
        exit(lesson_failed("pool_create", 0));
    return pool;
}

// A checksum for each file; the handle of the last one goes to `last`.
static void submit(struct pool *pool, struct ends *ends,
                   struct pool_result **last) {
    for (size_t i = 0; i < in.count; i++)
        lesson_must(pool_apply_async(pool, checksum, &in.file[i],
                                     sizeof *in.file, sizeof(uint32_t), ended,
                                     ends, i == in.count - 1 ? last : NULL));
}

// A stubborn task for each worker. Returns when all of them run.
static void occupy(struct pool *pool, struct ends *ends, pid_t *pids,
                   size_t workers) {
    for (size_t i = 0; i < workers; i++)
        lesson_must(
            pool_apply_async(pool, stubborn, NULL, 0, 0, ended, ends, NULL));
    for (size_t i = 0; i < workers; i++)
        if (read(news[0], &pids[i], sizeof *pids) != sizeof *pids)
            exit(lesson_failed("read", 0));
}

// How many of these processes exist, alive or as zombies.
static size_t there(const pid_t *pids, size_t count) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += lesson_state(pids[i]) != '-';
    return found;
}

// Close, then join. Returns what join said while the pool was still open.
static int in_order(pid_t *pids, size_t workers) {
    struct ends ends = {0};
    struct pool_result *slow, *last;
    uint32_t crc;

    struct pool *pool = create(workers); // 1 create the pool
    // 2 submit
    lesson_must(pool_apply_async(pool, patient, NULL, 0, 0, NULL, NULL, &slow));
    submit(pool, &ends, &last);
    int join = pool_join(pool), late = pool_result_get(slow, NULL, 0, 10);
    if (write(gate[1], "", 1) != 1)
        exit(lesson_failed("write", 0));
    lesson_must(pool_result_get(slow, NULL, 0, POOL_FOREVER));
    size_t count = pool_worker_pids(pool, pids, workers);
    // 3 close: no more tasks will come
    lesson_must(pool_close(pool));
    int more = pool_apply(pool, checksum, in.file, sizeof *in.file, &crc, 4);
    lesson_must(pool_close(pool));
    // 4 join: every task has ended, every worker is gone
    lesson_must(pool_join(pool));
    lesson_must(pool_join(pool));
    // 5 use the results
    int get = pool_result_get(last, &crc, sizeof crc, 0);

    lesson_claim(join == POOL_ERUNNING, "join while the pool is open: \"%s\"",
                 pool_strerror(join));
    lesson_claim(late == POOL_ETIMEDOUT,
                 "a get timed out; its task went on, and a later get had it");
    lesson_claim(more == POOL_ECLOSED, "a task after close: \"%s\"",
                 pool_strerror(more));
    lesson_claim(ends.done == in.count && ends.calls == in.count,
                 "all %zu tasks from before were done by the end of join",
                 ends.done);
    lesson_claim(count == workers && there(pids, count) == 0,
                 "no worker is left, not even as a zombie");
    lesson_claim(get == 0, "closing and joining twice is fine, and the results "
                           "can still be read");
    pool_destroy(pool);
    return join;
}

// How many workers this signal has ended, by the pool's trace.
static size_t killed_by(struct pool *pool, int number) {
    static struct pool_trace_event events[LESSON_TRACE];
    size_t count = pool_trace_read(pool, events, LESSON_TRACE), killed = 0;
    for (struct pool_trace_event *e = events; e < events + count; e++)
        killed += e->kind == POOL_TRACE_DEATH && WIFSIGNALED(e->status) &&
                  WTERMSIG(e->status) == number;
    return killed;
}

// Terminate, with tasks done, running and waiting.
static void cut_short(pid_t *pids, size_t workers) {
    struct ends before = {0}, running = {0}, waiting = {0};
    struct pool_result *last, *never;

    struct pool *pool = create(workers);
    lesson_must(pool_trace_start(pool, LESSON_TRACE));
    submit(pool, &before, &last);
    while (before.calls < in.count)
        lesson_must(pool_poll(pool, POOL_FOREVER));
    occupy(pool, &running, pids, workers);
    submit(pool, &waiting, &never);
    for (size_t i = 0; i < workers; i++)
        kill(pids[i], SIGTERM); // what kill(1) sends: please end
    lesson_must(pool_terminate(pool));
    lesson_must(pool_join(pool));

    size_t killed = killed_by(pool, SIGKILL);
    lesson_claim(killed == workers,
                 "%zu tasks ignored SIGTERM; SIGKILL is not to be ignored",
                 killed);
    lesson_claim(running.cancelled == workers && waiting.cancelled == in.count,
                 "terminate: %zu running and %zu waiting tasks were cancelled",
                 running.cancelled, waiting.cancelled);
    lesson_claim(pool_result_get(never, NULL, 0, POOL_FOREVER) ==
                     POOL_ECANCELLED,
                 "get on one of them returns at once: \"%s\"",
                 pool_strerror(POOL_ECANCELLED));
    lesson_claim(before.done == in.count && pool_result_status(last) == 0,
                 "the %zu tasks done before keep their results", before.done);
    lesson_claim(there(pids, workers) == 0, "no worker is left");
    lesson_timeline(pool);
    pool_destroy(pool);
}

// Another client, in a process of its own, is killed. Returns whether its
// workers end: then the last who held the pipe's writing end is gone.
static bool end_with_client(pid_t *pids, size_t workers) {
    struct ends ends = {0};
    char byte;
    pid_t client = fork();
    if (client == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // in case you press Ctrl-C
        occupy(create(workers), &ends, pids, workers);
        for (char done = 1; write(gate[1], &done, 1) == 1;)
            pause();
    }
    close(news[1]); // we hold it too
    if (client < 0 || read(gate[0], &byte, 1) != 1 ||
        kill(client, SIGKILL) < 0 || waitpid(client, NULL, 0) < 0)
        exit(lesson_failed("the second client", 0));
    struct pollfd end = {.fd = news[0], .events = POLLIN};
    return poll(&end, 1, 10000) == 1 && read(news[0], &byte, 1) == 0;
}

int main(void) {
    lesson_begin(5, "close, join, terminate");
    size_t workers = lesson_workers(), tasks = lesson_tasks(50, 10000);
    pid_t *pids = lesson_calloc(workers, sizeof *pids);
    struct ends ends = {0};
    in = lesson_files(tasks);
    if (pipe(gate) < 0 || pipe(news) < 0)
        return lesson_failed("pipe", 0);
    lesson_predict("pool_join() is called, but nobody has closed the pool. "
                   "What happens?",
                   (const char *[]){"it waits for ever",
                                    "it closes the pool itself, then waits",
                                    "it returns an error at once",
                                    "it waits until no task is left", NULL});

    lesson_part("Close, then join; and the wrong orders too");
    int join = in_order(pids, workers);

    lesson_part("Terminate: now, whatever runs");
    cut_short(pids, workers);

    lesson_part("Destroy is terminate, not close");
    struct pool *pool = create(workers);
    occupy(pool, &ends, pids, workers);
    submit(pool, &ends, NULL);
    pool_destroy(pool);
    lesson_claim(ends.done == 0 && ends.cancelled == workers + tasks,
                 "of %zu tasks that waited, none was run", tasks);

    lesson_part("The client is killed, and can end nothing");
    lesson_claim(end_with_client(pids, workers),
                 "its %zu workers, in tasks that never end, are gone too",
                 workers);
    lesson_answer(join == POOL_ERUNNING ? 'c' : 'a',
                  "workers of an open pool wait for tasks, so join would wait "
                  "for ever. An error is kinder.");
    lesson_files_free(&in);
    free(pids);
    return lesson_end();
}
