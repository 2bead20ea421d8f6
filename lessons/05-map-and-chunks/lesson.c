// SPDX-License-Identifier: MIT
// Lesson 5: one map over many items: their order, their chunks, their errors,
// and what to do where the input has no end.
// Part 4 is in endless.c, the tasks are in tasks.c. Runs in: client.
#include "cut.h"
#include "endless.h"
#include "tasks.h"

#include <stdlib.h>
#include <string.h>

#define TINY ((size_t)10000) // words of a map with next to no work in each

static int largest_first(const void *a, const void *b) {
    const struct lesson_file *x = a, *y = b;
    return (x->size < y->size) - (x->size > y->size);
}

int main(void) {
    lesson_begin(5, "map and chunks");
    size_t workers = lesson_workers(), tasks = lesson_tasks(200, 10000);
    size_t each[] = {1, 0, (tasks + workers - 1) / workers}, right = 0;
    size_t bad = (tasks + 1) / 2;
    struct cut even[3], uneven[3];
    files = lesson_files(tasks);
    words = lesson_words(MANY, true);
    qsort(files.file, tasks, sizeof *files.file, largest_first);
    size_t *item = lesson_calloc(tasks + 1, sizeof *item);
    size_t *counts = lesson_calloc(TINY, sizeof *counts);
    struct sum *sums = lesson_calloc(tasks + 1, sizeof *sums);
    gate = lesson_shared(sizeof *gate);
    lesson_predict(
        "Files, the largest first, are cut into one chunk for each worker, "
        "each of equally many files. How evenly is the work shared out?",
        (const char *[]){"evenly, since each chunk has equally many files",
                         "evenly, since an idle worker helps a busy one",
                         "unevenly: the first chunk is the most work", NULL});

    lesson_part("One map, and the order of its results");
    // 1 create the pool
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    for (size_t i = 0; i < tasks; i++)
        item[i] = i;
    atomic_store(&gate->need, workers > 1 && tasks > 1);
    // 2 submit, wait, and use the results: all in one call
    lesson_must(pool_map(pool, checksum, item, tasks, sizeof *item, sums,
                         sizeof *sums, 1));
    for (size_t i = 0; i < tasks; i++) {
        uint32_t crc;
        right += lesson_checksum(files.file[i].path, &crc) == 0 &&
                 crc == sums[i].crc;
    }
    lesson_say("Checksums of %zu files, the largest first.", tasks);
    lesson_claim(right == tasks,
                 "result i is the checksum of file i, %zu times", right);
    if (atomic_load(&gate->need))
        lesson_claim(sums[0].before > 0, "the first file was not done first, "
                                         "and its result still comes first");

    lesson_part("How many at a time?");
    atomic_store(&gate->need, 0);
    for (int i = 0; i < 3; i++) // 2 submit, with three chunk sizes
        even[i] =
            cut_map(pool, vowels, words.word, TINY, sizeof *words.word, counts,
                    sizeof *counts, i < 2 ? each[i] : TINY / workers + 1, NULL);
    for (int i = 0; i < 3; i++)
        uneven[i] = cut_map(pool, checksum, item, tasks, sizeof *item, sums,
                            sizeof *sums, each[i], files.file);
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
    atomic_store(&gate->need, SIZE_MAX); // item 0 does not end until told to
    lesson_must(pool_map_async(pool, checksum, item, tasks + 1, sizeof *item,
                               sizeof *sums, 0, NULL, NULL, &asked));
    int early = pool_result_status(asked);
    atomic_store(&gate->need, 0);
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

    endless(workers);
    bool uneven_work = uneven[2].heaviest * (double)uneven[2].chunks > 1.05;
    lesson_answer(uneven_work ? 'c' : 'a',
                  "equally many items are equally much work only if all are "
                  "alike, and a chunk that has begun stays with its worker.");
    lesson_files_free(&files);
    lesson_words_free(&words);
    free(item), free(counts), free(sums);
    return lesson_end();
}
