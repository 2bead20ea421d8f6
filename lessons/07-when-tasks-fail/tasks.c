// SPDX-License-Identifier: MIT
// Lesson 7's task, which fails in as many ways as it is told.
// Runs in: workers.
#include "tasks.h"

#include <stdlib.h>
#include <unistd.h>

struct lesson_words words;
atomic_size_t *starts;
int news[2];
static int *volatile nowhere;

int nearest(const void *arg, size_t arg_size, void *result,
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
