// SPDX-License-Identifier: MIT
// Lesson 2: a pool of workers is built once, and then serves many tasks.
// Runs in: client, except power() and checksum(), which run in workers.
#include "lesson.h"

#include <math.h>
#include <stdlib.h>
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

// The CRC-32 of a file, or -1. Runs in: client and worker.
static double checksum_of(const struct lesson_file *file) {
    uint32_t crc;
    return lesson_checksum(file->path, &crc) == 0 ? (double)crc : -1;
}

static int checksum(const void *arg, size_t arg_size, void *result,
                    size_t result_size) {
    (void)arg_size, (void)result_size;
    *(struct answer *)result = (struct answer){checksum_of(arg), getpid()};
    return 0;
}

// Submits a task for each item, closes, joins and fetches the answers.
// Returns how many processes they came from.
static size_t run(struct pool *pool, pool_task_fn *task, const char *items,
                  size_t item_size, size_t tasks, struct answer *answers) {
    struct pool_result **results = lesson_calloc(tasks, sizeof *results);

    // 2 submit: returns at once, whether a worker is free or not
    for (size_t i = 0; i < tasks; i++)
        lesson_must(pool_apply_async(pool, task, items + i * item_size,
                                     item_size, sizeof *answers, NULL, NULL,
                                     &results[i]));
    // 3 close
    lesson_must(pool_close(pool));
    // 4 join
    lesson_must(pool_join(pool));
    // 5 use the results
    for (size_t i = 0; i < tasks; i++)
        lesson_must(
            pool_result_get(results[i], &answers[i], sizeof *answers, 0));
    free(results);
    return lesson_processes(&answers->pid, tasks, sizeof *answers);
}

int main(void) {
    lesson_begin(2, "a pool of workers");
    size_t workers = lesson_workers(), tasks = lesson_tasks(100, 10000);
    struct lesson_files in = lesson_files(tasks);
    struct answer *answers = lesson_calloc(tasks, sizeof *answers);
    double *items = lesson_calloc(tasks, sizeof *items), sum = 0, right = 0;
    lesson_predict(
        "A pool of workers is given many tasks at once. How many "
        "processes run them?",
        (const char *[]){"one for every task",
                         "at most one per worker, with whatever share",
                         "one per worker, with an equal share", NULL});

    lesson_part("All at once: the pool is there before the first task");
    for (size_t i = 0; i < tasks; i++)
        right += pow(items[i] = (double)i, 2);
    // 1 create the pool
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool)
        return lesson_failed("pool_create", 0);
    size_t before = pool_worker_pids(pool, NULL, 0);
    uint64_t start = lesson_now();
    size_t processes =
        run(pool, power, (const char *)items, sizeof *items, tasks, answers);
    double pooled = (double)(lesson_now() - start);
    pool_destroy(pool);
    for (size_t i = 0; i < tasks; i++)
        sum += answers[i].value;
    lesson_say("%zu times pow(i, 2). This time %zu of %zu workers took part.",
               tasks, processes, workers);
    lesson_claim(before == workers,
                 "all %zu workers were there before the first task", workers);
    lesson_claim(sum == right, "the sum of the %zu squares is %.0f", tasks,
                 sum);
    lesson_claim(processes <= workers,
                 "%zu tasks were served by at most %zu processes", tasks,
                 workers);

    lesson_part("On demand: a worker is started when a task finds none idle");
    pool = pool_create(
        &(struct pool_options){.workers = workers, .on_demand = true});
    if (!pool)
        return lesson_failed("pool_create", 0);
    lesson_must(pool_trace_start(pool, LESSON_TRACE));
    before = pool_worker_pids(pool, NULL, 0);
    lesson_must(pool_apply(pool, checksum, in.file, sizeof *in.file, answers,
                           sizeof *answers));
    size_t after = pool_worker_pids(pool, NULL, 0), same = 0;
    processes = run(pool, checksum, (const char *)in.file, sizeof *in.file,
                    tasks, answers);
    for (size_t i = 0; i < tasks; i++)
        same += answers[i].value == checksum_of(&in.file[i]);
    lesson_say(
        "Checksums of %zu files: of the first alone, then of all. This time "
        "%zu workers took part. A task that finds "
        "the pool full waits for a worker; no process is started for it.",
        in.distinct, processes);
    lesson_claim(before == 0 && after == 1,
                 "no worker before the first task, and only one for it");
    lesson_claim(lesson_at_once(pool, 0, 0) <= workers,
                 "never more than %zu tasks ran at once; the others waited",
                 workers);
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
               "%s as long as on the pool.",
               lesson_times(forked, pooled));
    if (tasks >= 100)
        lesson_claim(forked > pooled,
                     "the pool is cheaper than a process per task");
    lesson_answer('b', "whoever ends a task takes the next one that waits. "
                       "Nobody deals out equal shares: see the timeline.");
    lesson_files_free(&in);
    free(items), free(answers);
    return lesson_end();
}
