// SPDX-License-Identifier: MIT
// Has system calls of the student's misbehave, and lends what the caller has:
// the other end is caller.c, in the driver.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "judge.h"

void set_fault(struct run *run, enum fault fault, int64_t value) {
    static struct wire last; // a check may still read the last reply
    last = run->state->server[0].reply;
    CALL(run, CALL_FAULT, fault, value);
    run->state->server[0].reply = last;
}

void use_all_longs(struct run *run) {
    run->answers = ANSWERS_LONG;
    set_fault(run, ALL_LONGS, 1);
}

// The driver knows its child by another number: so it is the one that is new.
void lend(struct run *run) {
    struct processes *now = &run->state->processes, before = {0};
    list_processes(run);
    proc_copy(&before, now);
    call(run, CALL_LEND, 0, NULL);
    list_processes(run);
    for (int i = 0; i < now->count; i++)
        if (now->at[i].parent == run->driver && now->at[i].state == 'Z' &&
            !proc_find(&before, now->at[i].pid))
            run->state->lent = now->at[i].pid;
    free(before.at);
}

// What harm was done: an enum harm, and to what.
static const int64_t *take_back(struct run *run) {
    const int64_t *reply = call(run, CALL_TAKE_BACK, 0, NULL);
    run->state->lent = 0;
    return reply;
}

void expect_unharmed(struct run *run) {
    const int64_t *reply = take_back(run);
    enum harm harm = (enum harm)reply[0];
    int detail = (int)reply[1];
    expect(run, harm != HARM_CHILD, "your caller can wait for its own child",
           "somebody else has",
           "Wait for the pids that you have forked: wait, and waitpid with -1, "
           "take whichever child ends first.");
    expect(run, harm != HARM_DESCRIPTOR,
           "the descriptors of your caller are as they were",
           text("descriptor %d is closed, or another one", detail),
           "Close what you have opened, each once. The number of a closed one "
           "may be somebody else's by now.");
    expect(run, harm != HARM_CLOSED_TWICE, "close gets open descriptors",
           text("it got %d, which was not open", detail),
           "Closed twice? Next time that number may be somebody else's.");
    expect(run, harm != HARM_KILLED_GONE, "kill gets processes that are there",
           text("it got %d, which had been reaped", detail),
           "After waitpid the number may be somebody else's.");
    expect(run, harm != HARM_HANDLER, "signal handlers are as they were",
           text("that of signal %d (%s) is another", detail, strsignal(detail)),
           "Another one for a moment? Then put the old one back, as it was: "
           "sigaction knows its flags and its mask, too; signal does not.");
    expect(run, harm == HARM_NONE, "blocked signals are as they were",
           text("signal %d (%s) is not", detail, strsignal(detail)),
           "Put the signal mask back, too.");
}

bool is_unharmed(struct run *run) { return take_back(run)[0] == HARM_NONE; }
