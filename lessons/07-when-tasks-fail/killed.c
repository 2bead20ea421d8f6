// SPDX-License-Identifier: MIT
// kill -9 of a worker in the middle of a map: how many results are lost?
//
//     ./killed [FILE] [WORKERS] [TASKS] [RETRIES]
#include "pool.h"
#include "words.h"
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static struct words words;
static size_t tasks, unlucky;
static int news[2];        // a pipe: the unlucky item tells who runs it
static atomic_uint *tries; // shared: how often the unlucky item was begun

// The task: how often does word number *arg stand there? Runs in a worker.
static int occurrences(const void *arg, size_t arg_size, void *result,
                       size_t result_size) {
    size_t number = *(const size_t *)arg, *count = result;
    pid_t me = getpid();
    (void)arg_size, (void)result_size;
    for (*count = 0; number == unlucky && atomic_fetch_add(tries, 1) == 0;)
        while (write(news[1], &me, sizeof me) != -1)
            pause(); // until it is killed
    for (size_t i = 0; i < words.count; i++)
        *count += !strcmp(words.word[i], words.word[number % words.count]);
    return 0;
}

int main(int argc, char **argv) {
    words = read_words(argc > 1 ? argv[1] : "LICENSE");
    struct pool_options options = {
        .workers = argc > 2 ? strtoul(argv[2], NULL, 10) : 2,
        .max_retries = argc > 4 ? (unsigned)atoi(argv[4]) : 0};
    tasks = argc > 3 ? strtoul(argv[3], NULL, 10) : 200;
    size_t items[tasks + 1], results[tasks + 1], lost = 0;
    for (size_t i = 0; i < tasks; i++)
        items[i] = i;
    unlucky = tasks / 2;
    tries = mmap(NULL, sizeof *tries, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct pool_result *result = NULL;
    struct pool *pool = pipe(news) == 0 ? pool_create(&options) : NULL;
    pool_map_async(pool, occurrences, items, tasks, sizeof *items,
                   sizeof *results, 0, NULL, NULL, &result);
    pid_t pid;
    if (!result || read(news[0], &pid, sizeof pid) != sizeof pid)
        return perror("killed"), 1;
    kill(pid, SIGKILL);
    pool_result_get(result, results, sizeof *results * tasks, POOL_FOREVER);
    for (size_t i = 0; i < tasks; i++)
        lost += pool_result_item_status(result, i) == POOL_ELOST;
    printf("items: %zu, lost: %zu\n", tasks, lost);
    printf("times the unlucky one was begun: %u\n", atomic_load(tries));
    printf("message: \"%s\"\n", pool_result_message(result));
    pool_close(pool), pool_join(pool), pool_destroy(pool);
    return 0;
}
