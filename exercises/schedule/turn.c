// SPDX-License-Identifier: MIT
// Which process goes on. Each has a priority by the seed, and the highest that
// can go on does; at a few places, which the seed chooses too, the one that
// runs falls below all others. That is PCT (Burckhardt, Kothari, Musuvathi,
// Nagarakatte: "A Randomized Scheduler with Probabilistic Guarantees of
// Finding Bugs", 2010): faults need few changes, so few are made.
//
// Runs in: every process of a run.
#include "schedule.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

long __real_syscall(long, ...);
int __real_poll(struct pollfd *, nfds_t, int);
int __real_close(int);

static struct slot *mine(void) { return &control->slot[self]; }

// The one with the highest priority that can go on, or -1.
static int choose(void) {
    int best = -1;
    for (int i = 0; i < control->slots; i++) {
        struct slot *slot = &control->slot[i];
        if (slot->life != LIFE_READY &&
            !(slot->life == LIFE_WAITING && slot->looks_again))
            continue;
        if (best < 0 || slot->priority > control->slot[best].priority)
            best = i;
    }
    return best;
}

// Nothing can go on: the time of one that waits for a limited time is over.
static int expire(void) {
    for (int i = 0; i < control->slots; i++) {
        struct slot *slot = &control->slot[i];
        if (slot->life == LIFE_WAITING && slot->wait.timed) {
            slot->timed_out = true;
            return i;
        }
    }
    return -1;
}

// Nothing can go on, it seems: what others do in ways that are not known here
// may have changed that. All look once more before it is called a deadlock.
static int look_once_more(void) {
    unsigned steps = atomic_load(&control->steps);
    if (control->looked_at == steps)
        return -1;
    control->looked_at = steps;
    for (int i = 0; i < control->slots; i++)
        control->slot[i].looks_again = control->slot[i].life == LIFE_WAITING;
    return choose();
}

// The one that goes on next. There is none in a deadlock, which ends the run.
static int next_one(void) {
    int next = choose();
    if (next < 0)
        next = look_once_more();
    if (next < 0)
        next = expire();
    if (next < 0)
        control_over(VERDICT_DEADLOCK);
    return next;
}

static void give(int slot) {
    atomic_store(&control->slot[slot].turn, 1);
    __real_syscall(SYS_futex, &control->slot[slot].turn, FUTEX_WAKE, 1, NULL,
                   NULL, 0);
}

// A process that gave its turn away to end: what it held is free only when it
// has ended, and that must not depend on how fast it does.
void turn_await_death(pid_t pid) {
    int fd = (int)__real_syscall(SYS_pidfd_open, pid, 0);
    if (fd >= 0) {
        struct pollfd poll = {.fd = fd, .events = POLLIN};
        while (__real_poll(&poll, 1, -1) < 0 && errno == EINTR) {
        }
        __real_close(fd);
        return;
    }
    if (errno == ESRCH)
        return;
    char path[40], line[256];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    for (;;) { // no pidfd here: look until it is a zombie or gone
        FILE *file = fopen(path, "r");
        if (!file)
            return;
        char *end = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
        fclose(file);
        if (!end || end[2] == 'Z' || end[2] == 'X')
            return;
        __real_syscall(SYS_sched_yield);
    }
}

// Of the signals that wait: does one end this process? Does one run a handler
// that interrupts a call?
static bool a_signal_ends_it(const sigset_t *mask, bool *interrupts) {
    sigset_t pending;
    sigpending(&pending);
    for (int sig = 1; sig < NSIG; sig++) {
        struct sigaction action;
        if (sigismember(&pending, sig) != 1 || sigismember(mask, sig) == 1 ||
            sigaction(sig, NULL, &action) < 0)
            continue;
        if (action.sa_handler == SIG_DFL && sig != SIGCHLD && sig != SIGURG &&
            sig != SIGWINCH && sig != SIGCONT)
            return true;
        if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN &&
            !(action.sa_flags & SA_RESTART))
            *interrupts = true;
    }
    return false;
}

// Sleeps until it has the turn. Signals wait as long, so that they, too, come
// at the same step each time. True if one interrupts what this process does.
static bool await_turn(void) {
    struct slot *slot = mine();
    sigset_t all, mask;
    bool interrupted = false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &mask);
    while (!atomic_exchange(&slot->turn, 0))
        __real_syscall(SYS_futex, &slot->turn, FUTEX_WAIT, 0, NULL, NULL, 0);
    if (control->dying) {
        turn_await_death(control->dying);
        control->dying = 0;
    }
    if (a_signal_ends_it(&mask, &interrupted)) {
        slot->killed = true;
        turn_end(true);
    }
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    slot->in_a_row = 0;
    return interrupted;
}

void turn_begin(int slot) {
    self = slot;
    await_turn();
}

static void fall_below_all(void) { mine()->priority = control->lowest--; }

void turn_point(void) {
    struct slot *slot = mine();
    control_finish_write();
    unsigned step = atomic_load(&control->steps);
    for (int i = 0; i < CHANGES; i++)
        if (control->change_at[i] == step + 1) {
            control->change_at[i] = 0;
            fall_below_all();
        }
    if (++slot->in_a_row > RUN_MAX) { // it may wait busily for another
        fall_below_all();
        slot->in_a_row = 0;
    }
    int next = choose();
    if (next == self || next < 0)
        return;
    slot->was_preempted = true;
    give(next);
    await_turn();
}

void turn_yield(void) {
    fall_below_all();
    turn_point();
}

void turn_stir(enum wait_kind kind, uintptr_t object) {
    for (int i = 0; i < control->slots; i++) {
        struct slot *slot = &control->slot[i];
        if (slot->life == LIFE_WAITING && slot->wait.kind == kind &&
            (object == 0 || slot->wait.object == object))
            slot->looks_again = true;
    }
}

bool turn_wait(const struct wait *wait) {
    struct slot *slot = mine();
    control_finish_write();
    slot->life = LIFE_WAITING;
    slot->looks_again = slot->timed_out = false;
    slot->wait = *wait;
    int next = next_one();
    bool interrupted = false;
    if (next != self) {
        give(next);
        interrupted = await_turn();
    }
    slot->life = LIFE_READY;
    return !interrupted && !slot->timed_out;
}

void turn_end(bool process_ends) {
    struct slot *slot = mine();
    control_finish_write();
    slot->life = LIFE_ENDED;
    if (process_ends) {
        for (int i = 0; i < control->slots; i++) // its threads end with it
            if (control->slot[i].pid == slot->pid)
                control->slot[i].life = LIFE_ENDED;
        control->dying = slot->pid;
        // What waits for the end of a pipe sees it from here on.
        if (__real_syscall(SYS_close_range, 3, ~0U, 0) < 0)
            for (int fd = 3; fd < 1024; fd++)
                __real_close(fd);
    }
    turn_stir(WAIT_CHILD, 0);
    turn_stir(WAIT_THREAD, 0);
    turn_stir(WAIT_DESCRIPTOR, 0);
    turn_stir(WAIT_LOCK, 0); // a robust one tells that its holder has gone
    if (self == 0)
        control_over(VERDICT_NONE);
    give(next_one());
}
