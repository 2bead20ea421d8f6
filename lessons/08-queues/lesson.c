// SPDX-License-Identifier: MIT
// Lesson 8: queues, and why one reaches the workers and another does not.
// Part 1 is in pipes.c, the task of part 2, consume(), in tasks.c.
// Runs in: client.
#include "pipes.h"
#include "tasks.h"

#include <stdlib.h>

#define CAPACITY 8 // words that the queue has room for

// Puts every word's number. Returns how far we ever were ahead of the done.
static size_t produce(const struct job *job, size_t first, size_t tasks) {
    size_t most = first;
    for (size_t i = first; i < tasks; i++) {
        lesson_must(pool_queue_put(job->queue, &i, POOL_FOREVER));
        size_t ahead = i + 1 - atomic_load(job->done);
        most = ahead > most ? ahead : most;
    }
    return most;
}

int main(void) {
    lesson_begin(8, "queues");
    size_t workers = lesson_workers(), tasks = lesson_tasks(300, 10000);
    size_t room = tasks < CAPACITY ? tasks : CAPACITY, first, once = 0;
    struct sum sum = {0}, *sums = lesson_calloc(workers, sizeof *sums);
    struct job *jobs = lesson_calloc(workers, sizeof *jobs);
    struct pool_result *result;
    unsigned letters, right = 0;
    words = lesson_words(tasks, true);
    lesson_predict("A pool is there. Now you make a pipe and give its number "
                   "to a task, which writes to it. What happens?",
                   (const char *[]){"it arrives, as through any pipe",
                                    "write() fails",
                                    "nothing arrives; write() fails or, worse, "
                                    "succeeds",
                                    NULL});

    lesson_part("A pipe: to the workers it is a number");
    if (pipes(workers) != 0)
        return EXIT_FAILURE;

    lesson_part("The pool's queue: made when the workers are there already");
    // 1 create the pool, then the queue
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    lesson_must(pool_trace_start(pool, LESSON_TRACE));
    struct job job = {lesson_have(pool_queue_create(pool, sizeof first, room)),
                      lesson_have(pool_alloc(pool, tasks * sizeof *job.taken)),
                      lesson_have(pool_alloc(pool, sizeof *job.done))};
    for (first = 0; pool_queue_put(job.queue, &first, 0) == 0;)
        first++;
    lesson_claim(
        first == room && pool_queue_put(job.queue, &first, 0) == POOL_ETIMEDOUT,
        "nobody gets, so %zu put succeed and the next must wait", room);
    // 2 submit: a consumer for each worker; then we are the producer
    for (size_t i = 0; i < workers; i++)
        jobs[i] = job;
    lesson_must(pool_map_async(pool, consume, jobs, workers, sizeof job,
                               sizeof sum, 1, NULL, NULL, &result));
    size_t ahead = produce(&job, first, tasks);
    pool_queue_close(job.queue); // 3 close the queue, then the pool
    bool closed = pool_queue_put(job.queue, &first, 0) == POOL_ECLOSED;
    lesson_must(pool_close(pool));
    lesson_must(pool_join(pool)); // 4 join
    // 5 use the results
    lesson_must(pool_result_get(result, sums, workers * sizeof *sums, 0));
    for (size_t i = 0; i < workers; i++) {
        sum.words += sums[i].words, sum.letters += sums[i].letters;
        sum.disorder += sums[i].disorder;
        closed &= sums[i].ended == POOL_ECLOSED;
    }
    for (size_t i = 0; i < tasks; i++) {
        once += atomic_load(&job.taken[i]) == 1;
        lesson_nearest(&words, words.word[i].text, &letters);
        right += letters;
    }
    lesson_say("The client put %zu words of %s; consumers took each and looked "
               "for the word most like it. This time the first consumer took "
               "%zu, and the client was up to %zu ahead.",
               tasks, words.source, sums[0].words, ahead);
    lesson_claim(once == tasks && sum.words == tasks && sum.letters == right,
                 "each of the %zu words was taken exactly once", tasks);
    lesson_claim(sum.disorder == 0,
                 "every consumer got its words in the order they were put");
    lesson_claim(ahead <= room + workers,
                 "the producer was never more than %zu + %zu words ahead: the "
                 "queue's room, and one word for each consumer",
                 room, workers);
    lesson_claim(closed, "once closed, put is refused; get handed out the rest "
                         "and then told every consumer");
    lesson_part("Who ran what when");
    lesson_timeline(pool);
    lesson_answer('c', "a descriptor is a number in a table of the process's "
                       "own, and the worker's table is a copy made at the "
                       "fork.");
    pool_destroy(pool);
    lesson_words_free(&words);
    free(sums), free(jobs);
    return lesson_end();
}
