// SPDX-License-Identifier: MIT
// Lesson 8's task: a consumer.
// Runs in: workers.
#include "tasks.h"

struct lesson_words words;

int consume(const void *arg, size_t arg_size, void *result,
            size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct job *job = arg;
    struct sum sum = {0};
    unsigned letters;
    size_t i, last = 0;
    while (!(sum.ended = pool_queue_get(job->queue, &i, POOL_FOREVER))) {
        lesson_nearest(&words, words.word[i].text, &letters);
        sum.letters += letters;
        sum.disorder += sum.words++ > 0 && i < last;
        last = i;
        atomic_fetch_add(&job->taken[i], 1);
        atomic_fetch_add(job->done, 1);
    }
    *(struct sum *)result = sum;
    return 0;
}
