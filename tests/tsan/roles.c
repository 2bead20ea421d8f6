// SPDX-License-Identifier: MIT
// The pool's roles as threads of one process, for ThreadSanitizer.
//
// Interface: the library is linked as it is, but for worker_self.c: which
// worker this is, a process knows there, and a thread here. Calls that make,
// end or kill a process are wrapped by the linker (see tests.mk).
//
//   as a thread   the client; workers, by worker_main(); of the supervisor,
//                 super_account() and super_enforce_limit()
//   not           super_main(): signals and children are of a process. The loop
//                 below forks, joins, accounts and replaces in the same order. A
//                 child that does nothing stands for the supervisor's process
//
// A thread cannot be killed between two instructions. Here a worker dies where
// a task or the library calls _exit(), and where it waits to be killed.
//
// ThreadSanitizer follows atomics, pthread_join() and descriptors. It ignores
// fences (tests/model/litmus looks at those), and takes the two windows on the
// heap for different memory, so it sees no race of inputs.
//
// Runs in: the tester.
#define _GNU_SOURCE
#include "client.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- Who am I: worker_self.c, for a thread ---------------------------------

static _Thread_local struct worker self;

struct worker *worker_become(struct arena *arena, unsigned index) {
    size_t limit = arena->options.max_tasks_per_worker;
    self.slot = &arena->slots[index];
    self.index = index;
    self.budget = limit ? limit : SIZE_MAX;
    self.arena = arena;
    return &self;
}

int pool_worker_index(void) { return self.arena ? (int)self.index : -1; }

struct slot *worker_slot(const struct arena *arena) {
    return self.arena == arena ? self.slot : NULL;
}

int pool_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self.message, sizeof self.message, format, arguments);
    va_end(arguments);
    return POOL_ETASK;
}

_Noreturn void worker_end(struct worker *worker, int status) {
    atomic_store(&worker->slot->phase, SLOT_RETIRED);
    _exit(status);
}

// ---- Processes that are threads --------------------------------------------

static struct super {
    struct arena *arena;
    pthread_t thread;
    pid_t process; // stands for it: ends when the thread does
    int life;      // the other end of that one's pipe
    int ended;     // an eventfd: some worker has ended
} super;

struct place { // of a worker
    pthread_t thread;
    unsigned index;
    bool taken;
    _Atomic bool ended;
};

static _Thread_local struct place *place; // NULL: this is no worker

static void *run_worker(void *mine) {
    place = mine;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    worker_main(super.arena, place->index, getppid(), &mask);
}

static _Noreturn void end_worker(int status) {
    atomic_store(&place->ended, true);
    sys_event_signal(super.ended);
    pthread_exit((void *)(intptr_t)status); // as waitpid() would have it
}

_Noreturn void __real__exit(int code);
_Noreturn void __wrap__exit(int code);
_Noreturn void __wrap__exit(int code) {
    if (place)
        end_worker((code & 0xff) << 8);
    __real__exit(code);
}

// What a process does at its end is not for a thread.
int __wrap_on_exit(void (*function)(int, void *), void *argument);
int __wrap_on_exit(void (*function)(int, void *), void *argument) {
    return (void)function, (void)argument, 0;
}

int __wrap_at_quick_exit(void (*function)(void));
int __wrap_at_quick_exit(void (*function)(void)) { return (void)function, 0; }

// A worker that waits to be killed: the supervisor has decided so.
int __wrap_pause(void);
int __wrap_pause(void) { end_worker(SIGKILL); }

int __real_kill(pid_t pid, int number);
int __wrap_kill(pid_t pid, int number);
int __wrap_kill(pid_t pid, int number) { // workers end by themselves
    return pid == getpid() ? 0 : __real_kill(pid, number);
}

static void spawn_missing(struct place *places) {
    struct arena *arena = super.arena;
    for (unsigned i = 0; i < atomic_load(&arena->wanted); i++) {
        if (places[i].taken)
            continue;
        atomic_store(&arena->slots[i].phase, SLOT_STARTING);
        places[i] = (struct place){.index = i, .taken = true};
        if (pthread_create(&places[i].thread, NULL, run_worker, &places[i]))
            abort();
        if (arena->slots[i].starts++ > 0)
            atomic_fetch_add(&arena->respawned, 1);
    }
}

// Joins and accounts for workers that have ended; with `all`, waits until all have.
static void reap(struct place *places, bool all) {
    for (unsigned i = 0; i < super.arena->options.workers; i++) {
        void *status;
        if (places[i].taken && (all || atomic_load(&places[i].ended)) &&
            pthread_join(places[i].thread, &status) == 0) {
            places[i].taken = false;
            super_account(super.arena, i, (int)(intptr_t)status);
        }
    }
}

static void *supervise(void *nothing) {
    struct arena *arena = super.arena;
    struct place *places = calloc(arena->options.workers, sizeof *places);
    spawn_missing(places);
    atomic_store(&arena->started, 1);
    sys_event_signal(arena->client_event);
    sys_futex_wake(&arena->started);
    while (atomic_load(&arena->mode) == MODE_RUN) {
        reap(places, false);
        spawn_missing(places);
        struct pollfd fds[] = {{.fd = super.ended, .events = POLLIN},
                               {.fd = arena->super_event, .events = POLLIN}};
        poll(fds, 2, super_enforce_limit(arena));
        sys_event_drain(super.ended);
        sys_event_drain(arena->super_event);
    }
    for (unsigned i = 0; i < arena->options.workers; i++)
        arena_wake_slot(&arena->slots[i]);
    reap(places, true);
    free(places);
    sys_close(&super.life); // its process ends
    return nothing;
}

// ---- The client's side -----------------------------------------------------

bool __real_client_arena_map(struct pool *pool,
                             const struct pool_options *options);
bool __wrap_client_arena_map(struct pool *pool,
                             const struct pool_options *options);
bool __wrap_client_arena_map(struct pool *pool,
                             const struct pool_options *options) {
    bool mapped = __real_client_arena_map(pool, options);
    super.arena = pool->arena;
    return mapped;
}

pid_t __real_sys_fork(sigset_t *mask);
pid_t __wrap_sys_fork(sigset_t *mask);
pid_t __wrap_sys_fork(sigset_t *mask) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        abort();
    super.process = __real_sys_fork(mask);
    if (super.process == 0) {
        char byte;
        close(ends[1]);
        __real__exit(read(ends[0], &byte, 1) != 0);
    }
    close(ends[0]);
    super.life = ends[1];
    super.ended = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (super.process < 0 || super.ended < 0 ||
        pthread_create(&super.thread, NULL, supervise, NULL))
        abort();
    return super.process;
}

// Reaping is joining.
pid_t __real_sys_reap(pid_t pid, int *status, int flags);
pid_t __wrap_sys_reap(pid_t pid, int *status, int flags);
pid_t __wrap_sys_reap(pid_t pid, int *status, int flags) {
    pid_t reaped = __real_sys_reap(pid, status, flags);
    if (reaped == super.process) {
        pthread_join(super.thread, NULL);
        sys_close(&super.ended);
    }
    return reaped;
}
