// SPDX-License-Identifier: MIT
// One check's run: takes in what happens, and notices when nothing will.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"

#define LOOK_EVERY_MS 50
#define SETTLE_MS 1000

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t next_random(uint64_t *state) { // splitmix64
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

int64_t pick(struct run *run, int64_t low, int64_t high) {
    return low +
           (int64_t)(next_random(&run->random) % (uint64_t)(high - low + 1));
}

int64_t answer_for(struct run *run, int64_t id) {
    uint64_t state = run->seed ^ ((uint64_t)id * 0xd1342543de82ef95);
    return 1 + (int64_t)(next_random(&state) % 250); // an exit status, too
}

// Deciding. ------------------------------------------------------------------

const char *text(const char *format, ...) {
    static char buffer[8][300];
    static int turn;
    char *it = buffer[turn++ % 8];
    va_list args;
    va_start(args, format);
    vsnprintf(it, sizeof buffer[0], format, args);
    va_end(args);
    return it;
}

void about(struct run *run, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(run->called, sizeof run->called, format, args);
    va_end(args);
}

void fail(struct run *run, const char *expected, const char *actual,
          const char *help) {
    run->failed = true;
    snprintf(run->expected, sizeof run->expected, "%s", expected);
    snprintf(run->actual, sizeof run->actual, "%s", actual);
    snprintf(run->help, sizeof run->help, "%s", help);
    longjmp(run->over, 1);
}

void expect(struct run *run, bool ok, const char *expected, const char *actual,
            const char *help) {
    if (!ok)
        fail(run, expected, actual, help);
}

static const char *how_it_ended(int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 121)
        return "it lost its channel to the judge: a descriptor was closed that "
               "your code had not opened";
    if (WIFEXITED(status) && WEXITSTATUS(status) > 128 &&
        WEXITSTATUS(status) < 128 + 32) // as a shell or a sandbox reports it
        status = WEXITSTATUS(status) - 128;
    if (WIFEXITED(status))
        return text("the process left with exit(%d)", WEXITSTATUS(status));
    int sig = WTERMSIG(status);
    return text("the process crashed: signal %d (%s)", sig, strsignal(sig));
}

static _Noreturn void fail_ended(struct run *run) {
    fail(run, "the call returns", how_it_ended(run->driver_status),
         "Run it under a debugger or print from it: what your code prints is "
         "shown below a failing check.");
}

// Taking in. -----------------------------------------------------------------

static struct visit *visit_of(struct run *run, int64_t id, pid_t pid) {
    for (int i = run->visits - 1; i >= 0; i--)
        if (run->visit[i].id == id && run->visit[i].pid == pid &&
            !run->visit[i].left)
            return &run->visit[i];
    return NULL;
}

void answer(struct run *run, struct visit *visit, enum go go, int64_t value) {
    if (visit->reply < 0)
        return;
    struct wire message = {
        .kind = WIRE_GO, .count = 2, .value = {(int64_t)go, value}};
    wire_send(visit->reply, &message, -1); // it may have died meanwhile
    if (go == GO_DEAF)
        return;
    close(visit->reply);
    visit->reply = -1;
    if (go != GO_RETURN) {
        visit->left = true; // it will not say so
        visit->left_at = run->events;
        run->inside--;
    }
}

void plan(struct run *run, int64_t id, enum go go, int64_t value) {
    if (run->plans < 64) {
        run->planned[run->plans].id = id;
        run->planned[run->plans].go = go;
        run->planned[run->plans++].value = value;
    }
}

void let_go(struct run *run, struct visit *visit) {
    for (int i = 0; i < run->plans && visit->reply >= 0; i++)
        if (run->planned[i].id == visit->id) {
            run->planned[i].id = INT64_MIN; // once
            answer(run, visit, run->planned[i].go, run->planned[i].value);
            return;
        }
    answer(run, visit, GO_RETURN, answer_for(run, visit->id));
}

void let_all_go(struct run *run) {
    run->hold = false;
    run->hold_id = INT64_MIN;
    for (int i = 0; i < run->visits; i++)
        let_go(run, &run->visit[i]);
}

// The driver sends each message in its place. Another one was not sent by it.
static _Noreturn void fail_forged(struct run *run, const char *what) {
    fail(run, "only the driver talks to the judge", what,
         "Does your code write to a descriptor that it did not open, or run "
         "tasks in threads? Each task needs a process.");
}

static void take_enter(struct run *run, const struct wire *message, int passed,
                       pid_t sender) {
    if (run->visits == MAX_VISITS) {
        if (passed >= 0)
            close(passed);
        fail(run, "each task runs once", "thousands of runs", "");
    }
    if (passed < 0)
        fail_forged(run, "a task that gives no address for its answer");
    for (int i = 0; i < run->visits; i++)
        if (run->visit[i].pid == sender && !run->visit[i].left) {
            close(passed);
            fail_forged(run, "one process is inside two tasks at once");
        }
    struct visit *visit = &run->visit[run->visits++];
    *visit = (struct visit){.id = message->id,
                            .pid = sender,
                            .reply = passed,
                            .entered_at = run->events};
    if (++run->inside > run->most_inside)
        run->most_inside = run->inside;
    if (!run->hold && message->id != run->hold_id)
        let_go(run, visit);
}

static void take_message(struct run *run, int which, struct wire *message,
                         int passed, pid_t sender) {
    struct agent *agent = &run->agent[which];
    run->events++;
    run->asleep_since = 0;
    switch (message->kind) {
    case WIRE_RETURN:
        if (!agent->busy || sender != agent->pid)
            fail_forged(run, "a return that nobody had asked for");
        agent->busy = false;
        agent->reply = *message;
        memset(agent->reply.value + message->count, 0,
               (WIRE_VALUES - message->count) * sizeof message->value[0]);
        agent->returned_at = run->events;
        if (passed >= 0 && run->agents < MAX_AGENTS) {
            int on = 1;
            setsockopt(passed, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
            run->agent[run->agents++] = (struct agent){.fd = passed};
            passed = -1;
        }
        break;
    case WIRE_ENTER:
        take_enter(run, message, passed, sender);
        return;
    case WIRE_LEAVE: {
        struct visit *visit = visit_of(run, message->id, sender);
        if (!visit || visit->reply >= 0)
            fail_forged(run, "the end of a task that was not running");
        visit->left = true;
        visit->left_at = run->events;
        run->inside--;
        break;
    }
    case WIRE_NOTE:
        if (run->notes < MAX_VISITS)
            run->note[run->notes++] =
                (struct note){message->id, message->value[0], message->value[1],
                              sender, run->events};
        break;
    default:
        fail_forged(run, "a message of an unknown kind");
    }
    if (passed >= 0)
        close(passed);
}

static void take_output(struct run *run) {
    char bytes[4096];
    ssize_t got;
    while ((got = read(run->cell.output, bytes, sizeof bytes)) > 0) {
        size_t room = OUTPUT_KEPT - run->output_kept;
        size_t keep = (size_t)got < room ? (size_t)got : room;
        memcpy(run->output + run->output_kept, bytes, keep);
        run->output_kept += keep;
        run->output_seen += (size_t)got;
        if (run->output_seen > LIMIT_OUTPUT)
            fail(run, "the call returns",
                 "stopped: it printed more than a megabyte",
                 "A loop that prints does not end, or every process prints.");
        if (got < (ssize_t)sizeof bytes)
            break;
    }
}

// Looks at the processes now and then: too many, or all asleep for good?
static void look(struct run *run, bool with_print) {
    int64_t now = now_ms();
    if (now > run->ends_at)
        fail(run, text("it is over within %d s", LIMIT_WALL_S),
             text("stopped after %d s, %d task%s inside", LIMIT_WALL_S,
                  run->inside, run->inside == 1 ? "" : "s"),
             "A loop does not end, or polls for something that never comes.");
    if (!with_print && now < run->look_at)
        return;
    run->look_at = now + LOOK_EVERY_MS;
    proc_list(&run->processes, run->cell.keeper, true);
    if (run->processes.count > LIMIT_PROCESSES)
        fail(run, text("at most %d processes", LIMIT_PROCESSES),
             "stopped: more processes than that",
             "A fork bomb: does a child go on in the parent's loop? A child "
             "must _exit when its work is done.");
    uint64_t print = 14695981039346656037u;
    uint64_t all_cpu_ms = 0;
    bool asleep = true;
    for (int i = 0; i < run->processes.count; i++) {
        struct process *p = &run->processes.at[i];
        all_cpu_ms += p->cpu_ms;
        if (p->cpu_ms > LIMIT_CPU_S * 1000 ||
            all_cpu_ms > 2 * LIMIT_CPU_S * 1000)
            fail(run, "the call returns",
                 text("stopped: %s used %d s of processor time",
                      p->cpu_ms <= LIMIT_CPU_S * 1000
                          ? "your processes together"
                      : p->pid == run->driver ? "your process"
                                              : "one of your processes",
                      (int)(p->cpu_ms <= LIMIT_CPU_S * 1000 ? 2 * LIMIT_CPU_S
                                                            : LIMIT_CPU_S)),
                 "An endless loop? A worker must leave when its input ends, "
                 "and nobody should poll in a loop without waiting.");
        asleep = asleep && strchr("SZTt", p->state);
        print = (print ^ (uint64_t)p->pid) * 1099511628211u;
        print = (print ^ p->switches ^ (uint64_t)p->state) * 1099511628211u;
    }
    if (!asleep || print != run->print)
        run->asleep_since = 0;
    else if (run->asleep_since == 0)
        run->asleep_since = now;
    run->print = print;
}

// Waits for something to happen, `timeout` ms at most, and takes it in.
static bool step(struct run *run, int timeout) {
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
    if (ready <= 0)
        return false;
    bool taken = false;
    static struct wire message;
    for (int i = 0; i < agents; i++) {
        int passed;
        pid_t sender;
        if (!fd[i].revents)
            continue;
        int got = wire_receive(run->agent[i].fd, &message, &passed, &sender,
                               MSG_DONTWAIT);
        if (got > 0) {
            if (i > 0 && run->agent[i].pid == 0)
                run->agent[i].pid = sender;
            take_message(run, i, &message, passed, sender);
            taken = true;
        } else if (got == 0) { // every process that held it is gone
            close(run->agent[i].fd);
            run->agent[i].fd = -1;
        }
    }
    if (fd[agents].revents) {
        take_output(run);
        if (fd[agents].revents & POLLHUP && !(fd[agents].revents & POLLIN))
            usleep(1000); // all writers are gone; the status comes next
    }
    // Only when no message is left: the driver's last words come first.
    if (!taken && fd[agents + 1].revents && !run->driver_ended &&
        read(run->cell.status, &run->driver_status, sizeof(int)) == sizeof(int))
        run->driver_ended = true;
    return true;
}

// Waiting. -------------------------------------------------------------------

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
    if (is_back(run, 0) && run->agents == 1)
        fail(run, what, text("the call has returned, with %s", inside),
             "A call that is to wait for its tasks returned before they were "
             "done, or nothing was started.");
    if (held)
        fail(run, what,
             text("%s, then nothing more: every process is asleep", inside),
             "The tasks inside take their time; the others should go on. Are "
             "there enough workers, and does a free one get the next item "
             "while others are busy?");
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

bool inside_are(struct run *run, int64_t n) { return run->inside >= n; }
bool visits_are(struct run *run, int64_t n) { return run->visits >= n; }
bool notes_are(struct run *run, int64_t n) { return run->notes >= n; }

bool left_are(struct run *run, int64_t n) {
    return run->visits - run->inside >= n;
}

bool no_children(struct run *run, int64_t n) {
    (void)n;
    return children(run, NULL) == 0;
}

bool has_ended(struct run *run, int64_t pid) {
    proc_list(&run->processes, run->cell.keeper, false);
    for (int i = 0; i < run->processes.count; i++)
        if (run->processes.at[i].pid == pid)
            return run->processes.at[i].state == 'Z';
    return true;
}

bool is_reaped(struct run *run, int64_t pid) {
    proc_list(&run->processes, run->cell.keeper, false);
    for (int i = 0; i < run->processes.count; i++)
        if (run->processes.at[i].pid == pid)
            return false;
    return true;
}

bool nobody_is_left(struct run *run, int64_t n) {
    (void)n;
    return children(run, NULL) == 0 && orphans(run) == 0;
}

void settle(struct run *run) {
    int64_t until = now_ms() + SETTLE_MS;
    uint64_t before = 0;
    do {
        while (step(run, 0)) {
        }
        look(run, true);
        if (run->asleep_since && before == run->print && !step(run, 0))
            break;
        before = run->print;
        step(run, 2);
    } while (now_ms() < until);
    run->asleep_since = 0;
}

// Calling. -------------------------------------------------------------------

bool is_back(struct run *run, int agent) { return !run->agent[agent].busy; }

static bool back(struct run *run, int64_t n) { return is_back(run, (int)n); }

void start(struct run *run, int agent, int id, int count,
           const int64_t *values) {
    static struct wire message;
    message.kind = WIRE_CALL;
    message.id = id;
    message.count = (uint32_t)count;
    if (count > 0)
        memcpy(message.value, values, (size_t)count * sizeof *values);
    run->agent[agent].busy = true;
    if (wire_send(run->agent[agent].fd, &message, -1) < 0)
        await(run, back, agent, "the call returns"); // it ended: says how
}

const int64_t *finish(struct run *run, int agent) {
    await(run, back, agent, "the call returns");
    return run->agent[agent].reply.value;
}

const int64_t *call(struct run *run, int id, int count, const int64_t *values) {
    start(run, 0, id, count, values);
    return finish(run, 0);
}

static bool said_hello(struct run *run, int64_t n) {
    (void)n;
    return run->driver != 0;
}

// The first message names the driver, before any code of the student's runs.
static void meet(struct run *run) {
    static struct wire message;
    struct pollfd fd = {.fd = run->cell.channel, .events = POLLIN};
    int passed = -1;
    while (!run->driver) {
        poll(&fd, 1, 5000);
        pid_t sender;
        int got = wire_receive(run->cell.channel, &message, &passed, &sender,
                               MSG_DONTWAIT);
        if (passed >= 0)
            close(passed);
        if (got > 0 && message.kind == WIRE_HELLO)
            run->driver = run->agent[0].pid = sender;
        else if (got <= 0)
            fail(run, "the driver starts", "it did not",
                 "This is not your code's fault, unless it runs something "
                 "before main().");
    }
    await(run, said_hello, 0, "the driver starts");
}

bool run_check(struct run *run, const struct check *check, const char *driver,
               const struct cell_options *options) {
    run->check = check;
    run->hold_id = INT64_MIN;
    run->random = run->seed;
    run->ends_at = now_ms() + LIMIT_WALL_S * 1000;
    if (!cell_start(&run->cell, driver, options))
        return false;
    run->agent[0] = (struct agent){.fd = run->cell.channel};
    run->agents = 1;
    if (setjmp(run->over) == 0) {
        meet(run);
        check->judge(run);
    } else if (run->cell.output >= 0) {
        ssize_t got = 0; // what it still had to say
        while (run->output_kept < OUTPUT_KEPT &&
               (got = read(run->cell.output, run->output + run->output_kept,
                           OUTPUT_KEPT - run->output_kept)) > 0)
            run->output_kept += (size_t)got;
    }
    for (int i = 0; i < run->visits; i++)
        if (run->visit[i].reply >= 0)
            close(run->visit[i].reply);
    for (int i = 1; i < run->agents; i++)
        if (run->agent[i].fd >= 0)
            close(run->agent[i].fd);
    if (run->agent[0].fd < 0)
        run->cell.channel = -1;
    cell_end(&run->cell);
    free(run->processes.at);
    run->processes = (struct processes){0};
    return true;
}
