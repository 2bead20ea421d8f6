// SPDX-License-Identifier: MIT
// Who takes more of the machine than a check may is stopped, and told so.
//
// Runs in: judge.
#include "judge.h"

// text() only where a check fails: it uses the same memory again in the end.

static void expect_processor_time(struct run *run) {
    uint64_t limit = (uint64_t)run->state->cpu_limit_ms;
    uint64_t all = run->state->processes.init_reaped_ms;
    const char *who = NULL;
    for (int i = 0; i < run->state->processes.count; i++) {
        struct process *p = &run->state->processes.at[i];
        all += (uint64_t)p->used_ms + p->reaped_ms;
        if ((uint64_t)p->used_ms > limit)
            who = p->pid == run->driver ? "your process"
                                        : "one of your processes";
    }
    if (!who && all > 2 * limit) {
        who = "your processes together";
        limit *= 2;
    }
    run->state->stopped_for_time = who != NULL;
    if (who)
        fail(run, "the call returns",
             text("stopped: %s used %d s of processor time", who,
                  (int)(limit / 1000)),
             "An endless loop? A worker must leave when its input ends, and "
             "nobody should poll in a loop without waiting.");
}

// A sanitizer maps terabytes, and has memory of its own in each process.
static const uint64_t most_memory = SANITIZED ? 8 * LIMIT_MEMORY : LIMIT_MEMORY;

static _Noreturn void fail_memory(struct run *run) {
    fail(run, text("at most %d MB of memory", (int)(most_memory >> 20)),
         "stopped: your processes together took more",
         "Does something grow with every task and is never freed?");
}

static void expect_memory(struct run *run) {
    uint64_t all = 0, shares = 0, addresses = 0;
    for (int i = 0; i < run->state->processes.count; i++) {
        all += run->state->processes.at[i].memory;
        addresses += run->state->processes.at[i].addresses;
    }
    if (!SANITIZED && addresses > most_memory &&
        proc_shared_memory(&run->state->processes) > most_memory)
        fail_memory(run);
    if (all <= most_memory)
        return;
    // What they share was counted for each of them: now with more care.
    for (int i = 0; i < run->state->processes.count; i++)
        shares += proc_share(run->state->processes.at[i].pid);
    if (shares > most_memory)
        fail_memory(run);
}

// What no process's own memory shows: the kernel keeps it for them. Where the
// network and /tmp are not their own, others' would count.
static void expect_kernel_memory(struct run *run) {
    if (!proc_shares_namespace(run->driver, "net") &&
        proc_sockets(run->driver) > LIMIT_SOCKETS)
        fail(run, text("at most %d sockets", LIMIT_SOCKETS),
             "stopped: more than that", "Is each closed when it has served?");
    if (!proc_shares_namespace(run->driver, "mnt") &&
        proc_inodes(run->driver) > LIMIT_INODES)
        fail(run, text("at most %d files in /tmp or /dev/shm", LIMIT_INODES),
             "stopped: more than that", "Is each removed when it has served?");
}

void expect_limits(struct run *run) {
    if (run->state->debug)
        return;
    if (run->state->processes.count > LIMIT_PROCESSES)
        fail(run, text("at most %d processes", LIMIT_PROCESSES),
             "stopped: more processes than that",
             "A fork bomb: does a child go on in the parent's loop? A child "
             "must _exit when its work is done.");
    expect_processor_time(run);
    expect_memory(run);
    expect_kernel_memory(run);
}
