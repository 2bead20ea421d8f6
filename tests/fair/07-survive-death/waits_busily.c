// SPDX-License-Identifier: MIT
// Right, but not as expected: slots in shared memory; nobody sleeps, and deaths
// are asked for one by one.
#include "survive.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EMPTY, FULL, ANSWERED };

struct slot {
    atomic_int state;
    long value;
    pid_t pid;
    int whose;
};

struct pool {
    int workers;
    task_fn *task;
    struct slot slot[64];
};

static _Noreturn void work(struct slot *slot, task_fn *task, pid_t parent) {
    while (getppid() == parent) {
        if (atomic_load(&slot->state) == FULL) {
            slot->value = task(slot->value);
            atomic_store(&slot->state, ANSWERED);
        }
        sched_yield();
    }
    _exit(0);
}

static int fill(struct slot *slot, task_fn *task) {
    pid_t me = getpid();
    atomic_store(&slot->state, EMPTY);
    pid_t pid = fork();
    if (pid == 0)
        work(slot, task, me);
    slot->pid = pid;
    return pid > 0;
}

static int has_died(pid_t pid) {
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
           info.si_pid != 0;
}

static void end_workers(struct pool *pool) {
    for (int i = 0; i < pool->workers; i++)
        if (pool->slot[i].pid > 0) {
            kill(pool->slot[i].pid, SIGKILL);
            waitpid(pool->slot[i].pid, NULL, 0);
        }
}

struct pool *pool_create(int workers, task_fn *task) {
    struct pool *pool = mmap(NULL, sizeof *pool, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pool == MAP_FAILED || workers < 1)
        return NULL;
    pool->task = task;
    for (; pool->workers < workers; pool->workers++)
        if (!fill(&pool->slot[pool->workers], task)) {
            end_workers(pool);
            munmap(pool, sizeof *pool);
            return NULL;
        }
    return pool;
}

// The fate of an item, if its worker has died.
static void account(struct slot *slot, int *fates, int *done) {
    int status;
    if (slot->pid <= 0 || !has_died(slot->pid))
        return;
    waitpid(slot->pid, &status, 0);
    slot->pid = 0;
    if (atomic_load(&slot->state) == FULL) {
        fates[slot->whose] = WIFSIGNALED(status)
                                 ? WTERMSIG(status)
                                 : FATE_EXIT + WEXITSTATUS(status);
        ++*done;
    }
    if (atomic_load(&slot->state) != ANSWERED)
        atomic_store(&slot->state, EMPTY);
}

int pool_map(struct pool *pool, const long *items, int count, long *results,
             int *fates) {
    int given = 0, done = 0;
    while (done < count) {
        int alive = 0;
        for (int i = 0; i < pool->workers; i++) {
            struct slot *slot = &pool->slot[i];
            account(slot, fates, &done);
            if (atomic_load(&slot->state) == ANSWERED) {
                results[slot->whose] = slot->value;
                fates[slot->whose] = FATE_DONE;
                done++;
                atomic_store(&slot->state, EMPTY);
            }
            if (slot->pid <= 0 && given < count)
                fill(slot, pool->task);
            if (slot->pid > 0 && given < count &&
                atomic_load(&slot->state) == EMPTY && !has_died(slot->pid)) {
                slot->value = items[given];
                slot->whose = given++;
                atomic_store(&slot->state, FULL);
            }
            alive += slot->pid > 0;
        }
        if (alive == 0 && done < count)
            return -1;
        sched_yield();
    }
    return 0;
}

void pool_destroy(struct pool *pool) {
    end_workers(pool);
    munmap(pool, sizeof *pool);
}
