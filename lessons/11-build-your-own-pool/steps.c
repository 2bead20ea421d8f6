// SPDX-License-Identifier: MIT
// Lesson 11: tries each step of a pool as soon as it is typed in:
//
//     make lesson11-steps POOL=my.c STEP=2
//
// my.c begins with the #include lines of mypool.c and holds what is between
// //! [step1] and //! [step2] there, typed by you.
// Runs in: client, except twice(), which runs in workers.
#ifndef STEP
#define STEP 5
#define POOL "mypool.c"
#endif
#include POOL
#include "lesson.h"

#include <signal.h>
#include <string.h>

#define SIZE ((size_t)1 << 20)

static void step1(void) {
    char *bytes = lesson_calloc(1, SIZE), *back = lesson_calloc(1, SIZE);
    int pair[2];
    memset(bytes, 'x', SIZE);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        exit(lesson_failed("socketpair", 0));
    pid_t pid = fork();
    if (pid == 0)
        _exit(!get(pair[1], back, SIZE) || !put(pair[1], back, SIZE));
    close(pair[1]);
    bool came = put(pair[0], bytes, SIZE) && get(pair[0], back, SIZE);
    lesson_claim(
        came && memcmp(bytes, back, SIZE) == 0,
        "step 1: a child sent back %zu bytes, more than a socket holds", SIZE);
    lesson_claim(!get(pair[0], back, 1) && !put(pair[0], bytes, 1),
                 "step 1: get() and put() notice that the child has ended");
    close(pair[0]);
    waitpid(pid, NULL, 0);
    free(bytes), free(back);
}

#if STEP >= 2
// The task: doubles a number; a negative one kills its worker.
static int twice(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg_size, (void)result_size;
    if (*(const int *)arg < 0)
        raise(SIGKILL);
    *(int *)result = 2 * *(const int *)arg;
    return 0;
}

static const struct order order = {twice, sizeof(int), sizeof(int)};

static void step2(void) {
    int pair[2], item = 21, status = -1, result = 0, ended = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        exit(lesson_failed("socketpair", 0));
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        worker_main(pair[1]);
    }
    close(pair[1]);
    bool came =
        put(pair[0], &order, sizeof order) && put(pair[0], &item, sizeof item);
    came = came && get(pair[0], &status, sizeof status) &&
           get(pair[0], &result, sizeof result);
    lesson_claim(came && status == 0 && result == 42,
                 "step 2: a worker took an order: 2 x 21 = %d", result);
    close(pair[0]);
    lesson_claim(waitpid(pid, &ended, 0) == pid && ended == 0,
                 "step 2: its socket was closed, and it ended");
}
#endif

#if STEP >= 3
static struct mypool *create(size_t workers) {
    return lesson_have(mypool_create(workers));
}

static void step3(void) {
    struct mypool *pool = create(3);
    pid_t pid[3];
    size_t alive = 0, left = 0;
    for (size_t i = 0; i < 3; i++)
        alive += kill(pid[i] = pool->worker[i].pid, 0) == 0;
    mypool_destroy(pool);
    for (size_t i = 0; i < 3; i++)
        left += lesson_state(pid[i]) != '-';
    lesson_claim(alive == 3 && left == 0,
                 "step 3: 3 workers were made, and destroy left none");
}
#endif

#if STEP >= 4
static void step4(void) {
    struct mypool *pool = create(1);
    struct worker *worker = pool->worker;
    int items[] = {21, -1, 4}, results[3] = {0}, status[3];
    kill(worker->pid, SIGKILL); // idle
    while (lesson_state(worker->pid) != 'Z')
        poll(NULL, 0, 1);
    bool well = true;
    for (size_t i = 0; i < 3; i++) // the second one kills its worker
        well = well && give(pool, worker, &order, (char *)items, i) &&
               take(pool, worker, &order, (char *)results, status);
    lesson_claim(well && status[0] == 0 && results[0] == 42,
                 "step 4: an idle worker was killed, its replacement did the "
                 "item");
    lesson_claim(
        well && status[1] == POOL_ELOST && results[2] == 8,
        "step 4: one died with an item: that is lost, the next is done");
    mypool_destroy(pool);
}
#endif

#if STEP >= 5
static void step5(void) {
    struct mypool *pool = create(3);
    int items[100], results[100], status[100];
    size_t right = 0;
    for (int i = 0; i < 100; i++)
        items[i] = i == 50 ? -1 : i;
    bool well = mypool_map(pool, twice, items, 100, sizeof *items, results,
                           sizeof *results, status);
    for (int i = 0; i < 100; i++)
        right += i == 50 ? status[i] == POOL_ELOST
                         : status[i] == 0 && results[i] == 2 * i;
    lesson_claim(well && right == 100,
                 "step 5: a map of 100 items on 3 workers, one of which died");
    mypool_destroy(pool);
}
#endif

int main(void) {
    lesson_begin(11, "build your own pool, step by step");
    step1();
#if STEP >= 2
    step2();
#endif
#if STEP >= 3
    step3();
#endif
#if STEP >= 4
    step4();
#endif
#if STEP >= 5
    step5();
#endif
    return lesson_end();
}
