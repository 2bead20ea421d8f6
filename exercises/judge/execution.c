// SPDX-License-Identifier: MIT
// The tasks that run, and what each is told.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <signal.h>

#include "judge.h"

// Mistakes with numbers live at the ends of their types, and where an int ends.
static int64_t number_from(uint64_t random) {
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
    const uint64_t ints = 8, all = sizeof ends / sizeof *ends;
    bool is_int = exercise.answers == ANSWERS_INT;
    uint64_t which = random >> 32;
    if (which % 2 == 0)
        return ends[which / 2 % (is_int ? ints : all)];
    return is_int ? (int32_t)random : (int64_t)random;
}

int64_t answer_for(struct run *run, int64_t id) {
    uint64_t state = run->state->seed ^ ((uint64_t)id * 0xd1342543de82ef95);
    uint64_t random = next_random(&state);
    return exercise.answers == ANSWERS_STATUS ? (int64_t)(random % 256)
                                              : number_from(random);
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
    if (command == COMMAND_IGNORE_SIGTERM || command == COMMAND_RETURN)
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
            answer(run, execution, run->state->scripted[i].command,
                   run->state->scripted[i].value);
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
