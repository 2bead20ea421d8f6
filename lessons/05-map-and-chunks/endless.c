// SPDX-License-Identifier: MIT
// Lesson 5, part 4: input that has no end, in memory that has one.
// Runs in: client.
#include "endless.h"
#include "tasks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOW ((size_t)16)      // words made ahead
#define MEMORY ((size_t)1 << 20) // bytes of the pool: less than MANY words
#define SOME (MANY / 10)         // after so many the memory is looked at

// The source: the words, round and round, for ever.
static int next_word(void *made, void *item, size_t item_size) {
    memcpy(item, &words.word[(*(size_t *)made)++ % MANY], item_size);
    return 1;
}

// How many KiB of memory this process has, what it shares included.
static long memory(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1)
        exit(lesson_failed("/proc/self/statm", 0));
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

void endless(size_t workers) {
    size_t made = 0, far = 0, same = 0, waits = 0, index = 0, count, right;
    size_t *counts = lesson_calloc(MANY, sizeof *counts);
    struct pool_iter *iter;
    long used = 0;

    lesson_part("Input without an end");
    struct pool *pool = lesson_have(pool_create(
        &(struct pool_options){.workers = workers, .memory = MEMORY}));
    int whole = pool_map(pool, vowels, words.word, MANY, sizeof *words.word,
                         counts, sizeof *counts, 0);
    lesson_must(pool_imap(pool, vowels, next_word, &made, sizeof *words.word,
                          sizeof count, WINDOW, &iter));
    size_t before = made;
    for (size_t i = 0; i < MANY; i++) {
        if (pool_iter_next(iter, &count, &index, 0) != 1) {
            waits++;
            lesson_must(pool_iter_next(iter, &count, &index, POOL_FOREVER));
        }
        vowels(&words.word[i], sizeof *words.word, &right, sizeof right);
        same += index == i && count == right;
        far = made - i - 1 > far ? made - i - 1 : far;
        if (i == SOME)
            used = memory();
    }
    used = memory() - used;
    pool_iter_free(iter);
    pool_destroy(pool);
    free(counts);

    lesson_claim(whole == POOL_ENOMEM,
                 "a map of %zu words in a pool of %zu MiB: \"%s\"", MANY,
                 MEMORY >> 20, pool_strerror(whole));
    lesson_claim(same == MANY,
                 "an imap, in the same pool, counted the vowels of %zu words, "
                 "in order, and could have gone on for ever",
                 same);
    lesson_claim(before == WINDOW && far <= WINDOW,
                 "%zu words were read before anybody asked for a result, and "
                 "never more than %zu ahead",
                 before, WINDOW);
    lesson_claim(used < 256,
                 "from word %zu to word %zu the client's memory grew by less "
                 "than 256 KiB",
                 SOME, MANY);
    lesson_say("This time it grew by %ld KiB, and the client had to wait for "
               "%zu %% of the words.",
               used, 100 * waits / MANY);
}
