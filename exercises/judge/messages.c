// SPDX-License-Identifier: MIT
// What the messages of the student's processes mean.
//
// Every message may be made up: by a process that knows this file. What it
// says is believed only where the kernel vouches for the sender, and where it
// fits what has happened so far.
//
// Runs in: judge.
#include <string.h>

#include "judge.h"

static void take_enter(struct run *run, int64_t id, int64_t slot,
                       pid_t sender) {
    if (run->executions == MAX_EXECUTIONS)
        fail(run, "each task runs once", "thousands of runs",
             "A loop does not end. Does it go on at the end of file, when read "
             "returns 0?");
    if (slot < 0 || slot >= PAGE_SLOTS)
        fail_forged(run, "a task that gives no slot for its answer");
    for (int i = 0; i < run->executions; i++) {
        struct execution *other = &run->execution[i];
        if (other->pid == sender && other->dying)
            fail_forged(run, "a process ran on that was told to die");
        if (other->pid == sender && !other->left)
            fail_forged(run, "one process runs two tasks at once");
    }
    // It waits for its answer, so it is still there, unless it was killed.
    if (!run->state->driver_may_end && proc_climb(sender, run->driver) == 0) {
        if (proc_has_ended(run->driver) && take_end(run, 1000))
            fail_ended(run);
        fail(run, "tasks run in your processes, below yours",
             "one ran in a process whose parent had ended",
             "Nobody can wait for such a process. Fork workers once, and have "
             "them forked by a process that stays.");
    }
    bool first = !run->state->outside && sender != run->driver;
    run->state->outside = run->state->outside || first;
    struct execution *execution = &run->execution[run->executions++];
    *execution = (struct execution){.id = id,
                                    .pid = sender,
                                    .slot = (int)slot,
                                    .entered_at = run->state->clock};
    if (++run->running > run->most_running)
        run->most_running = run->running;
    if (first)
        let_all_in(run);
    else
        let_in(run, execution);
}

static void take_leave(struct run *run, int64_t id, pid_t sender) {
    for (int i = run->executions - 1; i >= 0; i--) {
        struct execution *execution = &run->execution[i];
        if (execution->id != id || execution->pid != sender || execution->left)
            continue;
        if (!execution->answered)
            break;
        execution_leaves(run, execution);
        return;
    }
    fail_forged(run, "the end of a task that was not running");
}

// A server is a process of its own, or it would be a check of nothing.
static void meet_server(struct run *run, struct server *server, pid_t sender) {
    for (int i = 0; i < run->state->servers; i++)
        if (run->state->server[i].pid == sender)
            fail_forged(run, "one process answers for two");
    if (proc_climb(sender, run->driver) == 0)
        fail_forged(run, "a strange process answers");
    server->pid = sender;
}

static void take_return(struct run *run, const struct wire *message,
                        pid_t sender) {
    bool known = message->id >= 0 && message->id < run->state->servers;
    struct server *server = &run->state->server[known ? message->id : 0];
    if (server->busy && server->pid == 0)
        meet_server(run, server, sender);
    if (sender != server->pid)
        fail(run, "the call returns in the process that made it",
             "it returned in another one",
             "Does a child go on in the code of its parent? It must _exit "
             "when its work is done.");
    if (!known || !server->busy)
        fail_forged(run, "a return that nobody had asked for");
    server->busy = false;
    server->reply = *message;
    server->returned_at = run->state->clock;
}

// Where the student's processes are few it is the machine that has no more.
static void take_refused(struct run *run, int64_t what, int64_t error) {
    static const char *const call[REFUSED_KINDS] = {"fork", "pipe", "/dev/shm"};
    int tasks = 0;
    sample_processes(run, true);
    for (int i = 0; i < run->state->processes.count; i++)
        tasks += run->state->processes.at[i].threads;
    expect(run, tasks <= LIMIT_PROCESSES,
           text("at most %d processes and threads", LIMIT_PROCESSES),
           "stopped: more than that", "Does each end when its work is done?");
    if (what < 0 || what >= REFUSED_KINDS)
        fail_forged(run, "a refusal of an unknown kind");
    cannot_judge(run, text("the machine refuses %s: %s", call[what],
                           strerror((int)error)));
}

void take_message(struct run *run, const struct wire *message, pid_t sender) {
    run->state->clock++;
    run->state->asleep_ms = 0;
    if (sender <= 0)
        fail_forged(run, "a message from nowhere");
    switch (message->kind) {
    case WIRE_RETURN:
        take_return(run, message, sender);
        break;
    case WIRE_ENTER:
        take_enter(run, message->id, message->value[0], sender);
        break;
    case WIRE_LEAVE:
        take_leave(run, message->id, sender);
        break;
    case WIRE_EVENT:
        if (run->events == MAX_EXECUTIONS)
            fail(run, "one callback for each result", "thousands of them", "");
        run->event[run->events++] =
            (struct event){message->id, message->value[0], message->value[1],
                           sender, run->state->clock};
        break;
    case WIRE_REFUSED:
        take_refused(run, message->value[0], message->value[1]);
        break;
    default:
        fail_forged(run, "a message of an unknown kind");
    }
}
