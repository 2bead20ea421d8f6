// SPDX-License-Identifier: MIT
// What many checks ask about a run: who ran what, and what is left over.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "judge.h"

struct execution *first_running(struct run *run) {
    for (int i = 0; i < run->executions; i++)
        if (!run->execution[i].left && !run->execution[i].answered)
            return &run->execution[i];
    return NULL;
}

struct execution *last_running(struct run *run) {
    for (int i = run->executions - 1; i >= 0; i--)
        if (!run->execution[i].left && !run->execution[i].answered)
            return &run->execution[i];
    return NULL;
}

int times_run(struct run *run, int64_t id) {
    int times = 0;
    for (int i = 0; i < run->executions; i++)
        times += run->execution[i].id == id;
    return times;
}

int different_pids(struct run *run, int from) {
    int count = 0;
    for (int i = from; i < run->executions; i++) {
        bool seen = false;
        for (int j = from; j < i && !seen; j++)
            seen = run->execution[j].pid == run->execution[i].pid;
        count += !seen;
    }
    return count;
}

// The judge decides nothing about what it cannot see.
static int seen(struct run *run, int it, const char *what) {
    if (it >= 0)
        return it;
    if (proc_has_ended(run->driver) && take_end(run, 1000))
        fail_ended(run);
    cannot_judge(run, text("/proc does not show %s", what));
}

void list_processes(struct run *run) {
    bool complete =
        proc_list(&run->state->processes, run->state->sandbox.init, false);
    seen(run, complete ? 0 : -1, "the processes");
}

int children(struct run *run, int *zombies) {
    list_processes(run);
    int count = 0;
    if (zombies)
        *zombies = 0;
    for (int i = 0; i < run->state->processes.count; i++) {
        struct process *p = &run->state->processes.at[i];
        if (p->parent != run->driver || p->pid == run->state->lent)
            continue;
        count++;
        if (zombies)
            *zombies += p->state == 'Z';
    }
    return count;
}

int workers_alive(struct run *run) {
    list_processes(run);
    int count = 0;
    for (int i = 0; i < run->state->processes.count; i++) {
        struct process *p = &run->state->processes.at[i];
        count += p->pid != run->driver && p->state != 'Z' &&
                 proc_is_below(&run->state->processes, p->pid, run->driver);
    }
    return count;
}

int orphans(struct run *run) {
    list_processes(run);
    int count = 0;
    for (int i = 0; i < run->state->processes.count; i++) {
        struct process *p = &run->state->processes.at[i];
        // Not those that are above it: a sandbox's own processes.
        count += !proc_is_below(&run->state->processes, p->pid, run->driver) &&
                 !proc_is_below(&run->state->processes, run->driver, p->pid) &&
                 p->state != 'Z' && p->pid != run->driver;
    }
    return count;
}

bool has_ended(struct run *run, int64_t pid) {
    list_processes(run);
    for (int i = 0; i < run->state->processes.count; i++)
        if (run->state->processes.at[i].pid == pid)
            return run->state->processes.at[i].state == 'Z';
    return true;
}

bool is_reaped(struct run *run, int64_t pid) {
    list_processes(run);
    for (int i = 0; i < run->state->processes.count; i++)
        if (run->state->processes.at[i].pid == pid)
            return false;
    return true;
}

bool nobody_is_left(struct run *run, int64_t n) {
    (void)n;
    return children(run, NULL) == 0 && orphans(run) == 0;
}

char state_of(struct run *run, pid_t pid) {
    list_processes(run);
    struct process *process = proc_find(&run->state->processes, pid);
    return (char)(process ? process->state : 0);
}

int open_descriptors(struct run *run) {
    return seen(run, proc_descriptors(run->driver), "your descriptors");
}

int write_ends_of(struct run *run, pid_t pid) {
    return seen(run, proc_write_ends(pid), "the pipes of your processes");
}

int shared_mappings(struct run *run) {
    return seen(run, proc_shared_mappings(run->driver), "your mappings");
}

int shm_files(struct run *run) {
    return seen(run, proc_shm_files(run->driver), "/dev/shm");
}

pid_t pid_of(struct run *run, int server) {
    return run->state->server[server].pid;
}

// Through a descriptor, so that no other process with the same number is hit;
// where that is not allowed, or the kernel is old, by its number.
void kill_one(struct run *run, pid_t pid, int sig) {
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    bool gone = fd < 0 && errno == ESRCH;
    if (!gone && proc_climb(pid, run->state->sandbox.init) == 1 &&
        (fd < 0 || syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0) < 0) &&
        kill(pid, sig) < 0 && errno != ESRCH)
        cannot_judge(run, "a process cannot be sent a signal");
    if (fd >= 0)
        close(fd);
}

bool ignores_signal(struct run *run, pid_t pid, int sig) {
    (void)run;
    return proc_ignores(pid, sig);
}

int64_t activity(struct run *run) {
    int64_t sum = 0;
    bool complete =
        proc_list(&run->state->processes, run->state->sandbox.init, true);
    seen(run, complete ? 0 : -1, "the processes");
    for (int i = 0; i < run->state->processes.count; i++) {
        if (run->state->processes.at[i].state == 'R')
            return -1;
        sum += (int64_t)run->state->processes.at[i].switches;
    }
    return sum;
}
