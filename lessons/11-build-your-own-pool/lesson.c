// SPDX-License-Identifier: MIT
// Lesson 11: a pool of your own (mypool.c) beside the library's.
// Part 2 is in large.c, part 3 in worker_dies.c, part 4 in orphans.c.
// Runs in: client, except vowels(), which runs in workers.
#include "both.h"
#include "orphans.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

// A tiny task: how many vowels has this word?
static int vowels(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    (void)arg_size, (void)result_size;
    int *count = result;
    *count = 0;
    for (const char *c = arg; *c; c++)
        *count += strchr("aeiou", *c) != NULL;
    return 0;
}

// How often this process has gone to sleep so far.
static long sleeps(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_nvcsw : 0;
}

static void same_work(const struct both *both, size_t tasks) {
    struct lesson_words words = lesson_words(tasks, false);
    int *mine = lesson_calloc(tasks, sizeof *mine);
    int *theirs = lesson_calloc(tasks, sizeof *theirs);
    int *status = lesson_calloc(tasks, sizeof *status), count;
    double slow = INFINITY, fast = INFINITY;
    long slept = 0, waited = 0;
    size_t right = 0;

    lesson_part("The same tiny tasks");
    for (int round = 0; round < ROUNDS; round++) {
        slept -= sleeps();
        slow = fmin(slow, map(both->own, NULL, vowels, words.word, tasks,
                              sizeof *words.word, mine, sizeof *mine, status));
        slept += sleeps();
        waited -= sleeps();
        fast =
            fmin(fast, map(NULL, both->pool, vowels, words.word, tasks,
                           sizeof *words.word, theirs, sizeof *theirs, status));
        waited += sleeps();
    }
    for (size_t i = 0; i < tasks; i++) {
        vowels(&words.word[i], sizeof words.word[i], &count, sizeof count);
        right += mine[i] == count && theirs[i] == count;
    }
    lesson_say("Counting the vowels of a word of %s, one word a task. The own "
               "pool takes %s as long, at their best of %d rounds.",
               words.source, lesson_times(slow, fast), ROUNDS);
    lesson_say("This time its client went to sleep %ld times a round, the "
               "library's %ld times: it waits for all of them at once.",
               slept / ROUNDS, waited / ROUNDS);
    lesson_claim(right == tasks, "both pools counted %zu words rightly", tasks);
    lesson_words_free(&words);
    free(mine), free(theirs), free(status);
}

int main(void) {
    lesson_begin(11, "build your own pool");
    size_t workers = lesson_workers(), tasks = lesson_tasks(2000, 10000);
    lesson_predict("All workers of a pool on sockets are in the middle of a "
                   "task. Now their client is killed with kill -9. What "
                   "becomes of them?",
                   (const char *[]){"they are killed with it",
                                    "they end: their socket is closed",
                                    "they work on, and notice nothing", NULL});
    struct both both = both_create(workers); // 1 create the pools
    same_work(&both, tasks);                 // 2 submit, 5 use the results
    large_results(&both);
    worker_dies(&both, tasks);
    mypool_destroy(both.own);
    lesson_must(pool_close(both.pool)); // 3 close
    lesson_must(pool_join(both.pool));  // 4 join
    pool_destroy(both.pool);

    size_t orphans = client_dies(workers);
    lesson_answer(orphans ? 'c' : 'a', // who never reads must be killed
                  "a closed socket is only seen by one that reads or writes "
                  "it, and a worker in a task does neither.");
    return lesson_end();
}
