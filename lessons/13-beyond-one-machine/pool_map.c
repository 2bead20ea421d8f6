// SPDX-License-Identifier: MIT
// A map on a pool: the letters of each word, in the order of the alphabet.
//
//     ./pool_map FILE [WORKERS] [WORDS] [FATAL]
//
// The process that runs word number FATAL is killed before it has the result.
#include "pool.h"
#include "words.h"
#include <signal.h>

struct item {
    char word[32];
    bool fatal;
};

static int by_letter(const void *a, const void *b) {
    return *(const char *)a - *(const char *)b;
}

// The task. Runs in a worker.
static int letters(const void *arg, size_t arg_size, void *result,
                   size_t result_size) {
    const struct item *item = arg;
    char *word = memcpy(result, item->word, sizeof item->word);
    (void)arg_size, (void)result_size;
    if (item->fatal)
        raise(SIGKILL);
    qsort(word, strlen(word), 1, by_letter);
    return 0;
}

int main(int argc, char **argv) {
    struct words words = read_words(argc > 1 ? argv[1] : "LICENSE");
    struct pool_options options = {
        .workers = argc > 2 ? strtoul(argv[2], NULL, 10) : 2};
    size_t count = argc > 3 ? strtoul(argv[3], NULL, 10) : 200, lost = 0;
    size_t fatal = argc > 4 ? strtoul(argv[4], NULL, 10) : count;
    struct item *items = calloc(count, sizeof *items);
    char(*results)[32] = calloc(count, sizeof *results);
    struct pool_result *result = NULL;
    struct pool *pool = pool_create(&options);
    for (size_t i = 0; items && i < count; i++) {
        memcpy(items[i].word, words.word[i % words.count], 32);
        items[i].fatal = i == fatal;
    }
    if (!items || !results || !pool ||
        pool_map_async(pool, letters, items, count, sizeof *items,
                       sizeof *results, 0, NULL, NULL, &result) < 0)
        return perror("pool_map"), 1;
    pool_result_get(result, results, sizeof *results * count, POOL_FOREVER);
    for (size_t i = 0; i < count; i++)
        if (pool_result_item_status(result, i) == 0)
            printf("%s: %s\n", items[i].word, results[i]);
        else
            lost++;
    printf("%zu here, %zu lost\n", count - lost, lost);
    pool_destroy(pool);
    free(items), free(results), free(words.word);
    return 0;
}
