// SPDX-License-Identifier: MIT
// Fair: shared memory that had a name, for a moment; a semaphore that all share
// guards the counter; the memory that is needed for one is asked for first.
#define _GNU_SOURCE
#include "chunked_map.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    sem_t gate;
    int given, done;
    long answers[];
} Board;

static Board *put_up(size_t size) {
    char name[40];
    snprintf(name, sizeof name, "/board-%ld", (long)getpid());
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return NULL;
    shm_unlink(name);
    Board *board = MAP_FAILED;
    if (ftruncate(fd, (off_t)size) == 0)
        board = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return board == MAP_FAILED ? NULL : board;
}

// The first item of the next chunk, and in `n` how many it has, 0 at the end;
// before, how many are done.
static int next_chunk(Board *board, int count, int chunk, int *n) {
    while (sem_wait(&board->gate) && errno == EINTR)
        continue;
    int first = board->given;
    board->done += *n;
    *n = count - first < chunk ? count - first : chunk;
    board->given += *n;
    sem_post(&board->gate);
    return first;
}

int pool_map(int workers, task_fn *task, const long *items, int count,
             long *results, int chunk) {
    if (count < 1)
        return 0;
    if (chunk == 0) {
        div_t share = div(count, 4 * workers);
        chunk = share.quot + (share.rem != 0);
    }
    size_t size = sizeof(Board) + sizeof(long) * (size_t)count;
    pid_t *pids = calloc((size_t)workers, sizeof *pids);
    Board *board = pids ? put_up(size) : NULL;
    int there = 0, ended_well = 0;
    if (board && sem_init(&board->gate, 1, 1) == 0) {
        for (pid_t pid = 1; there < workers && pid > 0; there += pid > 0) {
            pid = fork();
            if (pid == 0) {
                int n = 0, first;
                while ((first = next_chunk(board, count, chunk, &n)), n > 0)
                    for (int i = first; i < first + n; i++)
                        board->answers[i] = task(items[i]);
                _exit(0);
            }
            pids[there] = pid;
        }
        for (int i = 0; i < there; i++) {
            int status = 1;
            while (waitpid(pids[i], &status, 0) < 0 && errno == EINTR)
                continue;
            ended_well += status == 0;
        }
    }
    int good = there > 0 && ended_well == there && board->done == count;
    for (int i = 0; good && i < count; i++)
        results[i] = board->answers[i];
    if (board)
        munmap(board, size);
    free(pids);
    return good ? 0 : -1;
}
