// SPDX-License-Identifier: MIT
// Lesson 4: one map over many items: their order, their chunks, their errors,
// and what to do where the input has no end.
// Runs in: client, except checksum() and vowels(), which run in workers.
#include "cut.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define TINY ((size_t)10000)     // words of a map with next to no work in each
#define MANY ((size_t)100000)    // words taken from a source that has no end
#define WINDOW ((size_t)16)      // of which so many are made ahead
#define MEMORY ((size_t)2 << 20) // bytes: less than that many words

static struct lesson_files in; // made before the pool: all workers have them
static struct lesson_words words;
// Seen by all: item 0 goes on until `need` others have ended.
static struct shared { atomic_size_t ended, need; } * shared;

// The result of an item, and how many items had ended before it.
struct sum {
    uint32_t crc;
    size_t before;
};

static int checksum(const void *arg, size_t arg_size, void *result,
                    size_t result_size) {
    (void)arg_size, (void)result_size;
    size_t number = *(const size_t *)arg;
    struct sum sum;
    if (number >= in.count)
        return pool_fail("no such file");
    do {
        if (lesson_checksum(in.file[number].path, &sum.crc) != 0)
            return pool_fail("%s cannot be read", in.file[number].path);
    } while (number == 0 &&
             atomic_load(&shared->ended) < atomic_load(&shared->need));
    sum.before = atomic_fetch_add(&shared->ended, 1);
    *(struct sum *)result = sum;
    return 0;
}

static int vowels(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    (void)arg_size, (void)result_size;
    size_t count = 0;
    for (const char *letter = arg; *letter; letter++)
        count += strchr("aeiou", *letter) != NULL;
    *(size_t *)result = count;
    return 0;
}

// The source: the words, round and round, for ever. Runs in: client.
static int next_word(void *made, void *item, size_t item_size) {
    memcpy(item, &words.word[(*(size_t *)made)++ % MANY], item_size);
    return 1;
}

static int largest_first(const void *a, const void *b) {
    const struct lesson_file *x = a, *y = b;
    return (x->size < y->size) - (x->size > y->size);
}

int main(void) {
    lesson_begin(4, "map and chunks");
    size_t workers = lesson_workers(), tasks = lesson_tasks(200, 10000);
    size_t sizes[] = {1, 0, (tasks + workers - 1) / workers}, index = 0, out;
    size_t right = 0, made = 0, far = 0, same = 0, bad = (tasks + 1) / 2;
    struct cut even[3], uneven[3];
    in = lesson_files(tasks);
    words = lesson_words(MANY, true);
    qsort(in.file, tasks, sizeof *in.file, largest_first);
    size_t *item = lesson_calloc(tasks + 1, sizeof *item);
    size_t *counts = lesson_calloc(MANY, sizeof *counts);
    struct sum *sums = lesson_calloc(tasks + 1, sizeof *sums);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return lesson_failed("mmap", 0);
    lesson_predict(
        "Files, the largest first, are cut into one chunk for each worker, "
        "each of equally many files. How evenly is the work shared out?",
        (const char *[]){"evenly, since each chunk has equally many files",
                         "evenly, since an idle worker helps a busy one",
                         "unevenly: the first chunk is the most work", NULL});

    lesson_part("One map, and the order of its results");
    // 1 create the pool
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool)
        return lesson_failed("pool_create", 0);
    for (size_t i = 0; i < tasks; i++)
        item[i] = i;
    atomic_store(&shared->need, workers > 1 && tasks > 1);
    // 2 submit, wait, and use the results: all in one call
    lesson_must(pool_map(pool, checksum, item, tasks, sizeof *item, sums,
                         sizeof *sums, 1));
    for (size_t i = 0; i < tasks; i++) {
        uint32_t crc;
        right +=
            lesson_checksum(in.file[i].path, &crc) == 0 && crc == sums[i].crc;
    }
    lesson_say("Checksums of %zu files, the largest first.", tasks);
    lesson_claim(right == tasks,
                 "result i is the checksum of file i, %zu times", right);
    if (atomic_load(&shared->need))
        lesson_claim(sums[0].before > 0, "the first file was not done first, "
                                         "and its result still comes first");

    lesson_part("How many at a time?");
    atomic_store(&shared->need, 0);
    for (int i = 0; i < 3; i++) // 2 submit, with three chunk sizes
        even[i] = cut_map(pool, vowels, words.word, TINY, sizeof *words.word,
                          counts, sizeof *counts,
                          i < 2 ? sizes[i] : TINY / workers + 1, NULL);
    for (int i = 0; i < 3; i++)
        uneven[i] = cut_map(pool, checksum, item, tasks, sizeof *item, sums,
                            sizeof *sums, sizes[i], in.file);
    cut_show("10,000 words", even, "the files", uneven);
    lesson_claim(even[0].chunks == TINY && even[2].chunks <= workers,
                 "chunks of 1 word: a worker comes for the next one %zu times; "
                 "of n / workers: %zu times",
                 even[0].chunks, even[2].chunks);
    lesson_claim(uneven[0].heaviest <= uneven[1].heaviest &&
                     uneven[1].heaviest <= uneven[2].heaviest,
                 "the larger the chunks, the more of the bytes lie in one");
    lesson_timeline(pool); // of the last map

    lesson_part("Asked too early, and a file that is not there");
    struct pool_result *asked;
    memmove(item + bad + 1, item + bad, (tasks - bad) * sizeof *item);
    item[bad] = SIZE_MAX;
    atomic_store(&shared->need, SIZE_MAX); // item 0 does not end until told to
    lesson_must(pool_map_async(pool, checksum, item, tasks + 1, sizeof *item,
                               sizeof *sums, 0, NULL, NULL, &asked));
    int early = pool_result_status(asked);
    atomic_store(&shared->need, 0);
    int late =
        pool_result_get(asked, sums, (tasks + 1) * sizeof *sums, POOL_FOREVER);
    right = 0;
    for (size_t i = 0; i <= tasks; i++)
        right += pool_result_item_status(asked, i) == 0;
    lesson_claim(early == POOL_ENOTREADY,
                 "pool_result_status() before it is ready: \"%s\"",
                 pool_strerror(early));
    lesson_claim(late == POOL_ETASK,
                 "pool_result_get() waits, and says: \"%s\"",
                 pool_result_message(asked));
    lesson_claim(right == tasks,
                 "1 of %zu items failed, the other %zu have "
                 "run and have their results",
                 tasks + 1, right);
    pool_destroy(pool); // 3 close, 4 join: all is done, so this will do

    lesson_part("Input without an end");
    struct pool_iter *iter;
    pool = pool_create(
        &(struct pool_options){.workers = workers, .memory = MEMORY});
    if (!pool)
        return lesson_failed("pool_create", 0);
    int whole = pool_map(pool, vowels, words.word, MANY, sizeof *words.word,
                         counts, sizeof *counts, 0);
    lesson_must(pool_imap(pool, vowels, next_word, &made, sizeof *words.word,
                          sizeof out, WINDOW, &iter));
    size_t before = made;
    for (size_t i = 0; i < MANY; i++) {
        lesson_must(pool_iter_next(iter, &out, &index, POOL_FOREVER));
        far = made - i - 1 > far ? made - i - 1 : far;
        same += index == i && (i >= TINY || out == counts[i]);
    }
    lesson_claim(whole == POOL_ENOMEM,
                 "a map of %zu words in a pool of %zu "
                 "MiB: \"%s\"",
                 MANY, MEMORY >> 20, pool_strerror(whole));
    lesson_claim(same == MANY,
                 "an imap, in the same pool, counted the vowels of "
                 "%zu words, in order, and could have gone on for ever",
                 same);
    lesson_claim(before == WINDOW && far <= WINDOW,
                 "%zu words were read before anybody asked for a result, and "
                 "never more than %zu ahead",
                 before, WINDOW);
    bool uneven_work = uneven[2].heaviest * (double)uneven[2].chunks > 1.05;
    lesson_answer(uneven_work ? 'c' : 'a',
                  "equally many items are equally much work only if all are "
                  "alike, and a chunk that has begun stays with its worker.");
    pool_iter_free(iter);
    pool_destroy(pool);
    lesson_files_free(&in);
    lesson_words_free(&words);
    free(item), free(counts), free(sums);
    return lesson_end();
}
