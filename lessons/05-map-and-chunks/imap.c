// SPDX-License-Identifier: MIT
// pool_imap(): items from a source that never ends.
//
//     ./imap FILE [WORKERS] [RESULTS]
#include "pool.h"
#include "words.h"

#define WINDOW 16 // items that are made ahead, at most

static struct words words;

// The source makes one item after the other. Runs in your program.
static int next_word(void *made, void *item, size_t item_size) {
    memcpy(item, words.word[(*(size_t *)made)++ % words.count], item_size);
    return 1; // there always is another one
}

// The task: count the vowels of a word. Runs in a worker.
static int vowels(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    size_t count = 0;
    (void)arg_size, (void)result_size;
    for (const char *c = arg; *c; c++)
        count += strchr("aeiouAEIOU", *c) != NULL;
    *(size_t *)result = count;
    return 0;
}

int main(int argc, char **argv) {
    words = read_words(argc > 1 ? argv[1] : "LICENSE");
    size_t workers = argc > 2 ? strtoul(argv[2], NULL, 10) : 2;
    size_t results = argc > 3 ? strtoul(argv[3], NULL, 10) : 10000;
    size_t made = 0, total = 0, far = 0, sorted = 0, count, index;
    struct pool_iter *iter = NULL;
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool)
        return perror("imap"), 1;
    int error = pool_imap(pool, vowels, next_word, &made, sizeof *words.word,
                          sizeof count, WINDOW, &iter);
    printf("words made before a result was asked for: %zu\n", made);
    for (size_t i = 0; i < results && error >= 0; i++) {
        error = pool_iter_next(iter, &count, &index, POOL_FOREVER);
        total += count;
        sorted += index == i;
        far = made - i - 1 > far ? made - i - 1 : far;
    }
    if (error < 0)
        fprintf(stderr, "imap: %s\n", pool_strerror(error));
    printf("results: %zu, in order: %zu, vowels: %zu\n", results, sorted,
           total);
    printf("most words ahead: %zu\n", far);
    pool_iter_free(iter);
    pool_destroy(pool), free(words.word);
    return error < 0;
}
