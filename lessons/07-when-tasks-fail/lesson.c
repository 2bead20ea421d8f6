// SPDX-License-Identifier: MIT
// Lesson 7: tasks fail, crash, exit, hang and are killed; what is lost, and
// what is not. How they fail is in tasks.c, who kills them in killed.c.
// Runs in: client.
#include "killed.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define UNLUCKY(count) ((count) / 2) // the item whose worker is killed

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

int main(void) {
    lesson_begin(7, "when tasks fail");
    size_t workers = lesson_workers(), tasks = lesson_tasks(200, 10000);
    unsigned distance;
    words = lesson_words(tasks, true);
    struct job *jobs = lesson_calloc(tasks, sizeof *jobs);
    size_t *expected = lesson_calloc(tasks, sizeof *expected);
    starts = lesson_shared(tasks * sizeof *starts);
    if (pipe(news) < 0)
        return lesson_failed("pipe", 0);
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
    struct pool *limited = lesson_have(pool_create(
        &(struct pool_options){.workers = 1, .task_timeout_ms = 100}));
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    printf("  The error, and this time's message:\n");
    // 2 submit, and 5 use the results: errors are results too
    int refused = one(pool, REFUSES, "refuses");
    struct pool_stats stats;
    lesson_must(pool_stats(pool, &stats));
    int crashed = one(pool, CRASHES, "crashes");
    int left = one(pool, EXITS, "exits"), hung = one(limited, HANGS, "hangs");
    putchar('\n');
    pool_destroy(limited);
    lesson_claim(refused == POOL_ETASK && crashed == POOL_ELOST &&
                     left == POOL_ELOST && hung == POOL_ETIMELIMIT,
                 "each ended with its error, and none took the client along");
    lesson_claim(refused == POOL_ETASK && stats.respawned == 0,
                 "a task that refuses says why, and its worker lives on");
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
                 tasks, tasks - 1);
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
                 workers, tasks);
    lesson_must(pool_close(pool)); // 3 close
    lesson_must(pool_join(pool));  // 4 join
    pool_destroy(pool);

    lesson_part("Another try for the item: max_retries");
    pool = lesson_have(pool_create(
        &(struct pool_options){.workers = workers, .max_retries = 1}));
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
