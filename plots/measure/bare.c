// SPDX-License-Identifier: MIT
// The least that system calls alone take: bare forks, a futex ping-pong.
// Runs in: the measuring process and the children it forks.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "passes.h"

static pid_t fork_or_die(void) {
    pid_t parent = getpid(), child = fork();
    if (child < 0)
        die("fork: %s", strerror(errno));
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
    }
    return child;
}

static void kill_and_reap(pid_t child) {
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

// --- bare forks, until the first child says that it runs

// The children then sleep; they are killed and reaped outside the clock, as
// a pool's processes are.
double bare_forks(const struct job *job) {
    static uint32_t *running, *never;
    if (!running) {
        running = shared_memory(2 * sizeof *running);
        never = running + 1;
    }
    *running = 0;
    pid_t children[job->n];
    double begin = now();
    for (size_t i = 0; i < job->n; i++) {
        children[i] = fork_or_die();
        if (children[i] == 0) {
            if (!__atomic_exchange_n(running, 1, __ATOMIC_ACQ_REL))
                wake(running);
            wait_while(never, 0);
            _exit(0);
        }
    }
    wait_while(running, 0);
    double end = now();
    for (size_t i = 0; i < job->n; i++)
        kill_and_reap(children[i]);
    return end - begin;
}

// --- two processes that wake each other

// Each side has a word that the other sets; in between lies the work.
static struct {
    uint32_t ping, pong;
    uint64_t item, result;
} * table;
static pid_t partner;

static _Noreturn void answer_until_killed(void) {
    for (uint32_t round = 0;; round++) {
        wait_while(&table->ping, round);
        tiny(&table->item, sizeof table->item, &table->result,
             sizeof table->result);
        __atomic_store_n(&table->pong, round + 1, __ATOMIC_RELEASE);
        wake(&table->pong);
    }
}

void ping_pong_setup(const struct job *job) {
    items_setup(job);
    table = shared_memory(sizeof *table);
    partner = fork_or_die();
    if (partner == 0)
        answer_until_killed();
}

double ping_pong(const struct job *job) {
    fill_items(job);
    double begin = now();
    for (size_t i = 0; i < job->n; i++) {
        uint32_t round = table->pong;
        table->item = items[i];
        __atomic_store_n(&table->ping, round + 1, __ATOMIC_RELEASE);
        wake(&table->ping);
        wait_while(&table->pong, round);
        results[i] = table->result;
    }
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

void ping_pong_end(void) { kill_and_reap(partner); }
