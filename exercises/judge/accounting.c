// SPDX-License-Identifier: MIT
// Samples the processes: whether all sleep, what each has used, and how long
// somebody waited for a processor, which does not count.
//
// Runs in: judge.
#include <string.h>
#include <unistd.h>

#include "judge.h"

// A virtual machine may stand still, and counts that as time: somebody's on a
// processor, and everybody's on the clock. From one look to the next there is
// at most so much of it:
#define MOST_CPU_MS 200    // of a process; on an idle machine it is 50
#define MOST_ASLEEP_MS 100 // of all
#define MOST_PASSED_MS 1000

// Has anybody run since the last look, `passed` ms ago? Then they are not
// asleep for good.
static void note_sleep(struct run *run, int64_t passed) {
    uint64_t print = 14695981039346656037u;
    bool asleep = true;
    for (int i = 0; i < run->state->processes.count; i++) {
        struct process *p = &run->state->processes.at[i];
        asleep = asleep && strchr("SZTt", p->state);
        print = (print ^ (uint64_t)p->pid) * 1099511628211u;
        print = (print ^ p->switches ^ (uint64_t)p->state) * 1099511628211u;
        print = (print ^ p->cpu_ms) * 1099511628211u;
    }
    if (!asleep || print != run->state->fingerprint)
        run->state->asleep_ms = 0;
    else
        run->state->asleep_ms +=
            passed < MOST_ASLEEP_MS ? passed : MOST_ASLEEP_MS;
    run->state->fingerprint = print;
}

// Whether one could have run since the last look, and was not let.
static bool somebody_starves(const struct run *run) {
    for (int i = 0; i < run->state->processes.count; i++) {
        const struct process *p = &run->state->processes.at[i];
        const struct process *then = proc_find(&run->state->sampled, p->pid);
        if (then && p->state == 'R' && then->state == 'R' &&
            p->cpu_ms == then->cpu_ms && p->switches == then->switches)
            return true;
    }
    return false;
}

// How long, since the last look, somebody waited for a processor: no longer
// than that is ago, though several may have waited at once. And what each used.
static void note_time(struct run *run, int64_t passed) {
    uint64_t waited = proc_waited(getpid());
    uint64_t sum = waited - run->state->judge_waited_ns;
    // Who waits busily for one that starves cannot help it, nor that we wait.
    int64_t share = somebody_starves(run) ? 4 : 1;
    int64_t ours = passed - (int64_t)(sum / 1000000);
    for (int i = 0; i < run->state->processes.count; i++) {
        struct process *p = &run->state->processes.at[i];
        const struct process *then = proc_find(&run->state->sampled, p->pid);
        int64_t used = (int64_t)(p->cpu_ms - (then ? then->cpu_ms : 0));
        if (used < 0 || used > MOST_CPU_MS) // below 0: the pid is another's now
            used = used < 0 ? 0 : MOST_CPU_MS;
        used = ours > 0 ? used * ours / passed : 0;
        p->used_ms = (then ? then->used_ms : 0) + used / share;
        sum += p->waited_ns - (then ? then->waited_ns : 0);
    }
    int64_t most = passed * 1000000, stalled = (int64_t)sum;
    int64_t still = most - MOST_PASSED_MS * INT64_C(1000000);
    stalled = stalled < most ? stalled : most;
    run->state->stalled_ns += stalled > still ? stalled : still;
    run->state->judge_waited_ns = waited;
    proc_copy(&run->state->sampled, &run->state->processes);
}

static void expect_clock_time(struct run *run, int64_t now) {
    if (run->state->debug)
        return;
    if (fair_ms(run) > run->state->ends_at || now > run->state->ends_at_last)
        fail(run,
             text("it is over within %d s",
                  (int)(run->state->ends_at - run->state->began_at + 500) /
                      1000),
             text("stopped, %d task%s running", run->running,
                  run->running == 1 ? "" : "s"),
             "A loop does not end, or polls for something that never comes.");
}

// Where init is process 1 of a namespace, nobody in there can kill it.
void expect_whole(struct run *run) {
    if (sandbox_is_whole(&run->state->sandbox))
        return;
    if (run->state->sandbox.own)
        cannot_judge(run, "the judge's init was killed from outside");
    fail(run, "the judge's processes live", "one was killed",
         "Kill only what you have forked, and only until you have waited "
         "for it.");
}

void sample_processes(struct run *run, bool at_once) {
    int64_t now = now_ms(), passed = now - run->state->sampled_at;
    if (!at_once && now < run->state->sample_due_at)
        return;
    run->state->sample_due_at = now + SAMPLE_EVERY_MS;
    run->state->sampled_at = now;
    expect_whole(run);
    if (!proc_list(&run->state->processes, run->state->sandbox.init, true))
        cannot_judge(run, "/proc does not show the processes");
    note_time(run, passed);
    note_sleep(run, passed);
    expect_clock_time(run, now);
    expect_limits(run);
}
