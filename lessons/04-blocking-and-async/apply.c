// SPDX-License-Identifier: MIT
// pool_apply() in a loop: how many workers work at the same time?
//
//     ./apply FILE [WORKERS] [TASKS]
#include "pool.h"
#include "words.h"

static struct words words; // read before the fork: every worker has them

// The task: how many words end like word number *arg? Runs in a worker.
static int rhymes(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    const char *word = words.word[*(const size_t *)arg];
    size_t length = strlen(word), count = 0;
    (void)arg_size, (void)result_size;
    for (size_t i = 0; i < words.count; i++) {
        size_t other = strlen(words.word[i]);
        count += length >= 3 && other >= 3 &&
                 strcmp(word + length - 3, words.word[i] + other - 3) == 0;
    }
    *(size_t *)result = count;
    return 0;
}

int main(int argc, char **argv) {
    words = read_words(argc > 1 ? argv[1] : "LICENSE");
    struct pool_options options = {
        .workers = argc > 2 ? strtoul(argv[2], NULL, 10) : 0};
    size_t tasks = argc > 3 ? strtoul(argv[3], NULL, 10) : 24;

    tasks = tasks < words.count ? tasks : words.count; // each word once
    struct pool *pool = pool_create(&options);         // 1 create
    if (!pool) {
        perror("pool_create");
        return 1;
    }
    int error = 0;
    for (size_t i = 0; i < tasks && error == 0; i++) {
        size_t number = i * words.count / tasks, count;
        // 2 submit, and wait: the next one is not submitted yet
        error = pool_apply(pool, rhymes, &number, sizeof number, &count,
                           sizeof count);
        if (error == 0)
            printf("%-16s rhymes: %zu\n", words.word[number], count);
    }
    if (error < 0)
        fprintf(stderr, "pool_apply: %s\n", pool_strerror(error));
    pool_close(pool);   // 3 close
    pool_join(pool);    // 4 join
    pool_destroy(pool); // (5 use the results: done, each came with its call)
    free(words.word);
    return error < 0;
}
