// SPDX-License-Identifier: MIT
// Close, then join: which call may come when, and what does it return?
//
//     ./in_order [FILE] [WORKERS] [TASKS]
#include "pool.h"
#include "words.h"
#include <unistd.h>

static struct words words; // read before the fork: every worker has them
static int gate[2];        // a pipe: the patient task waits for a byte in it

// How often does word number *arg stand in the text? Runs in a worker.
static int occurrences(const void *arg, size_t arg_size, void *result,
                       size_t result_size) {
    size_t count = 0, number = *(const size_t *)arg % words.count;
    (void)arg_size, (void)result_size;
    for (size_t i = 0; i < words.count; i++)
        count += !strcmp(words.word[i], words.word[number]);
    *(size_t *)result = count;
    return 0;
}

static int patient(const void *arg, size_t arg_size, void *result,
                   size_t result_size) {
    char byte;
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    return read(gate[0], &byte, 1) == 1 ? 0 : pool_fail("the gate is gone");
}

static void say(const char *call, int error) {
    printf("%-21s %s\n", call, error == 0 ? "ok" : pool_strerror(error));
}

int main(int argc, char **argv) {
    words = read_words(argc > 1 ? argv[1] : "LICENSE");
    struct pool_options options = {
        .workers = argc > 2 ? strtoul(argv[2], NULL, 10) : 2};
    size_t tasks = argc > 3 ? strtoul(argv[3], NULL, 10) : 50, count = 0;
    struct pool_result *slow = NULL, *last = NULL;

    struct pool *pool = pipe(gate) == 0 ? pool_create(&options) : NULL;
    int error = pool_apply_async(pool, patient, NULL, 0, 0, NULL, NULL, &slow);
    for (size_t i = 0; i < tasks && error == 0; i++)
        error = pool_apply_async(pool, occurrences, &i, sizeof i, sizeof count,
                                 NULL, NULL, i + 1 < tasks ? NULL : &last);
    say("submit", error);
    say("join, too early", pool_join(pool));
    say("get, for 10 ms", pool_result_get(slow, NULL, 0, 10));
    if (error < 0 || write(gate[1], "", 1) != 1) // opens the gate
        return 1;
    say("get, without a limit", pool_result_get(slow, NULL, 0, POOL_FOREVER));
    say("close", pool_close(pool));
    say("apply, too late", pool_apply(pool, patient, NULL, 0, NULL, 0));
    say("join", pool_join(pool));
    say("get, after the join", pool_result_get(last, &count, sizeof count, 0));
    printf("times the last word stands there: %zu\n", count);
    pool_destroy(pool);
    free(words.word);
    return 0;
}
