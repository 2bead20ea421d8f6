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
#include "internal.h"

#include <sys/signalfd.h>

enum {
    START_TRIES = 5,   // of a slot, in a row, before the pool is given up
    FORK_TRIES = 50,   // failures in a row, with no worker left to go on
    RETRY_MS = 100,    // between tries to fork
    NO_PIDFD_MS = 250, // between looks at the client, without a pidfd
};

struct super {
    struct arena *arena;
    const sigset_t *worker_mask;
    pid_t self;
    int signal_fd; // SIGCHLD, SIGINT
    int client_fd; // pidfd of the client; -1: cannot be had, or done with
    unsigned failed_forks;
    bool giving_up;
};

// There in a program with a sanitizer.
extern void __sanitizer_print_stack_trace(void) __attribute__((weak));

// Handlers are the program's, and would run its code here, but those of a
// sanitizer tell why a task has crashed. What the program ignores stays
// ignored. Ctrl-C reaches every process of a terminal: the client answers it.
static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        bool crash = number == SIGSEGV || number == SIGBUS ||
                     number == SIGFPE || number == SIGILL || number == SIGABRT;
        if (sigaction(number, NULL, &action) == 0 &&
            !(crash && __sanitizer_print_stack_trace) &&
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
    arena_trace(arena, .kind = POOL_TRACE_START, .begin_ns = now,
                .worker = (int)index, .pid = pid, .status = s->self);
    return true;
}

// Sends all workers a signal, or 0; returns how many there are.
static size_t signal_workers(const struct super *s, int number) {
    size_t count = 0;
    for (unsigned i = 0; i < s->arena->options.workers; i++) {
        int pid = atomic_load(&s->arena->slots[i].pid);
        if (!pid)
            continue;
        kill(pid, number);
        count++;
    }
    return count;
}

// Fills empty slots. Returns the time until the next try, or POOL_FOREVER. Of the
// first workers, one that cannot be forked fails pool_create().
static int spawn_missing(struct super *s) {
    struct arena *arena = s->arena;
    unsigned wanted = atomic_load(&arena->wanted);
    for (unsigned i = 0; i < wanted; i++) {
        if (atomic_load(&arena->slots[i].pid))
            continue;
        if (!spawn(s, i)) {
            arena->start_error = errno;
            s->giving_up =
                !atomic_load(&arena->started) ||
                (++s->failed_forks >= FORK_TRIES && signal_workers(s, 0) == 0);
            if (s->giving_up)
                snprintf(arena->reason, sizeof arena->reason,
                         "no worker could be forked: %s", strerror(errno));
            return RETRY_MS;
        }
        s->failed_forks = 0;
    }
    return POOL_FOREVER;
}

// Accounts for worker `index`, which has ended. One that keeps failing to start
// would do so for ever; not one that was killed before it had begun to.
static void account_for(struct super *s, unsigned index, int status) {
    struct arena *arena = s->arena;
    struct slot *slot = &arena->slots[index];
    int pid = atomic_load(&slot->pid);
    enum slot_phase phase = atomic_load(&slot->phase);
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    super_account(arena, index, status);
    if (phase != SLOT_INITIALISING && (phase != SLOT_STARTING || killed)) {
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

// Workers that ended are found by reap().
static void read_signals(struct super *s) {
    struct signalfd_siginfo info;
    while (read(s->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo == SIGINT && !s->arena->ignores_ctrl_c)
            super_interrupt(s->arena);
}

// Sleeps until something happens, `timeout_ms` at most.
static void wait_for_events(struct super *s, int timeout_ms) {
    struct pollfd fds[] = {{s->signal_fd, POLLIN, 0},
                           {s->arena->super_event, POLLIN, 0},
                           {s->client_fd, POLLIN, 0}}; // negative: ignored
    if (s->client_fd < 0 && (timeout_ms < 0 || timeout_ms > NO_PIDFD_MS))
        timeout_ms = NO_PIDFD_MS;
    if (poll(fds, 3, timeout_ms) <= 0)
        return;
    if (fds[0].revents)
        read_signals(s);
    if (fds[1].revents)
        sys_event_drain(s->arena->super_event);
}

// Waits until no worker is left, or no child at all, for `limit_ms` at most, or
// until the client has died.
static void await_end(struct super *s, bool all, int limit_ms) {
    uint64_t start = sys_now_ns();
    while (reap(s) && (all || signal_workers(s, 0) > 0)) {
        int left = sys_ms_left(start, limit_ms);
        if (left == 0 || (s->client_fd >= 0 && client_gone(s)))
            return;
        wait_for_events(s, left);
    }
}

static _Noreturn void end(struct super *s) {
    read_signals(s); // Ctrl-C may have ended the client
    if (atomic_load(&s->arena->mode) == MODE_STOP) {
        for (unsigned i = 0; i < s->arena->options.workers; i++)
            arena_wake_slot(&s->arena->slots[i]);
        await_end(s, false, FINI_MS);
    }
    signal_workers(s, SIGKILL);
    sys_close(&s->client_fd); // it is not looked at any more
    await_end(s, false, KILLED_MS);
    // Dead workers' own pools are children by now, and end by themselves.
    await_end(s, true, GRACE_MS);
    _exit(s->giving_up ? EXIT_FAILURE : EXIT_SUCCESS);
}

// `client_fd` is the client's pidfd, which works in another PID namespace too.
_Noreturn void super_main(struct arena *arena, int client_fd,
                          const sigset_t *mask) {
    struct super s = {arena, mask, .self = getpid(), .client_fd = client_fd};
    prctl(PR_SET_NAME, "pool-super");
    arena_trace(arena, .kind = POOL_TRACE_START, .worker = -1, .pid = s.self,
                .status = arena->client);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    reset_signals();
    sys_each_output(sys_purge); // the client's, to be printed once
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigaddset(&child, SIGINT); // though it is ignored
    s.signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s.signal_fd < 0 || !sys_guard(arena->ignores_ctrl_c)) {
        arena->start_error = errno;
        _exit(EXIT_FAILURE);
    }
    if (getppid() == 0 && client_fd < 0) // another PID namespace, and no pidfd
        arena->start_error = ENOTSUP;
    for (;;) {
        reap(&s);
        if (s.giving_up || atomic_load(&arena->mode) != MODE_RUN ||
            client_gone(&s))
            end(&s);
        int wait_ms = spawn_missing(&s);
        if (s.giving_up)
            continue;
        if (!atomic_exchange(&arena->started, 1)) { // every worker is forked
            sys_event_signal(arena->client_event);
            sys_futex_wake(&arena->started);
        }
        int limit_ms = super_enforce_limit(arena);
        if (limit_ms >= 0)
            wait_ms = wait_ms < 0 ? limit_ms : MIN(limit_ms, wait_ms);
        wait_for_events(&s, wait_ms);
    }
}
