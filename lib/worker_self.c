// SPDX-License-Identifier: MIT
// Who this process is: which worker, of which pool.
//
// Runs in: worker; in any other process it finds that it is none.
#include "internal.h"

// This process as a worker. The page is wiped in children that a task forks, so
// that none of them passes for the worker.
static struct worker *worker;

// From here on this process is worker `index` of `arena`.
struct worker *worker_become(struct arena *arena, unsigned index) {
    size_t limit = arena->options.max_tasks_per_worker;
    worker = arena->worker;
    worker->slot = &arena->slots[index];
    worker->index = index;
    worker->budget = limit ? limit : SIZE_MAX;
    worker->arena = arena;
    return worker;
}

int pool_worker_index(void) {
    return worker && worker->arena ? (int)worker->index : -1;
}

struct slot *worker_slot(const struct arena *arena) {
    return worker && worker->arena == arena ? worker->slot : NULL;
}

int pool_fail(const char *format, ...) {
    if (worker && worker->arena && format) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(worker->message, sizeof worker->message, format, arguments);
        va_end(arguments);
    }
    return POOL_ETASK;
}

// Every way of a prepared worker to end by itself. What it has reserved stays
// in its slot, for its successor.
_Noreturn void worker_end(struct worker *self, int status) {
    const struct pool_options *options = &self->arena->options;
    if (options->fini && atomic_load(&self->arena->mode) != MODE_TERMINATE)
        options->fini(options->init_arg);
    sys_each_output(sys_flush);
    atomic_store(&self->slot->phase, SLOT_RETIRED);
    _exit(status); // super_account() wakes the client
}
