// SPDX-License-Identifier: MIT
// Lesson 4's task: words that become another one by a single letter.
// Runs in: workers, except job_number(), which runs in the client.
#include "compare.h"

#include <unistd.h>

#define WORDS 16 // of a job

struct lesson_words words;

int compare(const void *arg, size_t arg_size, void *result,
            size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct job *job = arg;
    struct found found;
    unsigned distance;
    if (job->count == 0)
        return pool_fail("no words to look at");
    do {
        found = (struct found){job->number, 0, getpid()};
        for (size_t i = job->first; i < job->first + job->count; i++) {
            lesson_nearest(&words, words.word[i % words.distinct].text,
                           &distance);
            found.close += distance == 1;
        }
    } while (job->until && !atomic_load(job->until));
    *(struct found *)result = found;
    return 0;
}

struct job job_number(size_t i, const atomic_bool *until) {
    return (struct job){i, i * WORDS, WORDS, i == 0 ? until : NULL};
}
