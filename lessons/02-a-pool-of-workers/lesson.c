// SPDX-License-Identifier: MIT
// Lesson 2: a pool of workers is built once, and then serves many tasks.
// Runs in: client, except power() and checksum(), which run in workers.
#include "lesson.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct answer {
    double value;
    pid_t pid; // who computed it
};

static int power(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg_size, (void)result_size;
    *(struct answer *)result =
        (struct answer){pow(*(const double *)arg, 2), getpid()};
    return 0;
}

static int checksum(const void *arg, size_t arg_size, void *result,
                    size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct lesson_file *file = arg;
    uint32_t crc;
    if (lesson_checksum(file->path, &crc) < 0)
        return pool_fail("%s: %s", file->path, strerror(errno));
    *(struct answer *)result = (struct answer){crc, getpid()};
    return 0;
}

// Submits a task for each item, closes, joins, and fetches the answers.
static void run(struct pool *pool, pool_task_fn *task, const char *items,
                size_t item_size, size_t tasks, struct answer *answers) {
    struct pool_result **results = calloc(tasks, sizeof *results);
    if (!results)
        lesson_must("calloc", POOL_ENOMEM);

    // 2 submit: returns at once, whether a worker is free or not
    for (size_t i = 0; i < tasks; i++)
        lesson_must("pool_apply_async",
                    pool_apply_async(pool, task, items + i * item_size,
                                     item_size, sizeof *answers, NULL, NULL,
                                     &results[i]));
    // 3 close
    lesson_must("pool_close", pool_close(pool));
    // 4 join
    lesson_must("pool_join", pool_join(pool));
    // 5 use the results
    for (size_t i = 0; i < tasks; i++)
        lesson_must("pool_result_get", pool_result_get(results[i], &answers[i],
                                                       sizeof *answers, 0));
    free(results);
}

static size_t processes(const struct answer *answers, size_t tasks) {
    pid_t pids[10000];
    for (size_t i = 0; i < tasks; i++)
        pids[i] = answers[i].pid;
    return lesson_processes(pids, tasks);
}

int main(void) {
    lesson_begin(2, "a pool of workers");
    size_t workers = lesson_workers(), tasks = lesson_tasks(100, 10000);
    struct lesson_files in = lesson_files(tasks);
    struct answer *answers = calloc(tasks, sizeof *answers);
    double *items = calloc(tasks, sizeof *items), sum = 0, right = 0;
    if (!items || !answers)
        return lesson_failed("calloc", 0);
    lesson_predict("A pool of workers is given many tasks at once. How many "
                   "processes run them?",
                   (const char *[]){"one for every task",
                                    "at most one per worker; a task goes to "
                                    "whoever is free",
                                    "one per worker, with an equal share for "
                                    "each",
                                    NULL});

    lesson_part("All at once: the pool is there before the first task");
    for (size_t i = 0; i < tasks; i++)
        right += pow(items[i] = (double)i, 2);
    // 1 create the pool
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool)
        return lesson_failed("pool_create", 0);
    size_t before = pool_worker_pids(pool, NULL, 0), after;
    uint64_t start = lesson_now();
    run(pool, power, (const char *)items, sizeof *items, tasks, answers);
    double pooled = (double)(lesson_now() - start);
    pool_destroy(pool);
    for (size_t i = 0; i < tasks; i++)
        sum += answers[i].value;
    lesson_say(
        "%zu times pow(i, 2) by pool_apply_async(); this time %zu of %zu "
        "workers took part.",
        tasks, processes(answers, tasks), workers);
    lesson_claim(before == workers,
                 "all %zu workers were there before the first task", workers);
    lesson_claim(sum == right, "the sum of the %zu squares is %.0f", tasks,
                 sum);
    lesson_claim(processes(answers, tasks) <= workers,
                 "%zu tasks were served by at most %zu processes", tasks,
                 workers);

    lesson_part("On demand: a worker is started when a task finds none idle");
    pool = pool_create(
        &(struct pool_options){.workers = workers, .on_demand = true});
    if (!pool)
        return lesson_failed("pool_create", 0);
    lesson_must("pool_trace_start", pool_trace_start(pool, LESSON_TRACE));
    before = pool_worker_pids(pool, NULL, 0);
    lesson_must("pool_apply",
                pool_apply(pool, checksum, in.file, sizeof *in.file, answers,
                           sizeof *answers));
    after = pool_worker_pids(pool, NULL, 0);
    run(pool, checksum, (const char *)in.file, sizeof *in.file, tasks, answers);
    lesson_say(
        "Checksums (CRC-32) of %zu files: of the first alone, then of all. "
        "This time the pool grew to %zu workers. A task that finds it full "
        "waits for a worker to end "
        "another one; no process is started for it.",
        in.distinct, processes(answers, tasks));
    lesson_claim(before == 0 && after == 1,
                 "no worker before the first task, one after it");
    lesson_claim(lesson_at_once(pool, 0, 0) <= workers,
                 "never more than %zu tasks ran at once; the others waited",
                 workers);
    uint32_t crc;
    size_t same = 0;
    for (size_t i = 0; i < tasks; i++)
        same += lesson_checksum(in.file[i].path, &crc) == 0 &&
                answers[i].value == crc;
    lesson_claim(
        same == tasks,
        "the workers' checksums are those that the client finds itself");
    lesson_timeline(pool);
    pool_destroy(pool);

    lesson_part("What the pool saves");
    start = lesson_now();
    for (size_t i = 0; i < tasks; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(pow(items[i], 2) < 0);
        if (pid < 0 || waitpid(pid, NULL, 0) < 0)
            return lesson_failed("fork", 0);
    }
    double forked = (double)(lesson_now() - start);
    lesson_say("The same powers with a process for each, as in lesson 1, take "
               "%s as long "
               "as on the pool.",
               lesson_times(forked, pooled));
    if (tasks >= 100)
        lesson_claim(forked > pooled,
                     "the pool is cheaper than a process per task");
    lesson_answer(
        'b',
        "a worker that has ended a task takes the next one that waits. Nobody "
        "deals out equal shares: see the timeline.");
    lesson_files_free(&in);
    free(items), free(answers);
    return lesson_end();
}
