// SPDX-License-Identifier: MIT
// Takes in what the student's processes say, and answers the tasks among them.
//
// Every message may be made up: by a process that knows this file. What it
// says is believed only where the kernel vouches for the sender, and where it
// fits what has happened so far.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <signal.h>

#include "judge.h"

int64_t answer_for(struct run *run, int64_t id) {
    uint64_t state = run->seed ^ ((uint64_t)id * 0xd1342543de82ef95);
    return 1 + (int64_t)(next_random(&state) % 250); // an exit status, too
}

// Answering. ------------------------------------------------------------------

static void leave(struct run *run, struct visit *visit) {
    visit->left = true;
    visit->left_at = run->events;
    run->inside--;
}

static void expect_visit(struct run *run, const struct visit *visit) {
    expect(run, visit, "a task is inside", "none is", "");
}

void answer(struct run *run, struct visit *visit, enum go go, int64_t value) {
    expect_visit(run, visit);
    if (visit->answered)
        return;
    visit->answered = go != GO_DEAF;
    if (proc_has_ended(visit->pid))
        return; // others can read the board, but that task was never done
    // To be killed is nothing that it is asked for.
    if (go == GO_DIE && value == SIGKILL) {
        kill_one(run, visit->pid, SIGKILL);
    } else {
        run->cell.board->answer[visit->place].go = (int32_t)go;
        run->cell.board->answer[visit->place].value = value;
        board_tell(&run->cell.board->answer[visit->place].news);
    }
    if (go == GO_DEAF || go == GO_RETURN)
        return;
    visit->doomed = true;
    if (!run->hold)
        run->dying = visit->pid;
    leave(run, visit); // it will not say so
}

void plan(struct run *run, int64_t id, enum go go, int64_t value) {
    if (run->plans < 64) {
        run->planned[run->plans].id = id;
        run->planned[run->plans].go = go;
        run->planned[run->plans++].value = value;
    }
}

void let_go(struct run *run, struct visit *visit) {
    expect_visit(run, visit);
    for (int i = 0; i < run->plans && !visit->answered; i++)
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

// The driver runs a task itself. It might be done with all of them before any
// other process has begun: so it waits until one has, or none will.
static bool waits_for_others(const struct run *run, const struct visit *visit) {
    return exercise.in_processes && visit->pid == run->driver &&
           !visit->answered && !run->outside && !run->alone;
}

// Answers a task that nobody holds. While a process is to die, all others wait:
// if it runs on it cannot but show.
static void let_in(struct run *run, struct visit *visit) {
    if (!run->hold && visit->id != run->hold_id && !run->dying &&
        !waits_for_others(run, visit))
        let_go(run, visit);
}

static void let_all_in(struct run *run) {
    for (int i = 0; i < run->visits; i++)
        let_in(run, &run->visit[i]);
}

void see_it_die(struct run *run) {
    if (!run->dying || !proc_has_ended(run->dying))
        return;
    run->dying = 0;
    let_all_in(run);
}

void see_who_comes(struct run *run) {
    bool waits = false;
    for (int i = 0; i < run->visits && !run->hold; i++)
        waits = waits || waits_for_others(run, &run->visit[i]);
    if (!waits)
        return;
    settle(run);
    run->alone = !run->outside;
    let_all_in(run);
}

void forget_visits(struct run *run) { run->visits = run->inside = 0; }

// Taking in. ------------------------------------------------------------------

// The driver sends each message in its place. Another one was not sent by it.
void fail_forged(struct run *run, const char *what) {
    fail(run, "only the driver talks to the judge", what,
         "Does your code write to a descriptor that it did not open, or run "
         "tasks in threads? Each task needs a process.");
}

static void take_enter(struct run *run, int64_t id, int64_t place,
                       pid_t sender) {
    if (run->visits == MAX_VISITS)
        fail(run, "each task runs once", "thousands of runs",
             "A loop does not end. Does it go on at the end of file, when read "
             "returns 0?");
    if (place < 0 || place >= BOARD_PLACES)
        fail_forged(run, "a task that gives no place for its answer");
    for (int i = 0; i < run->visits; i++) {
        struct visit *other = &run->visit[i];
        if (other->pid == sender && other->doomed)
            fail_forged(run, "a process ran on that was told to die");
        if (other->pid == sender && !other->left)
            fail_forged(run, "one process is inside two tasks at once");
    }
    // It waits for its answer, so it is still there, unless it was killed.
    if (!run->driver_may_end && proc_climb(sender, run->driver) == 0) {
        if (proc_has_ended(run->driver) && take_end(run, 1000))
            fail_ended(run);
        fail(run, "tasks run in your processes, below yours",
             "one ran in a process whose parent had ended",
             "Nobody can wait for such a process. Fork workers once, and have "
             "them forked by a process that stays.");
    }
    bool first = !run->outside && sender != run->driver;
    run->outside = run->outside || first;
    struct visit *visit = &run->visit[run->visits++];
    *visit = (struct visit){.id = id,
                            .pid = sender,
                            .place = (int)place,
                            .entered_at = run->events};
    if (++run->inside > run->most_inside)
        run->most_inside = run->inside;
    if (first)
        let_all_in(run);
    else
        let_in(run, visit);
}

static void take_leave(struct run *run, int64_t id, pid_t sender) {
    for (int i = run->visits - 1; i >= 0; i--) {
        struct visit *visit = &run->visit[i];
        if (visit->id != id || visit->pid != sender || visit->left)
            continue;
        if (!visit->answered)
            break;
        leave(run, visit);
        return;
    }
    fail_forged(run, "the end of a task that was not running");
}

// An agent is a process of its own, or it would be a check of nothing.
static void meet_agent(struct run *run, struct agent *agent, pid_t sender) {
    for (int i = 0; i < run->agents; i++)
        if (run->agent[i].pid == sender)
            fail_forged(run, "one process answers for two");
    if (proc_climb(sender, run->driver) == 0)
        fail_forged(run, "a strange process answers");
    agent->pid = sender;
}

static void take_return(struct run *run, const struct wire *message,
                        pid_t sender) {
    bool known = message->id >= 0 && message->id < run->agents;
    struct agent *agent = &run->agent[known ? message->id : 0];
    if (agent->busy && agent->pid == 0)
        meet_agent(run, agent, sender);
    if (sender != agent->pid)
        fail(run, "the call returns in the process that made it",
             "it returned in another one",
             "Does a child go on in the code of its parent? It must _exit "
             "when its work is done.");
    if (!known || !agent->busy)
        fail_forged(run, "a return that nobody had asked for");
    agent->busy = false;
    agent->reply = *message;
    agent->returned_at = run->events;
}

void take_message(struct run *run, const struct wire *message, pid_t sender) {
    run->events++;
    run->asleep_ms = 0;
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
    case WIRE_NOTE:
        if (run->notes == MAX_VISITS)
            fail(run, "one callback for each result", "thousands of them", "");
        run->note[run->notes++] =
            (struct note){message->id, message->value[0], message->value[1],
                          sender, run->events};
        break;
    default:
        fail_forged(run, "a message of an unknown kind");
    }
}
