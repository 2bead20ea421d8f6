// SPDX-License-Identifier: MIT
// Lesson 6: tasks fail, crash, exit, hang and are killed; what is lost, and
// what is not.
// Runs in: client, except nearest(), which runs in workers.
#include "lesson.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNLUCKY(count) ((count) / 2) // the item whose worker is killed
#define CHUNK 0                      // items of a chunk; 0: the library chooses

enum how { WELL, REFUSES, CRASHES, EXITS, HANGS, IS_KILLED };
struct job {
    size_t number;
    enum how how;
};

// Made before the pool: all workers have them.
static struct lesson_words words;
static atomic_size_t *starts; // how often each item was started; seen by all
static int news[2];           // a pipe: the pid of the worker to be killed
static int *volatile nowhere;

static int nearest(const void *arg, size_t arg_size, void *result,
                   size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct job *job = arg;
    size_t before = atomic_fetch_add(&starts[job->number], 1);
    pid_t pid = getpid();
    unsigned distance;
    switch (job->how) {
    case REFUSES:
        return pool_fail("this word is not for me");
    case CRASHES:
        *nowhere = 1;
        break;
    case EXITS:
        exit(3);
    case IS_KILLED:
        if (before > 0) // it is run again, and nobody kills it
            break;
        if (write(news[1], &pid, sizeof pid) != sizeof pid)
            return pool_fail("nobody to tell");
        // fall through
    case HANGS:
        for (;;)
            pause();
    case WELL:
        break;
    }
    *(size_t *)result = lesson_nearest(
        &words, words.word[job->number % words.count].text, &distance);
    return 0;
}

static struct pool *create(struct pool_options options) {
    struct pool *pool = pool_create(&options);
    if (!pool)
        exit(lesson_failed("pool_create", 0));
    return pool;
}

// Runs one task and shows what the client is told of it. Returns its error.
static int one(struct pool *pool, enum how how, const char *what) {
    struct pool_result *result;
    struct job job = {0, how};
    lesson_must(pool_apply_async(pool, nearest, &job, sizeof job,
                                 sizeof(size_t), NULL, NULL, &result));
    int error = pool_result_get(result, NULL, 0, POOL_FOREVER);
    printf("  %-10s%s\n%10s  \"%s\"\n", what, pool_strerror(error), "",
           pool_result_message(result));
    pool_result_free(result);
    return error;
}

struct outcome {
    int error;
    bool named; // the message names the worker that was killed, and the signal
    size_t right, lost, once;
};

// Maps all words. Where one of them IS_KILLED, kills the worker that has it.
static struct outcome map(struct pool *pool, const struct job *jobs,
                          size_t count, const size_t *expected) {
    struct outcome outcome = {0};
    struct pool_result *result;
    char killed[POOL_MESSAGE_SIZE] = "";
    size_t *got = lesson_calloc(count, sizeof *got);
    pid_t pid;
    for (size_t i = 0; i < count; i++)
        atomic_store(&starts[i], 0);
    lesson_must(pool_map_async(pool, nearest, jobs, count, sizeof *jobs,
                               sizeof *got, CHUNK, NULL, NULL, &result));
    if (jobs[UNLUCKY(count)].how == IS_KILLED) {
        if (read(news[0], &pid, sizeof pid) != sizeof pid || kill(pid, SIGKILL))
            exit(lesson_failed("kill", 0));
        snprintf(killed, sizeof killed, "worker %d killed by signal 9 (Killed)",
                 (int)pid);
    }
    outcome.error =
        pool_result_get(result, got, count * sizeof *got, POOL_FOREVER);
    outcome.named = strcmp(pool_result_message(result), killed) == 0;
    for (size_t i = 0; i < count; i++) {
        int error = pool_result_item_status(result, i);
        outcome.right += error == 0 && got[i] == expected[i];
        outcome.lost += error == POOL_ELOST;
        outcome.once += atomic_load(&starts[i]) == 1;
    }
    pool_result_free(result);
    free(got);
    return outcome;
}

// Waits until every worker has been replaced that had to be.
static bool complete(struct pool *pool, size_t workers) {
    uint64_t limit = lesson_now() + 10000000000u;
    while (pool_worker_pids(pool, NULL, 0) < workers && lesson_now() < limit)
        poll(NULL, 0, 1);
    return pool_worker_pids(pool, NULL, 0) == workers;
}

// Kills all workers of an idle pool, and waits until all of them are gone.
static void kill_idle(struct pool *pool, size_t workers) {
    pid_t *pids = lesson_calloc(workers, sizeof *pids);
    size_t count = pool_worker_pids(pool, pids, workers);
    for (size_t i = 0; i < count && i < workers; i++)
        kill(pids[i], SIGKILL);
    for (size_t i = 0; i < count && i < workers; i++)
        while (lesson_state(pids[i]) != '-')
            poll(NULL, 0, 1);
    free(pids);
}

int main(void) {
    lesson_begin(6, "when tasks fail");
    size_t workers = lesson_workers(), tasks = lesson_tasks(200, 10000);
    unsigned distance;
    words = lesson_words(tasks, true);
    struct job *jobs = lesson_calloc(tasks, sizeof *jobs);
    size_t *expected = lesson_calloc(tasks, sizeof *expected);
    starts = mmap(NULL, tasks * sizeof *starts, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (starts == MAP_FAILED || pipe(news) < 0)
        return lesson_failed("mmap, pipe", 0);
    for (size_t i = 0; i < tasks; i++) {
        jobs[i].number = i;
        expected[i] = lesson_nearest(&words, words.word[i].text, &distance);
    }
    lesson_predict("In the middle of a map over many items, one worker is "
                   "killed with kill -9. How many results are lost?",
                   (const char *[]){"all of them", "those of its chunk", "one",
                                    "none: its item is run again", NULL});

    lesson_part("Four ways to fail");
    // 1 create the pool: one that knows a time limit, and one without
    struct pool *limited =
        create((struct pool_options){.workers = 1, .task_timeout_ms = 100});
    struct pool *pool = create((struct pool_options){.workers = workers});
    printf("  The error, and this time's message:\n");
    // 2 submit, and 5 use the results: errors are results too
    int refused = one(pool, REFUSES, "refuses"),
        crashed = one(pool, CRASHES, "crashes"),
        left = one(pool, EXITS, "exits"), hung = one(limited, HANGS, "hangs");
    putchar('\n');
    pool_destroy(limited);
    lesson_claim(refused == POOL_ETASK && crashed == POOL_ELOST &&
                     left == POOL_ELOST && hung == POOL_ETIMELIMIT,
                 "each ended with its error, and none took the client along");
    lesson_claim(complete(pool, workers), "all %zu workers are there again",
                 workers);

    lesson_part("kill -9 in the middle of a map");
    lesson_must(pool_trace_start(pool, LESSON_TRACE));
    jobs[UNLUCKY(tasks)].how = IS_KILLED;
    struct outcome hit = map(pool, jobs, tasks, expected);
    bool replaced = complete(pool, workers);
    lesson_claim(hit.error == POOL_ELOST && hit.lost == 1 &&
                     hit.right == tasks - 1,
                 "of %zu items, exactly 1 is lost; the other %zu are right",
                 tasks, hit.right);
    lesson_claim(hit.once == tasks, "each item was started exactly once");
    lesson_claim(hit.named,
                 "the message names the worker's pid and the signal");
    lesson_claim(replaced, "the worker was replaced, and yet its item is lost: "
                           "the process is back, the task is not");
    lesson_timeline(pool);

    lesson_part("kill -9 of workers that do nothing");
    jobs[UNLUCKY(tasks)].how = WELL;
    kill_idle(pool, workers);
    struct outcome idle = map(pool, jobs, tasks, expected);
    lesson_claim(idle.right == tasks,
                 "all %zu idle workers were killed, and "
                 "the next map has all %zu results",
                 workers, idle.right);
    lesson_must(pool_close(pool)); // 3 close
    lesson_must(pool_join(pool));  // 4 join
    pool_destroy(pool);

    lesson_part("Another try for the item: max_retries");
    pool = create((struct pool_options){.workers = workers, .max_retries = 1});
    jobs[UNLUCKY(tasks)].how = IS_KILLED;
    struct outcome again = map(pool, jobs, tasks, expected);
    lesson_claim(again.right == tasks && again.once == tasks - 1 &&
                     atomic_load(&starts[UNLUCKY(tasks)]) == 2,
                 "none is lost, but one item was started twice");
    pool_destroy(pool);
    lesson_answer(hit.lost == 1 ? 'c'
                  : hit.lost    ? 'b'
                                : 'd',
                  "each item's state is one word in shared memory, and only "
                  "the dead worker's item was unfinished.");
    lesson_words_free(&words);
    free(jobs), free(expected);
    return lesson_end();
}
