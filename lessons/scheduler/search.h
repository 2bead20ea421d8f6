// SPDX-License-Identifier: MIT
// Looks at every state that a model can reach (search.c).
#ifndef SCHEDULER_SEARCH_H
#define SCHEDULER_SEARCH_H

#include "run.h"

// What a player does: lets a process make a move. The killer's move kills the
// process `victim`.
struct move {
    int8_t proc, choice, victim;
    uint8_t size;
};

enum { MAX_MOVES = 40 };

struct moves {
    int n;
    struct move of[MAX_MOVES];
    struct step to[MAX_MOVES];
};

// Every move from here; of moves that come to the same, one.
void search_moves(const struct model *model, const uint8_t *state,
                  struct moves *out);

struct found {
    bool broken, complete; // complete: no state was left out
    long states;           // that were looked at
    int length;            // of the shortest run to a fault
    struct move run[200];
    int failed; // the assertion that fell at its end
};

// Is there any fault? The run is one of single steps, and not the shortest.
void search_any(const struct model *model, const uint8_t *from, long limit,
                struct found *found);
// The shortest run from `from` to a fault, by moves and steps; no more than
// `limit` states.
void search_break(const struct model *model, const uint8_t *from, long limit,
                  struct found *found);

struct count {
    long states, transitions, errors;
    bool complete;
};

// As spin counts: every statement by itself, and each process's end.
void search_count(const struct model *model, long limit, struct count *count);

#endif
