// SPDX-License-Identifier: MIT
// Lesson 11, part 3: a worker dies, and what its replacement knows.
// Runs in: client, except may_die() and ask(), which run in workers.
#include "both.h"

#include <signal.h>
#include <stdlib.h>

static int setting = 1; // the client changes it; the pools are there already

// One that kills its worker, if it is told so.
static int may_die(const void *arg, size_t arg_size, void *result,
                   size_t result_size) {
    (void)arg_size, (void)result_size;
    if (*(const int *)arg < 0)
        raise(SIGKILL);
    *(int *)result = *(const int *)arg;
    return 0;
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

void worker_dies(const struct both *both, size_t tasks) {
    size_t changed, kept;

    setting = 2;
    lesson_part("kill -9 of a worker");
    size_t mine = death(both->own, NULL, tasks, both->workers, &changed);
    lesson_must(pool_trace_start(both->pool, LESSON_TRACE));
    size_t theirs = death(NULL, both->pool, tasks, both->workers, &kept);
    lesson_claim(mine == 1 && theirs == 1,
                 "both lost 1 of %zu items, said which, and did the others",
                 tasks);
    lesson_claim(changed == 1,
                 "of the own pool's %zu workers, 1 has seen a "
                 "variable change after the pool was made: the "
                 "replacement",
                 both->workers);
    lesson_claim(kept == 0, "of the library's %zu workers, none has",
                 both->workers);
    lesson_timeline(both->pool);
}
