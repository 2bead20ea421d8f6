// SPDX-License-Identifier: MIT
// Lesson 10: a pool of your own (mypool.c) beside the library's.
// Part 4 is in orphans.c.
// Runs in: client, except the tasks, which run in workers.
#include "lesson.h"
#include "mypool.h"
#include "orphans.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define LARGE (1u << 20) // bytes of a large result
#define LARGES 16u       // how many of them
#define ROUNDS 5         // measured; the fastest counts, for both pools

static int setting = 1; // the client changes it once the pools are made
static pid_t lesson;    // workers that wait end with it

// Tasks begun since it was set to 0: in memory that all processes share, made
// before the pools.
static atomic_size_t *begun;

// A tiny task: how many vowels has this word?
static int vowels(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    (void)arg_size, (void)result_size;
    int *count = result;
    *count = 0;
    for (const char *c = arg; *c; c++)
        *count += strchr("aeiou", *c) != NULL;
    return 0;
}

// One whose result is more than a socket holds.
static int large(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg_size;
    memset(result, *(const int *)arg, result_size);
    atomic_fetch_add(begun, 1);
    return 0;
}

// One that kills its worker, if it is told so.
static int may_die(const void *arg, size_t arg_size, void *result,
                   size_t result_size) {
    (void)arg_size, (void)result_size;
    if (*(const int *)arg < 0)
        raise(SIGKILL);
    *(int *)result = *(const int *)arg;
    return 0;
}

// Waits until `count` tasks have begun: every one of as many workers has one.
static void wait_begun(size_t count) {
    while (atomic_load(begun) < count && kill(lesson, 0) == 0)
        poll(NULL, 0, 1);
}

// Each worker at the same time: what is `setting`, as you know it?
static int ask(const void *arg, size_t arg_size, void *result,
               size_t result_size) {
    (void)arg_size, (void)result_size;
    atomic_fetch_add(begun, 1);
    wait_begun((size_t) * (const int *)arg);
    *(int *)result = setting;
    return 0;
}

// One call for both pools. Returns how many nanoseconds it took.
static double map(struct mypool *own, struct pool *pool, pool_task_fn *task,
                  const void *items, size_t count, size_t item_size,
                  void *results, size_t result_size, int *status) {
    struct pool_result *result;
    atomic_store(begun, 0);
    uint64_t start = lesson_now();
    if (own) {
        if (!mypool_map(own, task, items, count, item_size, results,
                        result_size, status))
            exit(lesson_failed("mypool_map", 0));
        return (double)(lesson_now() - start);
    }
    // 2 submit, and 5 use the results
    lesson_must(pool_map_async(pool, task, items, count, item_size, result_size,
                               1, NULL, NULL, &result));
    pool_result_get(result, results, count * result_size, POOL_FOREVER);
    double took = (double)(lesson_now() - start);
    for (size_t i = 0; i < count; i++)
        status[i] = pool_result_item_status(result, i);
    pool_result_free(result);
    return took;
}

static void same_work(struct mypool *own, struct pool *pool, size_t tasks) {
    struct lesson_words words = lesson_words(tasks, false);
    int *mine = lesson_calloc(tasks, sizeof *mine);
    int *theirs = lesson_calloc(tasks, sizeof *theirs);
    int *status = lesson_calloc(tasks, sizeof *status), count;
    double slow = INFINITY, fast = INFINITY;
    size_t right = 0;

    lesson_part("The same tiny tasks");
    for (int round = 0; round < ROUNDS; round++) {
        slow = fmin(slow, map(own, NULL, vowels, words.word, tasks,
                              sizeof *words.word, mine, sizeof *mine, status));
        fast =
            fmin(fast, map(NULL, pool, vowels, words.word, tasks,
                           sizeof *words.word, theirs, sizeof *theirs, status));
    }
    for (size_t i = 0; i < tasks; i++) {
        vowels(&words.word[i], sizeof words.word[i], &count, sizeof count);
        right += mine[i] == count && theirs[i] == count;
    }
    lesson_say("Counting the vowels of a word of %s, one word a task. The own "
               "pool takes %s as long, at their best of %d rounds.",
               words.source, lesson_times(slow, fast), ROUNDS);
    lesson_claim(right == tasks, "both pools counted %zu words rightly", tasks);
    lesson_words_free(&words);
    free(mine), free(theirs), free(status);
}

// How many bytes a socket takes while nobody reads.
static size_t socket_room(const char *bytes, size_t size) {
    int pair[2];
    ssize_t sent;
    size_t room = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        exit(lesson_failed("socketpair", 0));
    while (room < size &&
           (sent = send(pair[0], bytes, size - room, MSG_DONTWAIT)) > 0)
        room += (size_t)sent;
    close(pair[0]), close(pair[1]);
    return room;
}

static size_t right_bytes(const char *results) {
    size_t right = 0;
    for (size_t i = 0; i < LARGES; i++)
        right += results[i * LARGE] == (char)i &&
                 memcmp(&results[i * LARGE], &results[i * LARGE + 1],
                        LARGE - 1) == 0;
    return right;
}

static void large_results(struct mypool *own, struct pool *pool) {
    char *results = lesson_calloc(LARGES, LARGE);
    int items[LARGES], status[LARGES];
    double slow = INFINITY, fast = INFINITY;
    size_t mine = 0, theirs = 0;
    struct pool_result *result;

    lesson_part("Results larger than a socket's buffer");
    for (size_t i = 0; i < LARGES; i++)
        items[i] = (int)i;
    size_t room = socket_room(results, LARGE);
    for (int round = 0; round < ROUNDS; round++) {
        memset(results, 255, (size_t)LARGES * LARGE);
        slow = fmin(slow, map(own, NULL, large, items, LARGES, sizeof *items,
                              results, LARGE, status));
        mine = right_bytes(results);
        memset(results, 255, (size_t)LARGES * LARGE);
        fast = fmin(fast, map(NULL, pool, large, items, LARGES, sizeof *items,
                              results, LARGE, status));
        theirs = right_bytes(results);
    }
    // Once more, and the client does not ask: do the workers go on?
    atomic_store(begun, 0);
    lesson_must(pool_map_async(pool, large, items, LARGES, sizeof *items, LARGE,
                               1, NULL, NULL, &result));
    wait_begun(LARGES);
    size_t unread = atomic_load(begun);
    pool_result_free(result);
    lesson_say("A task's result is 1 MiB. This time a socket took %zu bytes "
               "while nobody read. The own pool took %s as long, at their best "
               "of %d rounds.",
               room, lesson_times(slow, fast), ROUNDS);
    lesson_claim(room < LARGE, "a worker waits in send() until the client has "
                               "read most of its result");
    lesson_claim(mine == LARGES && theirs == LARGES,
                 "both pools brought %u such results home, every byte right",
                 LARGES);
    lesson_claim(unread == LARGES,
                 "the library's workers ran all %u tasks "
                 "while the client read nothing",
                 LARGES);
    free(results);
}

// Kills a worker in the middle of a map, then asks all of them for `setting`.
// Returns how many items were lost, SIZE_MAX if another one suffered.
static size_t death(struct mypool *own, struct pool *pool, size_t tasks,
                    size_t workers, size_t *changed) {
    size_t count = tasks > workers ? tasks : workers, lost = 0;
    int *items = lesson_calloc(count, sizeof *items);
    int *results = lesson_calloc(count, sizeof *results);
    int *status = lesson_calloc(count, sizeof *status);
    bool harmed = false;
    for (size_t i = 0; i < tasks; i++)
        items[i] = i == tasks / 2 ? -1 : (int)i;
    map(own, pool, may_die, items, tasks, sizeof *items, results,
        sizeof *results, status);
    for (size_t i = 0; i < tasks; i++) {
        lost += status[i] == POOL_ELOST;
        harmed |= i != tasks / 2 && (status[i] || results[i] != (int)i);
    }
    for (size_t i = 0; i < workers; i++)
        items[i] = (int)workers;
    map(own, pool, ask, items, workers, sizeof *items, results, sizeof *results,
        status);
    *changed = 0;
    for (size_t i = 0; i < workers; i++)
        *changed += results[i] != 1;
    free(items), free(results), free(status);
    return harmed ? SIZE_MAX : lost;
}

int main(void) {
    lesson_begin(10, "build your own pool");
    size_t workers = lesson_workers(), tasks = lesson_tasks(2000, 10000);
    size_t changed, kept;
    lesson = getpid();
    begun = mmap(NULL, sizeof *begun, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (begun == MAP_FAILED)
        return lesson_failed("mmap", 0);
    lesson_predict("All workers of a pool on sockets are in the middle of a "
                   "task. Now their client is killed with kill -9. What "
                   "becomes of them?",
                   (const char *[]){"they are killed with it",
                                    "they end: their socket is closed",
                                    "they work on, and notice nothing", NULL});
    // 1 create the pools
    struct mypool *own = mypool_create(workers);
    if (!own)
        return lesson_failed("mypool_create", 0);
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool)
        return lesson_failed("pool_create", 0);
    setting = 2;
    same_work(own, pool, tasks);
    large_results(own, pool);

    lesson_part("kill -9 of a worker");
    size_t mine = death(own, NULL, tasks, workers, &changed);
    lesson_must(pool_trace_start(pool, LESSON_TRACE));
    size_t theirs = death(NULL, pool, tasks, workers, &kept);
    lesson_claim(mine == 1 && theirs == 1,
                 "both lost 1 of %zu items, said which, and did the others",
                 tasks);
    lesson_claim(changed == 1,
                 "of the own pool's %zu workers, 1 has seen a "
                 "variable change after the pool was made: the "
                 "replacement",
                 workers);
    lesson_claim(kept == 0, "of the library's %zu workers, none has", workers);
    lesson_timeline(pool);
    mypool_destroy(own);
    lesson_must(pool_close(pool)); // 3 close
    lesson_must(pool_join(pool));  // 4 join
    pool_destroy(pool);

    size_t orphans = client_dies(workers);
    lesson_answer(orphans ? 'c' : 'b',
                  "a closed socket is only seen by one that reads or writes "
                  "it, and a worker in a task does neither.");
    return lesson_end();
}
