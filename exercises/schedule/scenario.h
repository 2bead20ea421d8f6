// SPDX-License-Identifier: MIT
// What the author of a scenario may use: a scenario calls the student's
// functions with a few processes and says what must hold at the end.
//
// A scenario's fork(), waitpid(), pipes and locks are those of the C library;
// the linker leads them through the schedule, as it does with the student's.
//
// Runs in: the process that a schedule begins with, and those it forks.
#ifndef SCHEDULE_SCENARIO_H
#define SCHEDULE_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

struct scenario {
    const char *check; // of the exercise: where this goes wrong, it is lost
    const char *about; // one line: who does what
    void (*run)(void);
    // Where the run ends well, but a process wrote what it had read before
    // another wrote there: that is told, too.
    bool lost_update_is_fault;
    // Not tried where the student's processes share no memory.
    bool only_if_shared;
};

// One to four of them; a seed belongs to the one of its number, in turn.
extern const struct scenario scenarios[]; // in NN-name/schedule.c
extern const int scenario_count;

// Says what went wrong and ends the run.
__attribute__((format(printf, 1, 2), noreturn)) void
scenario_fault(const char *format, ...);

// Something that is not the student's went wrong: nothing is said of this run.
__attribute__((format(printf, 1, 2), noreturn)) void
scenario_cannot(const char *format, ...);

// Shared memory for the scenario itself, all 0.
void *scenario_share(size_t size);

// Leaves a step with these words in the account of the run. Another process
// may go on before it.
__attribute__((format(printf, 1, 2))) void scenario_say(const char *format,
                                                        ...);

#endif
