// SPDX-License-Identifier: MIT
// Lesson 7: maps whose workers are killed (see killed.h).
// Runs in: client.
#include "killed.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 0 // items of a chunk; 0: the library chooses

struct outcome map(struct pool *pool, const struct job *jobs, size_t count,
                   const size_t *expected) {
    struct outcome outcome = {0};
    struct pool_result *result;
    char killed[POOL_MESSAGE_SIZE] = "";
    size_t *got = lesson_calloc(count, sizeof *got);
    pid_t pid;
    for (size_t i = 0; i < count; i++)
        atomic_store(&starts[i], 0);
    lesson_must(pool_map_async(pool, nearest, jobs, count, sizeof *jobs,
                               sizeof *got, CHUNK, NULL, NULL, &result));
    bool kills = false;
    for (size_t i = 0; i < count; i++)
        kills |= jobs[i].how == IS_KILLED;
    if (kills) {
        if (read(news[0], &pid, sizeof pid) != sizeof pid || kill(pid, SIGKILL))
            exit(lesson_failed("kill", 0));
        snprintf(killed, sizeof killed, "worker %d killed by signal 9 (Killed)",
                 (int)pid);
    }
    outcome.error =
        pool_result_get(result, got, count * sizeof *got, POOL_FOREVER);
    outcome.named = strcmp(pool_result_message(result), killed) == 0;
    for (size_t i = 0; i < count; i++) {
        int error = pool_result_item_status(result, i);
        outcome.right += error == 0 && got[i] == expected[i];
        outcome.lost += error == POOL_ELOST;
        outcome.once += atomic_load(&starts[i]) == 1;
    }
    pool_result_free(result);
    free(got);
    return outcome;
}

bool complete(struct pool *pool, size_t workers) {
    uint64_t limit = lesson_now() + 60000000000u;
    while (pool_worker_pids(pool, NULL, 0) < workers && lesson_now() < limit)
        poll(NULL, 0, 1);
    return pool_worker_pids(pool, NULL, 0) == workers;
}

void kill_idle(struct pool *pool, size_t workers) {
    pid_t *pids = lesson_calloc(workers, sizeof *pids);
    size_t count = pool_worker_pids(pool, pids, workers);
    for (size_t i = 0; i < count && i < workers; i++)
        kill(pids[i], SIGKILL);
    for (size_t i = 0; i < count && i < workers; i++)
        while (lesson_state(pids[i]) != '-')
            poll(NULL, 0, 1);
    free(pids);
}
