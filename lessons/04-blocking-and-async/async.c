// SPDX-License-Identifier: MIT
// pool_apply_async() in a loop: the same tasks, and who is told when?
//
//     ./async FILE [WORKERS] [TASKS]
#include "pool.h"
#include "words.h"
#include <unistd.h>

static struct words words; // read before the fork: every worker has them
static bool gated;         // does the first task wait for another one?
static int gate[2];        // a pipe: it waits for a byte in it

// The task, as in apply.c. Runs in a worker.
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
    if (gated && word == words.word[0] && read(gate[0], &count, 1) != 1)
        return pool_fail("the gate is gone");
    return 0;
}

// Is told that a result is there. Runs in your program, inside a pool_* call.
static void told(struct pool_result *result, void *word) {
    static size_t calls, count;
    if (pool_result_get(result, &count, sizeof count, 0) == 0)
        printf("%-16s rhymes: %zu\n", (char *)word, count);
    if (calls++ == 0 && gated && write(gate[1], "", 1) != 1)
        perror("write"); // it opens the gate
}

int main(int argc, char **argv) {
    words = read_words(argc > 1 ? argv[1] : "LICENSE");
    size_t workers = argc > 2 ? strtoul(argv[2], NULL, 10) : 2;
    size_t tasks = argc > 3 ? strtoul(argv[3], NULL, 10) : 24;
    tasks = tasks < words.count ? tasks : words.count; // each word once
    gated = workers > 1 && tasks > 1;
    struct pool_options options = {.workers = workers};
    struct pool *pool = pipe(gate) == 0 ? pool_create(&options) : NULL;
    int error = pool ? 0 : POOL_ESYS; // 1 create
    for (size_t i = 0; i < tasks && error == 0; i++) {
        size_t n = i * words.count / tasks; // 2 submit: returns at once
        error = pool_apply_async(pool, rhymes, &n, sizeof n, sizeof(size_t),
                                 told, words.word[n], NULL);
    }
    if (error < 0)
        fprintf(stderr, "async: %s\n", pool_strerror(error));
    pool_close(pool); // 3 close
    pool_join(pool);  // 4 join: and 5 use the results, in told()
    pool_destroy(pool);
    free(words.word);
    return error < 0;
}
