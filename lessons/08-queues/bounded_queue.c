// SPDX-License-Identifier: MIT
// A producer puts words into a queue; tasks in the workers take them out.
//
//     cc bounded_queue.c -I../../lib -I../common ../../build/gcc/lib/libpool.a
//     ./a.out [CAPACITY [FILE]]
#include "pool.h"
#include "words.h"
#include <err.h>
#include <stdatomic.h>

static struct words words; // read before the fork: every worker has them

struct job { // pointers into the pool's memory mean the same in all processes
    struct pool_queue *queue;
    atomic_size_t *taken;
};

// The task: takes word numbers until the queue is closed and empty.
static int consume(const void *arg, size_t arg_size, void *letters,
                   size_t size) {
    const struct job *job = arg;
    size_t number, sum = 0;
    (void)arg_size;
    while (pool_queue_get(job->queue, &number, POOL_FOREVER) == 0) {
        atomic_fetch_add(job->taken, 1);
        sum += strlen(words.word[number]);
    }
    memcpy(letters, &sum, size);
    return 0;
}

int main(int argc, char **argv) {
    size_t capacity = argc > 1 ? strtoul(argv[1], NULL, 10) : 8;
    size_t letters[2] = {0}, most = 0, ahead;
    struct pool_result *result;
    words = read_words(argc > 2 ? argv[2] : "/usr/share/common-licenses/GPL-3");
    struct pool *pool = pool_create(&(struct pool_options){.workers = 2});
    if (!pool)
        err(1, "pool_create"); // the queue is younger than the workers:
    struct job job = {pool_queue_create(pool, sizeof(size_t), capacity),
                      pool_alloc(pool, sizeof(atomic_size_t))};
    if (!job.queue || !job.taken)
        err(1, "a queue for %zu", capacity);
    int error = pool_map_async(pool, consume, (struct job[]){job, job}, 2,
                               sizeof job, sizeof *letters, 1, NULL, NULL,
                               &result); // two consumers
    for (size_t i = 0; i < words.count && error == 0; i++) {
        error = pool_queue_put(job.queue, &i, POOL_FOREVER); // waits if full
        ahead = i + 1 - atomic_load(job.taken);
        most = ahead > most ? ahead : most;
    }
    pool_queue_close(job.queue); // no more words
    if (error == 0)
        error = pool_result_get(result, letters, sizeof letters, POOL_FOREVER);
    if (error < 0)
        errx(1, "%s", pool_strerror(error));
    printf("words put: %zu, taken: %zu, letters: %zu, most ahead: %zu\n",
           words.count, *job.taken, letters[0] + letters[1], most);
    pool_destroy(pool);
}
