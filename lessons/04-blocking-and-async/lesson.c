// SPDX-License-Identifier: MIT
// Lesson 4: pool_apply() waits, pool_apply_async() does not, and what follows.
// Runs in: client. The task is compare(), in compare.c.
#include "compare.h"

#include <poll.h>
#include <unistd.h>

// What the callbacks saw.
struct news {
    size_t calls, here, close, overtaken, newest;
    atomic_bool *heard; // in memory that the workers see too
};

// Runs in: client, inside a pool_* call.
static void told(struct pool_result *result, void *user) {
    struct news *news = user;
    struct found found;
    news->calls++;
    atomic_store(news->heard, true);
    if (pool_result_get(result, &found, sizeof found, 0) < 0)
        return;
    news->here += pool_worker_index() == -1 && found.pid != getpid();
    news->close += found.close;
    news->overtaken += found.number < news->newest;
    if (found.number > news->newest)
        news->newest = found.number;
}

int main(void) {
    lesson_begin(4, "blocking and async");
    size_t workers = lesson_workers(), tasks = lesson_tasks(24, 10000);
    size_t close = 0, earlier;
    struct news news = {0};
    struct found found;
    struct job job;
    words = lesson_words(0, true);
    lesson_predict("pool_apply() is called in a loop, once for each task, on a "
                   "pool of workers. How many tasks run at the same time?",
                   (const char *[]){"as many as there are workers", "one",
                                    "all of them", NULL});

    lesson_part("pool_apply() in a loop");
    // 1 create the pool
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    news.heard = lesson_have(pool_alloc(pool, sizeof *news.heard));
    lesson_must(pool_trace_start(pool, LESSON_TRACE));
    uint64_t start = lesson_now();
    for (size_t i = 0; i < tasks; i++) {
        job = job_number(i, NULL);
        lesson_must(
            pool_apply(pool, compare, &job, sizeof job, &found, sizeof found));
        close += found.close;
    }
    double blocking = (double)(lesson_now() - start);
    size_t at_once = lesson_at_once(pool, 1, tasks);
    lesson_say("%zu tasks look through %s for words that differ from another "
               "one in a single letter.",
               tasks, words.source);
    lesson_claim(at_once == 1,
                 "the pool has %zu workers, and never more than one of them "
                 "worked",
                 workers);

    lesson_part("pool_apply_async() in a loop");
    // The first job is to last until the client has heard of another one.
    const atomic_bool *until = workers > 1 && tasks > 1 ? news.heard : NULL;
    start = lesson_now();
    // 2 submit
    for (size_t i = 0; i < tasks; i++) {
        job = job_number(i, until);
        lesson_must(pool_apply_async(pool, compare, &job, sizeof job,
                                     sizeof found, told, &news, NULL));
    }
    double submitted = (double)(lesson_now() - start);
    // Sleep outside the pool until a result is there: who calls back now?
    earlier = news.calls;
    struct pollfd ready = {.fd = pool_fd(pool), .events = POLLIN};
    if (earlier < tasks && poll(&ready, 1, 60000) != 1)
        return lesson_failed("poll", 0);
    bool silent = news.calls == earlier;
    // 5 use the results: the callbacks add them up
    while (news.calls < tasks)
        lesson_must(pool_poll(pool, POOL_FOREVER));
    double async = (double)(lesson_now() - start);
    lesson_say("This time the loop of submissions took %.1f %% of the whole; "
               "up to %zu tasks ran at once, and %zu were overtaken by later "
               "ones. One by one takes %s as long.",
               100 * submitted / async,
               lesson_at_once(pool, tasks + 1, 2 * tasks), news.overtaken,
               lesson_times(blocking, async));
    lesson_claim(news.close == close, "both ways find the same %zu words",
                 close);
    lesson_claim(news.calls == tasks && news.here == tasks,
                 "%zu tasks ran in workers, their %zu callbacks in the client",
                 tasks, tasks);
    lesson_claim(silent, "while the client slept outside the pool's functions, "
                         "a result was ready and no callback ran");
    if (until)
        lesson_claim(news.overtaken > 0, "results came in another order than "
                                         "the tasks were submitted in");

    lesson_part("An error nobody asks for");
    struct pool_result *asked;
    struct pool_stats stats;
    job.count = 0;
    lesson_must(pool_apply_async(pool, compare, &job, sizeof job, sizeof found,
                                 NULL, NULL, NULL));
    lesson_must(pool_apply_async(pool, compare, &job, sizeof job, sizeof found,
                                 NULL, NULL, &asked));
    lesson_must(pool_close(pool)); // 3 close
    lesson_must(pool_join(pool));  // 4 join
    lesson_must(pool_stats(pool, &stats));
    lesson_say("Two tasks without words to look at were submitted, closed and "
               "joined. Nothing was printed.");
    lesson_claim(stats.failed == 2, "both failed, and no call said so");
    lesson_claim(pool_result_status(asked) == POOL_ETASK,
                 "the one whose result was kept says why: \"%s\"",
                 pool_result_message(asked));
    lesson_part("Who ran what when");
    lesson_timeline(pool);
    lesson_answer(at_once == 1 ? 'b' : 'a',
                  "pool_apply() returns when its task has ended; only "
                  "then the loop submits the next.");
    pool_destroy(pool);
    lesson_words_free(&words);
    return lesson_end();
}
