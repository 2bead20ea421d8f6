// SPDX-License-Identifier: MIT
// Steps and moves in a model (run.c).
//
// A *step* is one statement, or one atomic sequence, that others can see,
// with the private ones after it. A *move* is a step and those after it, as far
// as they lie in the same file of the library; or on to where the process
// cannot go on, or has a choice.
#ifndef SCHEDULER_RUN_H
#define SCHEDULER_RUN_H

#include "model.h"

enum { MAX_STEPS = 12 };

struct step {
    uint8_t state[MAX_STATE]; // afterwards
    int edge;                 // the first that it took
    int quote;                // the line of the library that it was, or NONE
    int failed;               // the assertion (an edge) that did not hold
    int victim;               // whom it killed, or NONE
    bool in_super;            // it began as the supervisor's
    bool shared;              // others can see it, or it looked at them
};

enum size { ONE_STEP, ONE_FILE, TO_A_STOP };

struct steps {
    int n;
    struct step of[MAX_STEPS];
};

typedef void run_seen_fn(void *user, const uint8_t *state);

int run_node(const struct model *model, const uint8_t *state, int proc);
int run_value(const struct model *model, const uint8_t *state, int proc,
              int expr, bool timeout);

// What one statement or atomic sequence of this process leads to.
void run_raw(const struct model *model, const uint8_t *state, int proc,
             bool timeout, struct steps *out);
// What a move of this process leads to: one for each choice that it has.
void run_moves(const struct model *model, const uint8_t *state, int proc,
               enum size size, struct steps *out);
// Makes a step, or a smaller move, a move of this size.
void run_enlarge(const struct model *model, int proc, enum size size,
                 struct step *step);
// Where the game begins: private statements have run.
void run_start(const struct model *model, uint8_t *state);

bool run_ended(const struct model *model, const uint8_t *state, int proc);
bool run_stuck(const struct model *model, const uint8_t *state);
// Nobody can move: the assertion that does not hold then, or NONE.
int run_verdict(const struct model *model, const uint8_t *state);
bool run_is_killer(const struct model *model, int proc);
bool run_is_monitor(const struct model *model, int proc);

// Tells the state after each statement or atomic sequence of a move.
void run_replay(const struct model *model, const uint8_t *state, int proc,
                enum size size, int choice, run_seen_fn *seen, void *user);

#endif
