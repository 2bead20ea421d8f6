// SPDX-License-Identifier: MIT
// Watches a program and all processes that it makes, with ptrace(2).
//
// The kernel stops a process when it forks, when it gets a signal and when it
// is about to end, and tells the guide, which looks into /proc and lets it go
// on. So a birth or death cannot be missed, however short a life is, and
// nothing is waited for. A process that is about to end is let loose first:
// its parent, and not the guide, finds it as a zombie.
//
// If the guide dies, all that it watches is killed (EXITKILL).
// Runs in: the guide.
#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define EVENTS                                                                 \
    (PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |           \
     PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL)

static struct guide_process *known(struct guide_run *run, pid_t pid) {
    // A number that is used again is a new process.
    for (size_t i = run->processes; i-- > 0;)
        if (run->process[i].pid == pid && !run->process[i].gone)
            return &run->process[i];
    return NULL;
}

static struct guide_process *add(struct guide_run *run, pid_t pid,
                                 pid_t parent) {
    struct guide_process *process = known(run, pid);
    if (process && !process->ended)
        return process;
    if (process)
        process->gone = true;
    if ((run->processes & (run->processes - 1)) == 0)
        run->process = guide_grow(run->process, 2 * run->processes + 1,
                                  sizeof *run->process);
    process = &run->process[run->processes++];
    char state;
    *process = (struct guide_process){.pid = pid, .parent = parent};
    guide_proc(pid, process, &state);
    if (parent)
        process->parent = parent;
    process->born = guide_now();
    return process;
}

#define FEW 16

// Could a picture of now have more processes than the one that is kept? With
// more than a few, that is asked only before one ends.
static bool worth_a_picture(const struct guide_run *run, bool one_ends) {
    size_t there = 0;
    for (size_t i = 0; i < run->processes; i++)
        there += !run->process[i].gone;
    return there <= FEW || (one_ends && there > run->alive);
}

// Which of those that ended are zombies still, and which are gone?
static void look_at_the_dead(struct guide_run *run) {
    for (size_t i = 0; i < run->processes; i++) {
        struct guide_process *p = &run->process[i], seen;
        char state;
        if (p->gone || !p->ended)
            continue;
        if (guide_proc(p->pid, &seen, &state))
            p->zombie |= state == 'Z';
        else
            p->gone = true;
    }
}

// How many processes have their parent's name: a fork has, until it takes its
// own.
static size_t namesakes(const struct guide_process *all, size_t count) {
    size_t same = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            same += all[i].parent == all[j].pid &&
                    strcmp(all[i].name, all[j].name) == 0;
    return same;
}

// Looks at all processes there are, and keeps the picture if it has the most;
// of two that have as many, the one with more names.
static void look(struct guide_run *run, bool one_ends) {
    static struct guide_process *now;
    static char *state;
    static size_t room;
    size_t alive = 0;
    if (!worth_a_picture(run, one_ends)) {
        if (one_ends)
            look_at_the_dead(run);
        return;
    }
    if (room < run->processes) {
        room = 2 * run->processes;
        now = guide_grow(now, room, sizeof *now);
        state = guide_grow(state, room, 1);
    }
    for (size_t i = 0; i < run->processes; i++) {
        struct guide_process *p = &run->process[i];
        if (p->gone)
            continue;
        struct guide_process seen = *p;
        if (!guide_proc(p->pid, &seen, &state[alive])) {
            p->gone = true;
            continue;
        }
        p->zombie |= state[alive] == 'Z';
        memcpy(p->name, seen.name, sizeof p->name);
        now[alive++] = seen;
    }
    if (alive < run->alive || !alive ||
        (alive == run->alive &&
         namesakes(now, alive) > namesakes(run->most, alive)))
        return;
    run->most = guide_grow(run->most, alive, sizeof *run->most);
    run->state = guide_grow(run->state, alive, 1);
    memcpy(run->most, now, alive * sizeof *now);
    memcpy(run->state, state, alive);
    run->alive = alive;
}

// How it ended: seen at its end, or told by waitpid().
static void ended(struct guide_run *run, pid_t pid, int status) {
    struct guide_process *process = known(run, pid);
    if (process && !process->ended) {
        process->ended = true;
        process->status = status;
        process->died = guide_now();
    }
    if (pid == run->process[0].pid)
        run->status = status;
}

static void about_to_end(struct guide_run *run, pid_t pid) {
    unsigned long status = 0;
    char state;
    struct guide_process now = {0};
    struct guide_process *process = add(run, pid, 0);
    ptrace(PTRACE_GETEVENTMSG, pid, NULL, &status);
    if (guide_proc(pid, &now, &state)) {
        memcpy(process->name, now.name, sizeof now.name);
        if (now.parent != process->parent && pid != run->process[0].pid)
            process->heir = now.parent;
    }
    ended(run, pid, (int)status);
    ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

static void stopped(struct guide_run *run, pid_t pid, int status) {
    int event = status >> 16, signal = WSTOPSIG(status);
    unsigned long child = 0;
    if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK) {
        ptrace(PTRACE_GETEVENTMSG, pid, NULL, &child);
        add(run, pid, 0);
        struct guide_process *made = add(run, (pid_t)child, pid);
        made->parent = pid;
    } else {
        add(run, pid, 0);
    }
    look(run, event == PTRACE_EVENT_EXIT);
    if (event == PTRACE_EVENT_EXIT)
        about_to_end(run, pid);
    else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP)
        ptrace(PTRACE_LISTEN, pid, NULL, NULL); // stopped like others
    else
        ptrace(PTRACE_CONT, pid, NULL, event ? 0L : (long)signal);
}

bool watch_begin(struct guide_run *run, pid_t pid) {
    add(run, pid, 0);
    run->watched = ptrace(PTRACE_SEIZE, pid, NULL, EVENTS) == 0;
    return run->watched;
}

bool watch_next(struct guide_run *run) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, __WALL | WNOHANG)) > 0)
        if (WIFSTOPPED(status))
            stopped(run, pid, status);
        else
            ended(run, pid, status);
    return pid == 0; // else ECHILD: none is left
}

void watch_kill(struct guide_run *run) {
    for (size_t i = 0; i < run->processes; i++)
        if (!run->process[i].ended)
            kill(run->process[i].pid, SIGKILL);
}
