// SPDX-License-Identifier: MIT
// A worker's life: set up, initialise, then take, run, sleep, until told to
// end.
//
// A worker leaves only by _exit(), so nothing of the program's own clean-up
// runs twice, not even where a task calls exit(). Where a task has closed the
// descriptors a worker needs, the worker ends too: the supervisor then tells
// whom it could not tell, and forks another.
//
// Runs in: worker.
#include "internal.h"

static bool stopped(struct arena *arena) {
    return atomic_load(&arena->mode) != MODE_RUN;
}

// Watches for work for a short while where CPUs are spare: going to sleep and
// being woken costs more than a short task. The mark goes before the work is
// taken: a client that sees both the mark and the work has one looker for it.
static bool spin(struct worker *self) {
    struct arena *arena = self->arena;
    if (arena_count_looking(arena) + 1 >= arena->cpus)
        return false;
    bitmap_set(arena->looking, self->index);
    uint64_t start = sys_now_ns();
    bool found;
    do {
        sys_relax(20);
        found = atomic_load(&arena->next) < atomic_load(&arena->tail) ||
                stopped(arena);
    } while (!found && sys_now_ns() - start < SPIN_NS);
    bitmap_clear(arena->looking, self->index);
    atomic_thread_fence(memory_order_seq_cst); // who saw the mark called nobody
    return found;
}

// Sleeps until there may be work. Between the mark and the last look, and
// between the last look and the futex, a waker sees the mark and sets `wake`.
// True if the last look has reserved some.
static bool sleep_for_work(struct worker *self) {
    struct arena *arena = self->arena;
    sys_each_output(sys_flush); // tasks' files
    atomic_store(&self->slot->wake, 0);
    bitmap_set(arena->asleep, self->index);
    atomic_thread_fence(memory_order_seq_cst); // not implied by the mark
    bool reserved = worker_reserve(arena, self->slot);
    while (!reserved && !stopped(arena) && !atomic_load(&self->slot->wake))
        sys_futex_wait(&self->slot->wake, 0, POOL_FOREVER);
    bitmap_clear(arena->asleep, self->index);
    bitmap_clear(arena->looking, self->index);
    return reserved;
}

static void initialise(struct worker *self) {
    const struct pool_options *options = &self->arena->options;
    if (options->init)
        atomic_store(&self->slot->phase, SLOT_INITIALISING);
    int rc = options->init ? options->init(options->init_arg) : 0;
    sys_each_output(sys_flush);
    if (rc != 0) {
        if (!self->message[0])
            pool_fail("it returned %d", rc);
        snprintf(self->slot->refusal, POOL_MESSAGE_SIZE,
                 "worker initialiser failed: %.480s", self->message);
        _exit(EXIT_FAILURE);
    }
    atomic_store(&self->slot->phase, SLOT_READY);
}

_Noreturn void worker_main(struct arena *arena, unsigned index,
                           pid_t supervisor, const sigset_t *mask) {
    // The supervisor has one thread, so this means its death; one before this
    // line is noticed after it. A worker that might outlive it does not start.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != supervisor)
        _exit(EXIT_FAILURE);
    signal(SIGINT, SIG_IGN); // fork() has undone it: see sys_guard()
    // Leave the CPUs to the supervisor until it has forked all of us.
    while (!atomic_load(&arena->started))
        sys_futex_wait(&arena->started, 0, POOL_FOREVER);
    char name[16];
    snprintf(name, sizeof name, "pool-worker-%u", index);
    prctl(PR_SET_NAME, name);
    // The supervisor writes it too, but perhaps after our first task.
    atomic_store(&arena->slots[index].pid, getpid());
    sigprocmask(SIG_SETMASK, mask, NULL);
    struct worker *self = worker_become(arena, index);
    initialise(self);
    worker_run_reserved(self); // what a predecessor left
    for (bool idle = true, worked = false;;) {
        bool reserved = worker_reserve(arena, self->slot);
        if (!reserved && stopped(arena))
            worker_end(self, EXIT_SUCCESS);
        idle |= !reserved;
        if (!reserved && (!worked || !spin(self)))
            reserved = sleep_for_work(self);
        if (!reserved)
            continue;
        if (idle) // whoever woke us woke nobody else: wakes the next for more
            arena_wake_one(arena);
        idle = false;
        worked = true; // before that, others are still being started
        worker_run_reserved(self);
    }
}
