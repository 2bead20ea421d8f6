// SPDX-License-Identifier: MIT
// Takes in what comes, and watches the limits meanwhile.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
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
    for (int i = 0; i < run->processes.count; i++) {
        struct process *p = &run->processes.at[i];
        asleep = asleep && strchr("SZTt", p->state);
        print = (print ^ (uint64_t)p->pid) * 1099511628211u;
        print = (print ^ p->switches ^ (uint64_t)p->state) * 1099511628211u;
        print = (print ^ p->cpu_ms) * 1099511628211u;
    }
    if (!asleep || print != run->print)
        run->asleep_ms = 0;
    else
        run->asleep_ms += passed < MOST_ASLEEP_MS ? passed : MOST_ASLEEP_MS;
    run->print = print;
}

// Whether one could have run since the last look, and was not let.
static bool somebody_starves(const struct run *run) {
    for (int i = 0; i < run->processes.count; i++) {
        const struct process *p = &run->processes.at[i];
        const struct process *then = proc_find(&run->looked, p->pid);
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
    uint64_t sum = waited - run->judge_waited_ns;
    // Who waits busily for one that starves cannot help it, nor that we wait.
    int64_t share = somebody_starves(run) ? 4 : 1;
    int64_t ours = passed - (int64_t)(sum / 1000000);
    for (int i = 0; i < run->processes.count; i++) {
        struct process *p = &run->processes.at[i];
        const struct process *then = proc_find(&run->looked, p->pid);
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
    run->stalled_ns += stalled > still ? stalled : still;
    run->judge_waited_ns = waited;
    proc_copy(&run->looked, &run->processes);
}

int64_t fair_ms(const struct run *run) {
    return now_ms() - run->stalled_ns / 1000000;
}

static void expect_clock_time(struct run *run, int64_t now) {
    if (fair_ms(run) > run->ends_at || now > run->ends_at_last)
        fail(run,
             text("it is over within %d s",
                  (int)(run->ends_at - run->began_at + 500) / 1000),
             text("stopped, %d task%s inside", run->inside,
                  run->inside == 1 ? "" : "s"),
             "A loop does not end, or polls for something that never comes.");
}

void look(struct run *run, bool at_once) {
    int64_t now = now_ms(), passed = now - run->looked_at;
    if (!at_once && now < run->look_at)
        return;
    run->look_at = now + LOOK_EVERY_MS;
    run->looked_at = now;
    expect(run, cell_is_whole(&run->cell), "the judge's processes live",
           "one was killed",
           "Kill only what you have forked, and only until you have waited "
           "for it.");
    expect(run, proc_list(&run->processes, run->cell.keeper, true),
           "the judge can look at the processes", "it could not", "");
    note_time(run, passed);
    note_sleep(run, passed);
    expect_clock_time(run, now);
    expect_limits(run);
}

// Taking in. ------------------------------------------------------------------

static bool take_output(struct run *run) {
    char bytes[4096];
    ssize_t got = read(run->cell.output, bytes, sizeof bytes);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) { // nobody can write any more
            close(run->cell.output);
            run->cell.output = -1;
        }
        return false;
    }
    size_t room = OUTPUT_KEPT - run->output_kept;
    size_t keep = (size_t)got < room ? (size_t)got : room;
    memcpy(run->output + run->output_kept, bytes, keep);
    run->output_kept += keep;
    run->output_seen += (size_t)got;
    expect(run, run->output_seen <= LIMIT_OUTPUT, "the call returns",
           "stopped: it printed more than a megabyte",
           "A loop that prints does not end, or every process prints.");
    return true;
}

static bool take_channel(struct run *run) {
    static struct wire message;
    pid_t sender;
    int got = wire_receive(run->cell.channel, &message, &sender);
    if (got > 0) {
        take_message(run, &message, sender);
        return true;
    }
    if (got < 0 && errno == EBADMSG)
        fail_forged(run, "a message of a wrong size");
    if (got == 0 || errno != EAGAIN) { // every process that held it is gone
        close(run->cell.channel);
        run->cell.channel = -1;
    }
    return false;
}

bool take_end(struct run *run, int timeout) {
    struct pollfd status = {.fd = run->cell.status, .events = POLLIN};
    if (!run->driver_ended && poll(&status, 1, timeout) == 1)
        run->driver_ended = read(run->cell.status, &run->driver_status,
                                 sizeof(int)) == sizeof(int);
    return run->driver_ended;
}

bool step(struct run *run, int timeout) {
    struct cell *cell = &run->cell;
    struct pollfd fd[3] = {
        {.fd = cell->channel, .events = POLLIN},
        {.fd = cell->output, .events = POLLIN},
        {.fd = run->driver_ended ? -1 : cell->status, .events = POLLIN}};
    int ready = poll(fd, 3, timeout);
    look(run, false);
    if (ready <= 0) {
        see_it_die(run);
        return false;
    }
    bool taken = fd[0].revents && take_channel(run);
    if (fd[1].revents)
        taken = take_output(run) || taken;
    // Only when no message is left: the driver's last words come first.
    if (!taken && fd[2].revents && !run->driver_ended)
        taken = take_end(run, 0);
    see_it_die(run);
    return taken;
}
