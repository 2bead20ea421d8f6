// SPDX-License-Identifier: MIT
// The tasks that run, and what each is told.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <signal.h>

#include "judge.h"

// Mistakes with numbers live at the ends of their types, and where an int ends.
// Every one of these comes up among so many tasks; the other half is random.
static int64_t number_from(uint64_t turn, uint64_t random) {
    static const int64_t ends[] = {0,
                                   -1,
                                   1,
                                   INT32_MIN,
                                   INT32_MAX,
                                   -2,
                                   1 << 16,
                                   -256,
                                   INT64_MIN,
                                   INT64_MAX,
                                   INT64_C(1) << 32,
                                   -(INT64_C(1) << 32) - 1};
    const uint64_t count = sizeof ends / sizeof *ends;
    if (turn % 2 == 0)
        return ends[turn / 2 % count];
    return (int64_t)random;
}

// An exit status: 0, 255 and those with the upper bit come up, too.
static int64_t status_from(uint64_t turn, uint64_t random) {
    switch (turn % 4) {
    case 0:
        return turn % 8 == 0 ? 0 : 255;
    case 1:
        return (int64_t)(128 + random % 127);
    default:
        return (int64_t)(random % 256);
    }
}

int64_t answer_for(struct run *run, int64_t id) {
    uint64_t state = run->state->seed ^ ((uint64_t)id * 0xd1342543de82ef95);
    uint64_t turn = run->state->seed + (uint64_t)id;
    uint64_t random = next_random(&state);
    switch (run->answers) {
    case ANSWERS_SMALL:
        return 1 + (int64_t)(random % 250);
    case ANSWERS_STATUS:
        return status_from(turn, random);
    case ANSWERS_INT:
        return 1 + (int64_t)(random % INT32_MAX);
    default:
        return number_from(turn, random);
    }
}

void execution_leaves(struct run *run, struct execution *execution) {
    execution->left = true;
    execution->left_at = run->state->clock;
    run->running--;
}

static void expect_execution(struct run *run,
                             const struct execution *execution) {
    expect(run, execution, "a task runs", "none does", "");
}

void answer(struct run *run, struct execution *execution, enum command command,
            int64_t value) {
    expect_execution(run, execution);
    if (execution->answered)
        return;
    execution->answered = command != COMMAND_IGNORE_SIGTERM;
    if (proc_has_ended(execution->pid))
        return; // others can read the page, but that task was never done
    // To be killed is nothing that it is asked for.
    if (command == COMMAND_DIE && value == SIGKILL) {
        kill_one(run, execution->pid, SIGKILL);
    } else {
        struct shared_page *page = run->state->sandbox.page;
        page->answer[execution->slot].command = (int32_t)command;
        page->answer[execution->slot].value = value;
        sequence_advance(&page->answer[execution->slot].sequence);
    }
    if (command != COMMAND_DIE && command != COMMAND_EXIT)
        return;
    execution->dying = true;
    if (!run->hold)
        run->state->dying = execution->pid;
    execution_leaves(run, execution); // it will not say so
}

void script(struct run *run, int64_t id, enum command command, int64_t value) {
    if (run->state->scripted_count < 64) {
        run->state->scripted[run->state->scripted_count].id = id;
        run->state->scripted[run->state->scripted_count].command = command;
        run->state->scripted[run->state->scripted_count++].value = value;
    }
}

void let_go(struct run *run, struct execution *execution) {
    expect_execution(run, execution);
    for (int i = 0; i < run->state->scripted_count && !execution->answered; i++)
        if (run->state->scripted[i].id == execution->id) {
            run->state->scripted[i].id = INT64_MIN; // once
            enum command command = run->state->scripted[i].command;
            bool returns = command == COMMAND_DIE_WRITING ||
                           command == COMMAND_STOP_WRITTEN;
            answer(run, execution, command,
                   returns ? answer_for(run, execution->id)
                           : run->state->scripted[i].value);
            return;
        }
    answer(run, execution, COMMAND_RETURN, answer_for(run, execution->id));
}

void let_all_go(struct run *run) {
    run->hold = false;
    run->hold_id = INT64_MIN;
    for (int i = 0; i < run->executions; i++)
        let_go(run, &run->execution[i]);
}

// The driver runs a task itself. It might be done with all of them before any
// other process has begun: so it waits until one has, or none will.
bool waits_for_others(const struct run *run,
                      const struct execution *execution) {
    return exercise.in_processes && execution->pid == run->driver &&
           !execution->answered && !run->state->outside && !run->state->alone;
}

// Answers a task that nobody holds. While a process is to die, all others wait:
// if it runs on it cannot but show.
void let_in(struct run *run, struct execution *execution) {
    if (!run->hold && execution->id != run->hold_id && !run->state->dying &&
        !waits_for_others(run, execution))
        let_go(run, execution);
}

void let_all_in(struct run *run) {
    for (int i = 0; i < run->executions; i++)
        let_in(run, &run->execution[i]);
}

void see_it_die(struct run *run) {
    if (!run->state->dying || !proc_has_ended(run->state->dying))
        return;
    run->state->dying = 0;
    let_all_in(run);
}

void forget_executions(struct run *run) { run->executions = run->running = 0; }
