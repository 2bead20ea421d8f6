// SPDX-License-Identifier: MIT
// Lesson 9, parts 1 and 3: a task that counts, and what its answers tell.
// Runs in: workers (count, prepare), client (the rest).
#include "count.h"

#include <stdlib.h>
#include <unistd.h>

struct lesson_words words;
size_t calls, prepared;

int count(const void *arg, size_t arg_size, void *result, size_t result_size) {
    (void)arg_size, (void)result_size;
    unsigned letters; // by which the most similar word differs
    lesson_nearest(&words, words.word[*(const size_t *)arg].text, &letters);
    calls++;
    *(struct answer *)result =
        (struct answer){getpid(), calls, prepared, letters, rand()};
    return 0;
}

int prepare(void *arg) {
    (void)arg;
    prepared++;
    srand((unsigned)getpid());
    return 0;
}

static int by_process(const void *a, const void *b) {
    const struct answer *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return (x->calls > y->calls) - (x->calls < y->calls);
}

struct summary summarize(struct answer *answers, size_t tasks) {
    struct summary s = {.whole = true, .same_draw = true, .prepared = true};
    int drawn = 0;
    qsort(answers, tasks, sizeof *answers, by_process);
    for (struct answer *a = answers; a < answers + tasks; a++) {
        bool first = a == answers || a[-1].pid != a->pid;
        s.whole &= a->calls == (first ? 1 : a[-1].calls + 1);
        s.prepared &= a->prepared == 1;
        s.letters += a->letters;
        s.longest = a->calls > s.longest ? a->calls : s.longest;
        if (first && s.processes++ == 0)
            drawn = a->drawn;
        s.same_draw &= !first || a->drawn == drawn;
    }
    return s;
}
