// SPDX-License-Identifier: MIT
// pool_map(): in which order do the items end, and in which come the results?
//
//     ./map FILE [WORKERS] [TASKS]
#include "pool.h"
#include "words.h"
#include <unistd.h>

static struct words words; // read before the fork: every worker has them
static int ended[2];       // a pipe: an item that ends writes its number
static size_t gate;        // the first item ends after so many others

// The task: count the vowels of word number *arg. Runs in a worker.
static int vowels(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    size_t number = *(const size_t *)arg, other, count = 0;
    (void)arg_size, (void)result_size;
    for (const char *c = words.word[number]; *c; c++)
        count += strchr("aeiouAEIOU", *c) != NULL;
    for (size_t i = 0; number == 0 && i < gate; i++)
        if (read(ended[0], &other, sizeof other) != sizeof other)
            return pool_fail("the pipe is gone");
    if (write(ended[1], &number, sizeof number) != sizeof number)
        return pool_fail("the pipe is full");
    *(size_t *)result = count;
    return 0;
}

int main(int argc, char **argv) {
    words = read_words(argc > 1 ? argv[1] : "LICENSE");
    size_t workers = argc > 2 ? strtoul(argv[2], NULL, 10) : 2;
    size_t tasks = argc > 3 ? strtoul(argv[3], NULL, 10) : 12, last = 0;
    tasks = tasks < words.count ? tasks : words.count;
    tasks = tasks < 4000 ? tasks : 4000; // what the pipe holds
    gate = workers > 1 ? tasks - 1 : 0;
    size_t *items = calloc(tasks, sizeof *items);
    size_t *counts = calloc(tasks, sizeof *counts);
    struct pool *pool = NULL;
    if (items && counts && pipe(ended) == 0) // 1 create
        pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool)
        return perror("map"), 1;
    for (size_t i = 0; i < tasks; i++)
        items[i] = i;
    // 2 submit, wait, and 5 have the results: all in one call
    int error = pool_map(pool, vowels, items, tasks, sizeof *items, counts,
                         sizeof *counts, 1);
    if (error < 0)
        fprintf(stderr, "pool_map: %s\n", pool_strerror(error));
    for (size_t i = 0; i < tasks && error == 0; i++)
        printf("%2zu  %-16s vowels: %zu\n", i, words.word[i], counts[i]);
    for (size_t i = gate; i < tasks; i++) // who is left in the pipe?
        if (read(ended[0], &last, sizeof last) != sizeof last)
            error = POOL_ESYS;
    printf("the last to end was item %zu\n", last);
    pool_close(pool), pool_join(pool); // 3 close, 4 join
    pool_destroy(pool), free(items), free(counts), free(words.word);
    return error < 0;
}
