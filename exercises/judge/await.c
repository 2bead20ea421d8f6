// SPDX-License-Identifier: MIT
// Waits for what is to happen, and notices when nothing will.
//
// Runs in: judge.
#include <stdint.h>
#include <string.h>

#include "judge.h"

#define SETTLE_MS 2000 // at most; on an idle machine it takes a few
#define TURN_MS 100
#define TURN_SWITCHES 50
#define TURN_SAMPLES 10
#define TRIES_LEAST 3
#define TRIES_MS 3000
#define TRIES_SCHEDULED 6 // times fewer, where schedules find races, too

static bool somebody_waits_for_us(struct run *run) {
    if (run->hold || run->hold_id != INT64_MIN)
        return false; // we wait for something that the held ones do not stop
    for (int i = 0; i < run->executions; i++)
        if (!run->execution[i].answered)
            return true;
    return false;
}

// All are asleep, and nobody is there to wake them.
static _Noreturn void fail_asleep(struct run *run, const char *what) {
    const char *tasks =
        text("%d task%s running, %d done", run->running,
             run->running == 1 ? "" : "s", run->executions - run->running);
    bool held = run->hold || run->hold_id != INT64_MIN;
    if (run->state->driver_ended)
        fail(run, what, "every process that is left sleeps on",
             "An end of file does not come while anybody holds the write end, "
             "one of those who wait for it included.");
    if (is_back(run, 0) && run->state->servers == 1)
        fail(run, what, text("the call has returned, with %s", tasks),
             "A call that is to wait for its tasks returned before they were "
             "done, or nothing was started.");
    if (held && run->running > 0)
        fail(run, what,
             text("%s, then nothing more: every process is asleep", tasks),
             strcmp(what, "the call returns") == 0
                 ? "This call should return while tasks take their time."
                 : "The tasks that run take their time; the others should go "
                   "on. "
                   "Are there enough workers, and does a free one get the next "
                   "item while others are busy?");
    fail(run, what, text("it hangs: every process is asleep; %s", tasks),
         "Each waits for another: for a child that does not end, for an end "
         "of file while somebody holds the write end, for a wake-up that was "
         "lost, or for what has come already.");
}

// With nobody but an idle driver there, there is nothing to be patient for.
static int64_t patience(struct run *run) {
    if (run->state->debug)
        return INT64_MAX; // it is asleep while a person thinks
    bool alone = is_back(run, 0) && run->state->servers == 1;
    for (int i = 0; i < run->state->processes.count && alone; i++)
        alone = (run->state->processes.at[i].parent != run->driver ||
                 run->state->processes.at[i].pid == run->state->lent) &&
                !(run->state->processes.at[i].pid != run->driver &&
                  !proc_is_below(&run->state->processes, run->driver,
                                 run->state->processes.at[i].pid));
    return alone ? 2 * SAMPLE_EVERY_MS : LIMIT_ASLEEP_MS;
}

static void see_who_comes(struct run *run) {
    bool waits = false;
    for (int i = 0; i < run->executions && !run->hold; i++)
        waits = waits || waits_for_others(run, &run->execution[i]);
    if (!waits)
        return;
    settle(run);
    run->state->alone = !run->state->outside;
    let_all_in(run);
}

// What a message tells wakes the judge; what /proc shows it must look for: often
// at first, for most of it comes soon.
void await(struct run *run, condition *is_so, int64_t n, const char *what) {
    int look_ms = 1;
    run->state->asleep_ms = 0;
    while (!is_so(run, n)) {
        bool came = step(run, look_ms);
        look_ms = came ? 1 : 2 * look_ms;
        if (look_ms > SAMPLE_EVERY_MS)
            look_ms = SAMPLE_EVERY_MS;
        see_who_comes(run);
        if (is_so(run, n))
            break;
        if (run->state->driver_ended && !run->state->driver_may_end)
            fail_ended(run);
        if (run->state->asleep_ms > patience(run) &&
            !somebody_waits_for_us(run))
            fail_asleep(run, what);
    }
}

bool is_back(struct run *run, int64_t server) {
    return !run->state->server[server].busy;
}

// Who has ended does not run any more, though it did not say so.
bool running_are(struct run *run, int64_t n) {
    int64_t alive = 0;
    if (run->running < n)
        return false;
    for (int i = 0; i < run->executions; i++)
        alive +=
            !run->execution[i].left && !proc_has_ended(run->execution[i].pid);
    return alive >= n;
}

bool executions_are(struct run *run, int64_t n) { return run->executions >= n; }

bool left_are(struct run *run, int64_t n) {
    return run->executions - run->running >= n;
}

// Has anybody run since the last look?
static void note_runs(struct run *run, const struct processes *last) {
    for (int i = 0; i < run->state->processes.count; i++) {
        struct process *p = &run->state->processes.at[i];
        const struct process *then = proc_find(last, p->pid);
        if (then)
            p->ran = then->ran + (p->cpu_ms != then->cpu_ms ||
                                  p->switches != then->switches);
    }
}

// Whether a process has had its turn since `before`: it sleeps and has not run
// since the last look, or it has run, and would have done what it had to. That
// it had the processor for long at one time shows nothing: a virtual machine
// that stands still for a moment counts that as its time.
static bool had_its_turn(const struct process *p, const struct processes *last,
                         const struct processes *before) {
    const struct process *then = proc_find(last, p->pid);
    const struct process *first = proc_find(before, p->pid);
    if (then && strchr("SZTt", p->state) && then->state == p->state &&
        then->switches == p->switches && then->cpu_ms == p->cpu_ms)
        return true;
    return p->ran >= TURN_SAMPLES &&
           (p->cpu_ms >= (first ? first->cpu_ms : 0) + TURN_MS ||
            p->switches >= (first ? first->switches : 0) + TURN_SWITCHES);
}

static bool all_had_their_turn(struct run *run, const struct processes *last,
                               const struct processes *before) {
    for (int i = 0; i < run->state->processes.count; i++)
        if (!had_its_turn(&run->state->processes.at[i], last, before))
            return false;
    return true;
}

void settle(struct run *run) {
    int64_t until = fair_ms(run) + SETTLE_MS;
    struct processes *before = &run->state->settling[0],
                     *last = &run->state->settling[1];
    bool settled = false;
    sample_processes(run, true);
    proc_copy(before, &run->state->processes);
    do {
        proc_copy(last, &run->state->processes);
        step(run, 2);
        while (step(run, 0)) {
        }
        sample_processes(run, true);
        note_runs(run, last);
        settled = all_had_their_turn(run, last, before) && !step(run, 0);
    } while (!settled && fair_ms(run) < until);
    run->state->asleep_ms = 0;
}

bool once_more(struct run *run, int times, int most, int64_t began) {
    if (run->state->scheduled)
        most /= TRIES_SCHEDULED;
    return times < TRIES_LEAST || (times < most && now_ms() - began < TRIES_MS);
}
