// SPDX-License-Identifier: MIT
// What the model's processes and variables are called on the screen (words.c).
#ifndef SCHEDULER_WORDS_H
#define SCHEDULER_WORDS_H

#include "search.h"

// Somebody whom a key moves: a process, or the supervisor. That one has no
// process of its own: in the model it acts in the place of the worker that died.
struct actor {
    char name[MAX_NAME];
    int proc; // NONE: the supervisor
};

struct cast {
    struct actor actors[MAX_PROCS + 1]; // the key of [0] is 1
    int n, killer, supervisor;          // killer: a process or NONE
};

void words_cast(const struct model *model, struct cast *cast);
// Which process moves when this actor's key is pressed.
int words_proc(const struct model *model, const struct cast *cast,
               const uint8_t *state, int actor);
int words_actor(const struct model *model, const struct cast *cast,
                const uint8_t *state, int proc);

// A move as one types it: 2, 2b, x2, g3, k2.
void words_move(const struct model *model, const struct cast *cast,
                const uint8_t *state, const struct move *move, char *out,
                size_t size);
// The line that an actor does next, or why it cannot.
bool words_next(const struct model *model, const struct cast *cast,
                const uint8_t *state, int actor, int choice, char *where,
                char *line, size_t size);
// Why somebody at this node cannot go on; and a step that quotes no line.
void words_wait(const struct model *model, int node, char *line, size_t size);
void words_unquoted(const struct model *model, int node, int edge, char *line,
                    size_t size);
// The value of a shared variable.
void words_value(const struct model *model, const struct cast *cast,
                 const uint8_t *state, int var, int k, char *out, size_t size);
bool words_per_chunk(const struct model *model, int var);
bool words_hidden(const struct model *model,
                  int var); // says nothing to a reader
// Which invariant fell, in words.
void words_fault(const struct model *model, const struct cast *cast,
                 const uint8_t *state, int failed, char *out, size_t size);

#endif
