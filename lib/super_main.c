// SPDX-License-Identifier: MIT
// The supervisor: forks the workers, watches them, replaces those that die, and
// sees to it that none outlives the pool.
//
// It has one thread and one poll loop. What wakes it, and what it does then:
//
//      a worker ended           account for it, fork another or end
//      an item ran too long     kill its worker, which then ends
//      the client calls         fork more workers, or end
//      the client died          kill all workers and end
//
// It blocks every signal, so only SIGKILL ends it before its time; then the
// workers die with it (see worker_main.c) and the client finds the pool broken.
//
// Runs in: supervisor.
#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    START_TRIES = 5,   // of a slot, in a row, before the pool is given up
    FORK_TRIES = 50,   // failures in a row, with no worker left to go on
    RETRY_MS = 100,    // between tries to fork
    GRACE_MS = 1000,   // for killed workers to be gone
    NO_PIDFD_MS = 250, // between looks at the client, without a pidfd
};

struct super {
    struct arena *arena;
    const sigset_t *worker_mask;
    pid_t self;
    int signal_fd; // SIGCHLD, SIGINT
    int client_fd; // pidfd of the client; -1: cannot be had
    unsigned failed_forks;
    bool giving_up;
};

// There in a program with a sanitizer.
extern void __sanitizer_print_stack_trace(void) __attribute__((weak));

// Handlers are the program's, and would run its code here, but those of a
// sanitizer tell why a task has crashed. What the program ignores stays
// ignored. Ctrl-C reaches every process of a terminal: the client answers it.
static void reset_signals(void) {
    bool reports = __sanitizer_print_stack_trace != NULL;
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        bool crash = number == SIGSEGV || number == SIGBUS ||
                     number == SIGFPE || number == SIGILL || number == SIGABRT;
        if (sigaction(number, NULL, &action) == 0 && !(crash && reports) &&
            action.sa_handler != SIG_IGN && action.sa_handler != SIG_DFL)
            signal(number, SIG_DFL);
    }
    signal(SIGCHLD, SIG_DFL); // ignored, it would reap workers unseen
    signal(SIGINT, SIG_IGN);
}

static bool client_gone(const struct super *s) {
    if (s->client_fd < 0)
        return getppid() != s->arena->client;
    struct pollfd fd = {.fd = s->client_fd, .events = POLLIN};
    return poll(&fd, 1, 0) > 0;
}

// Forks a worker into an empty slot. False: errno says why not.
static bool spawn(struct super *s, unsigned index) {
    struct arena *arena = s->arena;
    struct slot *slot = &arena->slots[index];
    atomic_store(&slot->phase, SLOT_STARTING);
    slot->refusal[0] = '\0';
    uint64_t now = sys_now_ns(); // earlier than all that the worker records
    sigset_t mask;
    pid_t pid = sys_fork(&mask);
    if (pid < 0)
        return false;
    if (pid == 0) {
        sys_close(&s->signal_fd);
        sys_close(&s->client_fd);
        worker_main(arena, index, s->self, s->worker_mask);
    }
    atomic_store(&slot->pid, pid);
    if (slot->starts++ > 0)
        atomic_fetch_add(&arena->respawned, 1);
    arena_trace_add(arena, (struct pool_trace_event){.begin_ns = now,
                                                     .kind = POOL_TRACE_START,
                                                     .worker = (int)index,
                                                     .pid = pid,
                                                     .status = s->self});
    return true;
}

static size_t living(const struct super *s) {
    size_t count = 0;
    for (unsigned i = 0; i < s->arena->options.workers; i++)
        count += atomic_load(&s->arena->slots[i].pid) != 0;
    return count;
}

// Fills empty slots. Returns how long to wait before trying again, or -1.
static int spawn_missing(struct super *s) {
    struct arena *arena = s->arena;
    unsigned wanted = atomic_load(&arena->wanted);
    for (unsigned i = 0; i < wanted; i++) {
        if (atomic_load(&arena->slots[i].pid))
            continue;
        if (!spawn(s, i)) {
            if (++s->failed_forks >= FORK_TRIES && living(s) == 0) {
                snprintf(arena->reason, sizeof arena->reason,
                         "no worker could be forked: %s", strerror(errno));
                s->giving_up = true;
            }
            return RETRY_MS;
        }
        s->failed_forks = 0;
    }
    return -1;
}

// True if a worker has failed to start, other than by somebody killing it
// before it got to its initialiser.
static bool failed_to_start(const struct slot *slot, int status) {
    enum slot_phase phase = atomic_load(&slot->phase);
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    return phase == SLOT_INITIALISING || (phase == SLOT_STARTING && !killed);
}

// Accounts for worker `index`, which has ended. One that keeps failing to start
// would do so for ever.
static void account_for(struct super *s, unsigned index, int status) {
    struct arena *arena = s->arena;
    struct slot *slot = &arena->slots[index];
    int pid = atomic_load(&slot->pid);
    super_account(arena, index, status);
    if (!failed_to_start(slot, status)) {
        slot->failed_starts = 0;
    } else if (++slot->failed_starts >= START_TRIES && !s->giving_up) {
        char how[128];
        sys_describe_exit(how, sizeof how, status);
        snprintf(arena->reason, sizeof arena->reason,
                 "worker %d %s in its initialiser", pid, how);
        if (WIFEXITED(status) && slot->refusal[0]) // then it is whole
            memcpy(arena->reason, slot->refusal, sizeof arena->reason);
        s->giving_up = true;
    }
}

// Reaps whoever has ended: workers, and processes that tasks have left behind.
// Returns false when there are no children at all.
static bool reap(struct super *s) {
    int status;
    pid_t pid;
    while ((pid = sys_reap(-1, &status, WNOHANG)) > 0)
        for (unsigned i = 0; i < s->arena->options.workers; i++)
            if (atomic_load(&s->arena->slots[i].pid) == pid)
                account_for(s, i, status);
    return pid == 0;
}

static void signal_workers(struct super *s, int number) {
    for (unsigned i = 0; i < s->arena->options.workers; i++) {
        int pid = atomic_load(&s->arena->slots[i].pid);
        if (pid)
            kill(pid, number);
    }
}

// Workers that ended are found by reap().
static void read_signals(struct super *s) {
    struct signalfd_siginfo info;
    while (read(s->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo == SIGINT && !s->arena->ignores_ctrl_c)
            super_interrupt();
}

// Sleeps until something happens, `timeout_ms` at most.
static void wait_for_events(struct super *s, int timeout_ms) {
    struct pollfd fds[] = {
        {.fd = s->signal_fd, .events = POLLIN},
        {.fd = s->arena->super_event, .events = POLLIN},
        {.fd = s->client_fd, .events = POLLIN}, // negative: ignored
    };
    if (s->client_fd < 0 && (timeout_ms < 0 || timeout_ms > NO_PIDFD_MS))
        timeout_ms = NO_PIDFD_MS;
    if (poll(fds, 3, timeout_ms) <= 0)
        return;
    if (fds[0].revents)
        read_signals(s);
    if (fds[1].revents)
        sys_event_drain(s->arena->super_event);
}

// Waits until no child is left, for `limit_ms` at most, and where `client_fd`
// says so, until the client has died. Dead workers' own pools are children by
// now, and end by themselves.
static bool await_children(struct super *s, int limit_ms, int client_fd) {
    uint64_t end = sys_now_ns() + (uint64_t)limit_ms * 1000000;
    while (reap(s)) {
        uint64_t now = sys_now_ns();
        if (now >= end)
            return false;
        struct pollfd fds[] = {{.fd = s->signal_fd, .events = POLLIN},
                               {.fd = client_fd, .events = POLLIN}};
        if (poll(fds, 2, (int)((end - now) / 1000000) + 1) > 0 &&
            fds[1].revents)
            return false;
        read_signals(s);
    }
    return true;
}

static _Noreturn void end(struct super *s) {
    struct arena *arena = s->arena;
    bool in_peace = atomic_load(&arena->mode) == MODE_STOP && !client_gone(s);
    read_signals(s); // Ctrl-C may have ended the client
    for (unsigned i = 0; in_peace && i < arena->options.workers; i++)
        arena_wake_slot(&arena->slots[i]);
    if (in_peace && await_children(s, FINI_MS, s->client_fd))
        _exit(EXIT_SUCCESS);
    // Even if no worker is left: their own pools may be.
    if (!in_peace || living(s) > 0) {
        signal_workers(s, SIGKILL);
        await_children(s, GRACE_MS, -1);
    }
    _exit(s->giving_up ? EXIT_FAILURE : EXIT_SUCCESS);
}

// The first workers. One that cannot be forked fails pool_create().
static void start(struct super *s) {
    struct arena *arena = s->arena;
    for (unsigned i = 0; i < atomic_load(&arena->wanted); i++)
        if (!spawn(s, i)) {
            arena->start_error = errno;
            signal_workers(s, SIGKILL);
            await_children(s, GRACE_MS, -1);
            _exit(EXIT_FAILURE);
        }
    atomic_store(&arena->started, 1);
    sys_event_signal(arena->client_event);
    sys_futex_wake(&arena->started);
}

_Noreturn void super_main(struct arena *arena, const sigset_t *mask) {
    struct super s = {.arena = arena, .worker_mask = mask, .self = getpid()};
    prctl(PR_SET_NAME, "pool-super");
    arena_trace_add(arena, (struct pool_trace_event){.kind = POOL_TRACE_START,
                                                     .worker = -1,
                                                     .pid = s.self,
                                                     .status = arena->client});
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    reset_signals();
    sys_each_output(__fpurge); // the client's, to be printed once
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigaddset(&child, SIGINT); // though it is ignored
    s.signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    s.client_fd = sys_pidfd_open(arena->client);
    if (s.signal_fd < 0 || !sys_guard(arena->ignores_ctrl_c)) {
        arena->start_error = errno;
        _exit(EXIT_FAILURE);
    }
    if (getppid() == 0) // another PID namespace: ours would not be its numbers
        arena->start_error = ENOTSUP;
    if (getppid() != arena->client) // it was gone before we looked
        _exit(EXIT_FAILURE);
    start(&s);
    for (;;) {
        reap(&s);
        if (s.giving_up || atomic_load(&arena->mode) != MODE_RUN ||
            client_gone(&s))
            end(&s);
        int wait_ms = spawn_missing(&s);
        uint64_t deadline = super_enforce_limit(arena), now = sys_now_ns();
        if (deadline != UINT64_MAX) {
            uint64_t left = deadline > now ? (deadline - now) / 1000000 + 1 : 0;
            if (wait_ms < 0 || left < (uint64_t)wait_ms)
                wait_ms = left > 60000 ? 60000 : (int)left;
        }
        wait_for_events(&s, wait_ms);
    }
}
