// SPDX-License-Identifier: MIT
// Lesson 10, parts 2 and 3: two tasks at the same time, and what they share.
// Runs in: client, except play() and add(), which run in threads and workers.
#define _GNU_SOURCE // sched_getaffinity
#include "shared.h"
#include "lesson.h"
#include "threads.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LOOKS 10000 // some microseconds
#define WANTED 100  // so many handovers prove it
#define MOST 100000 // handovers, then the game ends without a proof

static size_t total; // all threads see this one; each process has its own

// A player's or an adder's argument.
struct side {
    size_t me;           // 0 or 1
    atomic_size_t *turn; // shared by both
    size_t *total;       // what to add to
};

// Keeps the calling thread to one CPU: the first or second of those allowed.
static void keep_to_cpu(size_t number) {
    cpu_set_t all, one;
    CPU_ZERO(&one);
    if (sched_getaffinity(0, sizeof all, &all) != 0)
        return;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &all) && number-- == 0)
            CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
}

// A task: waits for the ball, looking again and again, and hands it back. After
// LOOKS looks it lets another run on its CPU. The result: how often the ball
// came before that, so from a task that ran at the same moment.
static int play(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct side *side = arg;
    size_t direct = 0, looks, now;
    keep_to_cpu(side->me);
    for (size_t i = side->me; i < MOST; i += 2) {
        for (looks = 0; (now = atomic_load(side->turn)) < i; looks++)
            if (looks >= LOOKS)
                sched_yield();
        if (now == MOST) // the other has seen enough
            break;
        direct += i > 1 && looks < LOOKS;
        atomic_store(side->turn, direct == WANTED ? MOST : i + 1);
        if (direct == WANTED)
            break;
    }
    *(size_t *)result = direct;
    return 0;
}

// A task: adds 1, as a CPU does: read, add, write. Between reading and writing
// it waits until the other has read too: the unlucky moment, made certain.
static int add(const void *arg, size_t arg_size, void *result,
               size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct side *side = arg;
    size_t value = *side->total;
    atomic_fetch_add(side->turn, 1);
    while (atomic_load(side->turn) < 2)
        sched_yield();
    *side->total = *(size_t *)result = value + 1;
    return 0;
}

// Runs a task for both sides on two threads or two workers.
static void both(struct threads *threads, struct pool *pool, pool_task_fn *task,
                 atomic_size_t *turn, size_t *sum, size_t results[2]) {
    struct side sides[2] = {{0, turn, sum}, {1, turn, sum}};
    atomic_store(turn, 0);
    if (threads)
        threads_map(threads, task, sides, 2, sizeof *sides, results,
                    sizeof *results);
    else
        lesson_must(pool_map(pool, task, sides, 2, sizeof *sides, results,
                             sizeof *results, 1));
}

static bool proved(const size_t direct[2]) {
    return direct[0] == WANTED || direct[1] == WANTED;
}

void ball(void) {
    cpu_set_t cpus;
    atomic_size_t here, *there;
    size_t threads[2], workers[2];
    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) < 2) {
        lesson_say("There is only one CPU for this program, so nothing can run "
                   "at the same moment: no ball game.");
        return;
    }
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = 2}));
    there = lesson_have(pool_alloc(pool, sizeof *there));
    both(NULL, pool, play, there, NULL, workers);
    pool_destroy(pool);
    struct threads *two = lesson_have(threads_create(2));
    both(two, NULL, play, &here, NULL, threads);
    threads_destroy(two);
    lesson_say("Two tasks, each kept to a CPU of its own, hand a ball to and "
               "fro. Who waits looks %d times "
               "before it lets another run on its CPU, so a ball that comes "
               "sooner came from a task that ran at the same moment.",
               LOOKS);
    lesson_claim(proved(threads), "%d handovers by two C threads, both running",
                 WANTED);
    lesson_claim(proved(workers), "%d handovers by two processes, both running",
                 WANTED);
}

void race(void) {
    atomic_size_t here, *there;
    size_t results[2], *sum;
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = 2}));
    there = lesson_have(pool_alloc(pool, sizeof *there));
    sum = lesson_have(pool_alloc(pool, sizeof *sum));
    both(NULL, pool, add, there, &total, results);
    lesson_claim(total == 0 && results[0] == 1 && results[1] == 1,
                 "two processes added 1 to a global variable: each has its own "
                 "1, the client's is %zu",
                 total);
    both(NULL, pool, add, there, sum, results);
    lesson_claim(*sum == 1,
                 "in memory from pool_alloc() they added 1 and 1, "
                 "and it is %zu: one update is lost",
                 *sum);
    pool_destroy(pool);
    struct threads *two = lesson_have(threads_create(2));
    both(two, NULL, add, &here, &total, results);
    lesson_claim(total == 1,
                 "two threads added 1 and 1 to the global variable, and it is "
                 "%zu: one update is lost",
                 total);
    threads_destroy(two);
}
