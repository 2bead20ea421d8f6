// SPDX-License-Identifier: MIT
// Part 4 of lesson 11: what becomes of busy workers when their client dies.
// Runs in: client, except endless(), which runs in workers, and doomed_main(),
// which is all that a client does that is to be killed.
#include "orphans.h"
#include "lesson.h"
#include "mypool.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// In memory that all processes share, made before the pools.
static struct board {
    pid_t lesson; // whoever waits ends with it
    atomic_size_t begun;
    atomic_int pid[256]; // the workers
} * board;

// One that does not end while the lesson runs.
static int endless(const void *arg, size_t arg_size, void *result,
                   size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    atomic_store(&board->pid[atomic_fetch_add(&board->begun, 1)], getpid());
    while (kill(board->lesson, 0) == 0)
        poll(NULL, 0, 10);
    return 0;
}

// Runs in: child. A client whose workers all run an endless task.
static _Noreturn void doomed_main(bool own, size_t workers) {
    int *status = lesson_calloc(workers, sizeof *status);
    char *items = lesson_calloc(workers, 1);
    struct mypool *mine = own ? mypool_create(workers) : NULL;
    struct pool *pool =
        own ? NULL : pool_create(&(struct pool_options){.workers = workers});
    if (mine)
        mypool_map(mine, endless, items, workers, 1, NULL, 0, status);
    if (pool)
        pool_map(pool, endless, items, workers, 1, NULL, 0, 1);
    _exit(1);
}

// Kills such a client; its workers' pids go to `pids`.
static void kill_client(bool own, size_t workers, pid_t *pids) {
    memset(board, 0, sizeof *board);
    board->lesson = getpid();
    pid_t client = fork();
    if (client == 0)
        doomed_main(own, workers);
    if (client < 0)
        exit(lesson_failed("fork", 0));
    for (size_t i = 0; i < workers; i++)
        while ((pids[i] = atomic_load(&board->pid[i])) == 0)
            if (waitpid(client, NULL, WNOHANG) == 0)
                poll(NULL, 0, 1);
            else
                exit(lesson_failed("a client of its own", 0));
    kill(client, SIGKILL);
    waitpid(client, NULL, 0);
}

static size_t alive(const pid_t *pids, size_t count) {
    size_t alive = 0;
    for (size_t i = 0; i < count; i++)
        alive += lesson_alive(pids[i]);
    return alive;
}

size_t client_dies(size_t workers) {
    pid_t *mine = lesson_calloc(workers, sizeof *mine);
    pid_t *theirs = lesson_calloc(workers, sizeof *theirs);

    board = lesson_shared(sizeof *board);
    lesson_part("kill -9 of the client");
    kill_client(true, workers, mine);
    kill_client(false, workers, theirs);
    uint64_t limit = lesson_now() + 60000000000u;
    while (alive(theirs, workers) && lesson_now() < limit)
        poll(NULL, 0, 1);
    size_t gone = workers - alive(theirs, workers);
    size_t orphans = alive(mine, workers);
    lesson_claim(gone == workers, "the library's %zu busy workers are gone",
                 workers);
    lesson_claim(orphans == workers,
                 "the own pool's %zu, killed earlier, all work on: orphans",
                 workers);
    for (size_t i = 0; i < workers; i++)
        kill(mine[i], SIGKILL);
    free(mine), free(theirs);
    return orphans;
}
