// SPDX-License-Identifier: MIT
// Right, but not as expected: a board in shared memory, semaphores, and the
// death signal of the parent.
#include "crew.h"

#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 1000

struct board {
    sem_t items, done;
    int next, stop;
    long item[MOST], result[MOST];
};

struct crew {
    struct board *board;
    int workers;
    pid_t pid[64];
};

static _Noreturn void work(struct board *board, task_fn *task, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    for (;;) {
        while (sem_wait(&board->items) != 0) {
        }
        if (__atomic_load_n(&board->stop, __ATOMIC_SEQ_CST))
            _exit(0);
        int i = __atomic_fetch_add(&board->next, 1, __ATOMIC_SEQ_CST);
        board->result[i] = task(board->item[i]);
        sem_post(&board->done);
    }
}

struct crew *crew_start(int workers, task_fn *task) {
    pid_t me = getpid();
    struct crew *crew = malloc(sizeof *crew);
    if (!crew)
        return NULL;
    crew->workers = workers;
    crew->board = mmap(NULL, sizeof *crew->board, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (crew->board == MAP_FAILED)
        return NULL;
    sem_init(&crew->board->items, 1, 0);
    sem_init(&crew->board->done, 1, 0);
    for (int i = 0; i < workers; i++)
        if ((crew->pid[i] = fork()) == 0)
            work(crew->board, task, me);
    return crew;
}

int crew_run(struct crew *crew, const long *items, int count, long *results) {
    struct board *board = crew->board;
    board->next = 0;
    for (int i = 0; i < count; i++)
        board->item[i] = items[i];
    for (int i = 0; i < count; i++)
        sem_post(&board->items);
    for (int i = 0; i < count; i++)
        while (sem_wait(&board->done) != 0) {
        }
    for (int i = 0; i < count; i++)
        results[i] = board->result[i];
    return 0;
}

void crew_stop(struct crew *crew) {
    __atomic_store_n(&crew->board->stop, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < crew->workers; i++)
        sem_post(&crew->board->items);
    for (int i = 0; i < crew->workers; i++)
        waitpid(crew->pid[i], NULL, 0);
    munmap(crew->board, sizeof *crew->board);
    free(crew);
}
