// SPDX-License-Identifier: MIT
// Waits for what is to happen, and notices when nothing will, or too much.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "judge.h"

#define LOOK_EVERY_MS 50
#define SETTLE_MS 2000 // at most; on an idle machine it takes a few
#define TURN_MS 100
#define TURN_SWITCHES 50
#define TURN_LOOKS 10

// Limits. ---------------------------------------------------------------------
// text() only where a check fails: it uses the same memory again in the end.

static void expect_processor_time(struct run *run) {
    uint64_t limit = LIMIT_CPU_S * 1000;
    uint64_t all = run->processes.keeper_reaped_ms;
    const char *who = NULL;
    for (int i = 0; i < run->processes.count; i++) {
        struct process *p = &run->processes.at[i];
        all += p->cpu_ms + p->reaped_ms;
        if (p->cpu_ms > limit)
            who = p->pid == run->driver ? "your process"
                                        : "one of your processes";
    }
    if (!who && all > 2 * limit) {
        who = "your processes together";
        limit *= 2;
    }
    if (who)
        fail(run, "the call returns",
             text("stopped: %s used %d s of processor time", who,
                  (int)(limit / 1000)),
             "An endless loop? A worker must leave when its input ends, and "
             "nobody should poll in a loop without waiting.");
}

static void expect_memory(struct run *run) {
    uint64_t all = 0, shares = 0;
    for (int i = 0; i < run->processes.count; i++)
        all += run->processes.at[i].memory;
    if (all <= LIMIT_MEMORY)
        return;
    // What they share was counted for each of them: now with more care.
    for (int i = 0; i < run->processes.count; i++)
        shares += proc_share(run->processes.at[i].pid);
    if (shares > LIMIT_MEMORY)
        fail(run, text("at most %d MB of memory", (int)(LIMIT_MEMORY >> 20)),
             "stopped: your processes together took more",
             "Does something grow with every task and is never freed?");
}

// Has anybody run since the last look? Then they are not asleep for good.
static void note_sleep(struct run *run, int64_t now) {
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
        run->asleep_since = 0;
    else if (run->asleep_since == 0)
        run->asleep_since = now;
    run->print = print;
}

// How long, since the last look, somebody waited for a processor: no longer
// than that is ago, though several may have waited at once.
static void note_stalls(struct run *run, int64_t now) {
    uint64_t waited = proc_waited(getpid());
    uint64_t sum = waited - run->judge_waited_ns;
    for (int i = 0; i < run->processes.count; i++) {
        const struct process *p = &run->processes.at[i];
        const struct process *then = proc_find(&run->looked, p->pid);
        sum += p->waited_ns - (then ? then->waited_ns : 0);
    }
    int64_t most = (now - run->looked_at) * 1000000;
    run->stalled_ns += (int64_t)sum < most ? (int64_t)sum : most;
    run->looked_at = now;
    run->judge_waited_ns = waited;
    proc_copy(&run->looked, &run->processes);
}

int64_t fair_ms(const struct run *run) {
    return now_ms() - run->stalled_ns / 1000000;
}

// Looks at the processes now and then.
static void look(struct run *run, bool at_once) {
    int64_t now = now_ms();
    if (fair_ms(run) > run->ends_at || now > run->ends_at_last)
        fail(run,
             text("it is over within %d s",
                  (int)(run->ends_at - run->began_at + 500) / 1000),
             text("stopped, %d task%s inside", run->inside,
                  run->inside == 1 ? "" : "s"),
             "A loop does not end, or polls for something that never comes.");
    if (!at_once && now < run->look_at)
        return;
    run->look_at = now + LOOK_EVERY_MS;
    expect(run, cell_is_whole(&run->cell), "the judge's processes live",
           "one was killed",
           "Kill only what you have forked, and only until you have waited "
           "for it.");
    expect(run, proc_list(&run->processes, run->cell.keeper, true),
           "the judge can look at the processes", "it could not", "");
    if (run->processes.count > LIMIT_PROCESSES)
        fail(run, text("at most %d processes", LIMIT_PROCESSES),
             "stopped: more processes than that",
             "A fork bomb: does a child go on in the parent's loop? A child "
             "must _exit when its work is done.");
    note_stalls(run, now);
    expect_processor_time(run);
    expect_memory(run);
    note_sleep(run, now);
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

static bool take_from(struct run *run, int which) {
    static struct wire message;
    pid_t sender;
    struct agent *agent = &run->agent[which];
    int got =
        wire_receive(agent->fd, &message, &run->passed, &sender, MSG_DONTWAIT);
    if (got > 0) {
        take_message(run, which, &message, sender);
        if (run->passed >= 0)
            close(run->passed);
        run->passed = -1;
        return true;
    }
    if (got < 0 && errno == EBADMSG)
        fail_forged(run, "a message of a wrong size");
    if (got == 0 || errno != EAGAIN) { // every process that held it is gone
        close(agent->fd);
        agent->fd = -1;
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
    struct pollfd fd[MAX_AGENTS + 2];
    int agents = run->agents;
    for (int i = 0; i < agents; i++)
        fd[i] = (struct pollfd){.fd = run->agent[i].fd, .events = POLLIN};
    fd[agents] = (struct pollfd){.fd = run->cell.output, .events = POLLIN};
    fd[agents + 1] = (struct pollfd){.fd = run->cell.status, .events = POLLIN};
    if (run->driver_ended)
        fd[agents + 1].fd = -1;
    int ready = poll(fd, (nfds_t)agents + 2, timeout);
    look(run, false);
    if (ready <= 0) {
        see_it_die(run);
        return false;
    }
    bool taken = false;
    for (int i = 0; i < agents; i++)
        if (fd[i].revents)
            taken = take_from(run, i) || taken;
    if (fd[agents].revents)
        taken = take_output(run) || taken;
    // Only when no message is left: the driver's last words come first.
    if (!taken && fd[agents + 1].revents && !run->driver_ended)
        taken = take_end(run, 0);
    see_it_die(run);
    return taken;
}

// Waiting. --------------------------------------------------------------------

static bool somebody_waits_for_us(struct run *run) {
    if (run->hold || run->hold_id != INT64_MIN)
        return false; // we wait for something that the held ones do not stop
    for (int i = 0; i < run->visits; i++)
        if (run->visit[i].reply >= 0)
            return true;
    return false;
}

// All are asleep, and nobody is there to wake them.
static _Noreturn void fail_asleep(struct run *run, const char *what) {
    const char *inside =
        text("%d task%s inside, %d done", run->inside,
             run->inside == 1 ? "" : "s", run->visits - run->inside);
    bool held = run->hold || run->hold_id != INT64_MIN;
    if (run->driver_ended)
        fail(run, what, "every process that is left sleeps on",
             "An end of file does not come while anybody holds the write end, "
             "one of those who wait for it included.");
    if (is_back(run, 0) && run->agents == 1)
        fail(run, what, text("the call has returned, with %s", inside),
             "A call that is to wait for its tasks returned before they were "
             "done, or nothing was started.");
    if (held && run->inside > 0)
        fail(run, what,
             text("%s, then nothing more: every process is asleep", inside),
             strcmp(what, "the call returns") == 0
                 ? "This call should return while tasks take their time."
                 : "The tasks inside take their time; the others should go on. "
                   "Are there enough workers, and does a free one get the next "
                   "item while others are busy?");
    fail(run, what, text("it hangs: every process is asleep; %s", inside),
         "Each waits for another: for a child that does not end, for an end "
         "of file while somebody holds the write end, or for a wake-up that "
         "was lost.");
}

// With nobody but an idle driver there, there is nothing to be patient for.
static int64_t patience(struct run *run) {
    bool alone = is_back(run, 0) && run->agents == 1;
    for (int i = 0; i < run->processes.count && alone; i++)
        alone = run->processes.at[i].parent != run->driver &&
                !(run->processes.at[i].pid != run->driver &&
                  !proc_is_below(&run->processes, run->driver,
                                 run->processes.at[i].pid));
    return alone ? 2 * LOOK_EVERY_MS : LIMIT_ASLEEP_MS;
}

void await(struct run *run, condition *is_so, int64_t n, const char *what) {
    run->asleep_since = 0;
    while (!is_so(run, n)) {
        step(run, LOOK_EVERY_MS);
        if (is_so(run, n))
            break;
        if (run->driver_ended && !run->driver_may_end)
            fail_ended(run);
        if (run->asleep_since && !somebody_waits_for_us(run) &&
            now_ms() - run->asleep_since > patience(run))
            fail_asleep(run, what);
    }
}

// Who has ended is not inside any more, though it did not say so.
bool inside_are(struct run *run, int64_t n) {
    int64_t alive = 0;
    if (run->inside < n)
        return false;
    for (int i = 0; i < run->visits; i++)
        alive += !run->visit[i].left && !proc_has_ended(run->visit[i].pid);
    return alive >= n;
}

bool visits_are(struct run *run, int64_t n) { return run->visits >= n; }
bool notes_are(struct run *run, int64_t n) { return run->notes >= n; }

bool left_are(struct run *run, int64_t n) {
    return run->visits - run->inside >= n;
}

bool no_children(struct run *run, int64_t n) {
    (void)n;
    return children(run, NULL) == 0;
}

// Has anybody run since the last look?
static void note_runs(struct run *run, const struct processes *last) {
    for (int i = 0; i < run->processes.count; i++) {
        struct process *p = &run->processes.at[i];
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
    return p->ran >= TURN_LOOKS &&
           (p->cpu_ms >= (first ? first->cpu_ms : 0) + TURN_MS ||
            p->switches >= (first ? first->switches : 0) + TURN_SWITCHES);
}

static bool all_had_their_turn(struct run *run, const struct processes *last,
                               const struct processes *before) {
    for (int i = 0; i < run->processes.count; i++)
        if (!had_its_turn(&run->processes.at[i], last, before))
            return false;
    return true;
}

void settle(struct run *run) {
    int64_t until = fair_ms(run) + SETTLE_MS;
    struct processes *before = &run->settling[0], *last = &run->settling[1];
    bool settled = false;
    look(run, true);
    proc_copy(before, &run->processes);
    do {
        proc_copy(last, &run->processes);
        step(run, 2);
        while (step(run, 0)) {
        }
        look(run, true);
        note_runs(run, last);
        settled = all_had_their_turn(run, last, before) && !step(run, 0);
    } while (!settled && fair_ms(run) < until);
    run->asleep_since = 0;
}
