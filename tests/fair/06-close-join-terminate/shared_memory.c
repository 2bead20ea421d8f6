// SPDX-License-Identifier: MIT
// Right, but not as expected: all in shared memory, with semaphores; nothing is
// ever sent.
#include "shop.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 2000
enum { WAITS, RUNS, DONE, CANCELLED };

struct shop {
    sem_t work;
    atomic_int next, closed;
    struct {
        atomic_int state;
        long item, result;
    } ticket[MOST];
    // Of the one who opened it:
    int tickets, workers, joined;
    pid_t worker[16];
};

static _Noreturn void work(struct shop *s, task_fn *task) {
    for (;;) {
        while (sem_wait(&s->work) < 0 && errno == EINTR) {
        }
        int i = atomic_fetch_add(&s->next, 1), waits = WAITS, runs = RUNS;
        if (i >= MOST || atomic_load(&s->closed) < 0)
            _exit(0);
        if (!atomic_compare_exchange_strong(&s->ticket[i].state, &waits, RUNS))
            continue;
        if (i >= atomic_load(&s->closed) && atomic_load(&s->closed) > 0)
            _exit(0); // past the last
        s->ticket[i].result = task(s->ticket[i].item);
        atomic_compare_exchange_strong(&s->ticket[i].state, &runs, DONE);
    }
}

struct shop *shop_open(int workers, task_fn *task) {
    struct shop *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED || sem_init(&s->work, 1, 0) < 0)
        return NULL;
    s->workers = workers;
    for (int i = 0; i < workers; i++) {
        pid_t pid = fork();
        if (pid == 0)
            work(s, task);
        s->worker[i] = pid; // shared: the child must not write it
    }
    return s;
}

int shop_submit(struct shop *s, long item) {
    if (s->closed)
        return SHOP_ECLOSED;
    s->ticket[s->tickets].item = item;
    sem_post(&s->work);
    return s->tickets++;
}

int shop_status(struct shop *s, int ticket, long *result) {
    if (ticket < 0 || ticket >= s->tickets)
        return SHOP_EINVAL;
    switch (atomic_load(&s->ticket[ticket].state)) {
    case DONE:
        *result = s->ticket[ticket].result;
        return 0;
    case CANCELLED:
        return SHOP_ECANCELLED;
    default:
        return SHOP_ENOTREADY;
    }
}

int shop_close(struct shop *s) {
    if (s->closed)
        return 0;
    atomic_store(&s->closed, s->tickets ? s->tickets : -1);
    for (int i = 0; i < s->workers; i++)
        sem_post(&s->work); // one more for each: it finds no ticket
    return 0;
}

int shop_terminate(struct shop *s) {
    shop_close(s);
    if (s->joined)
        return 0;
    for (int i = 0; i < s->workers; i++)
        kill(s->worker[i], SIGKILL);
    for (int i = 0; i < s->tickets; i++) {
        int waits = WAITS, runs = RUNS;
        if (!atomic_compare_exchange_strong(&s->ticket[i].state, &waits,
                                            CANCELLED))
            atomic_compare_exchange_strong(&s->ticket[i].state, &runs,
                                           CANCELLED);
    }
    return 0;
}

int shop_join(struct shop *s) {
    if (!s->closed)
        return SHOP_ERUNNING;
    for (int i = 0; i < s->workers && !s->joined; i++)
        waitpid(s->worker[i], NULL, 0);
    s->joined = 1;
    return 0;
}

void shop_free(struct shop *s) {
    sem_destroy(&s->work);
    munmap(s, sizeof *s);
}
