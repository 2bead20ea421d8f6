// SPDX-License-Identifier: MIT
// The one file that knows what the models are about: workers, chunks, who acts
// for whom, and what it means when an assertion falls. All else would run any
// model.
#include "words.h"
#include <stdio.h>
#include <string.h>

static int worker_count(const struct model *m, int type) {
    int n = 0;
    for (int i = 0; i < m->nprocs; i++)
        n += m->procs[i].type == type;
    return n;
}

static void add_actor(const struct model *m, struct cast *cast, int proc) {
    struct actor *actor = &cast->actors[cast->n++];
    const char *type = m->types[m->procs[proc].type].name;
    actor->proc = proc;
    if (worker_count(m, m->procs[proc].type) > 1)
        snprintf(actor->name, sizeof actor->name, "%.16s %d", type, cast->n);
    else
        snprintf(actor->name, sizeof actor->name, "%s", type);
    for (char *c = actor->name; *c; c++)
        if (*c == '_')
            *c = ' ';
}

// The client is 1, then come the others in the order in which they start; the
// supervisor is last.
void words_cast(const struct model *model, struct cast *cast) {
    *cast = (struct cast){.killer = NONE, .supervisor = NONE};
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < model->nprocs; i++) {
            const char *type = model->types[model->procs[i].type].name;
            if (run_is_killer(model, i))
                cast->killer = i;
            else if (!run_is_monitor(model, i) &&
                     (strcmp(type, "client") == 0) == (pass == 0))
                add_actor(model, cast, i);
        }
    if (cast->killer == NONE)
        return;
    cast->supervisor = cast->n++;
    struct actor *actor = &cast->actors[cast->supervisor];
    actor->proc = NONE;
    snprintf(actor->name, sizeof actor->name, "supervisor");
}

static bool in_super(const struct model *m, const uint8_t *state, int proc) {
    return m->nodes[run_node(m, state, proc)].in_super;
}

int words_proc(const struct model *model, const struct cast *cast,
               const uint8_t *state, int actor) {
    int proc = cast->actors[actor].proc;
    if (proc != NONE) // a dead one does nothing: the supervisor does
        return in_super(model, state, proc) ? NONE : proc;
    int found = NONE;
    struct steps steps;
    for (int i = 0; i < model->nprocs; i++) {
        if (!in_super(model, state, i))
            continue;
        run_raw(model, state, i, false, &steps);
        if (found == NONE || steps.n > 0)
            found = i;
    }
    return found;
}

int words_actor(const struct model *model, const struct cast *cast,
                const uint8_t *state, int proc) {
    if (in_super(model, state, proc))
        return cast->supervisor;
    for (int i = 0; i < cast->n; i++)
        if (cast->actors[i].proc == proc)
            return i;
    return NONE;
}

void words_move(const struct model *model, const struct cast *cast,
                const uint8_t *state, const struct move *move, char *out,
                size_t size) {
    struct steps steps;
    if (move->victim != NONE) {
        int victim = words_actor(model, cast, state, move->victim);
        snprintf(out, size, "k%d", victim + 1);
        return;
    }
    int actor = words_actor(model, cast, state, move->proc);
    run_raw(model, state, move->proc, false, &steps);
    snprintf(out, size, "%s%d%s",
             move->size == ONE_STEP    ? "x"
             : move->size == TO_A_STOP ? "g"
                                       : "",
             actor + 1,
             steps.n < 2         ? ""
             : move->choice == 0 ? "a"
             : move->choice == 1 ? "b"
                                 : "c");
}

// Which worker has the slot [index].
static int owner_of(const struct model *m, const struct cast *cast, int index) {
    for (int i = 0; i < cast->n; i++) {
        int proc = cast->actors[i].proc;
        if (proc != NONE && m->procs[proc].me == index)
            return i + 1;
    }
    return 0;
}

static const char *const per_chunk[] = {"state", "owner", "claims", NULL};

bool words_per_chunk(const struct model *model, int var) {
    for (int i = 0; per_chunk[i]; i++)
        if (!strcmp(model->vars[var].name, per_chunk[i]))
            return true;
    return false;
}

bool words_hidden(const struct model *model, int var) {
    const char *name = model->vars[var].name;
    return model->vars[var].channel || !strcmp(name, "accounting") ||
           !strcmp(name, "over");
}

void words_value(const struct model *model, const struct cast *cast,
                 const uint8_t *state, int var, int k, char *out, size_t size) {
    const struct variable *v = &model->vars[var];
    int value = state[v->at + k];
    if (v->mtype)
        snprintf(out, size, "%s", model->mtypes[value]);
    else if (!strcmp(v->name, "owner") && owner_of(model, cast, value))
        snprintf(out, size, "worker %d", owner_of(model, cast, value));
    else if ((!strcmp(v->name, "owner") || !strcmp(v->name, "awaited")) &&
             value == 9)
        snprintf(out, size, "-");
    else if (!strcmp(v->name, "awaited"))
        snprintf(out, size, value == 8 ? "any" : "chunk %d", value);
    else
        snprintf(out, size, "%d", value);
}

static int undone_chunk(const struct model *m, const uint8_t *state) {
    int var = model_var(m, "state");
    for (int k = 0; var != NONE && k < m->vars[var].count; k++)
        if (strcmp(m->mtypes[state[m->vars[var].at + k]], "DONE"))
            return k;
    return NONE;
}

static bool reads(const struct model *m, int expr, const char *name) {
    if (expr == NONE)
        return false;
    const struct expr *e = &m->exprs[expr];
    if (e->op == E_NUMBER)
        return false;
    if (e->op == E_VALUE)
        return !strcmp(m->vars[e->a].name, name) || reads(m, e->b, name);
    return reads(m, e->a, name) || reads(m, e->b, name) || reads(m, e->c, name);
}

static int value_of(const struct model *m, const uint8_t *state,
                    const char *name, int k) {
    int var = model_var(m, name);
    return var == NONE ? 0 : state[m->vars[var].at + k];
}

void words_fault(const struct model *model, const struct cast *cast,
                 const uint8_t *state, int failed, char *out, size_t size) {
    int test = model->edges[failed].value, undone = undone_chunk(model, state);
    if (reads(model, test, "claims")) {
        int chunk = 0, var = model_var(model, "claims");
        while (chunk + 1 < model->vars[var].count &&
               value_of(model, state, "claims", chunk) < 2)
            chunk++;
        snprintf(out, size, "chunk %d was claimed twice", chunk);
    } else if (reads(model, test, "in_futex")) {
        int k = value_of(model, state, "in_futex", 0) &&
                        !value_of(model, state, "asleep", 0)
                    ? 0
                    : 1;
        snprintf(out, size,
                 "worker %d sleeps unmarked: nobody can ever wake it",
                 owner_of(model, cast, k));
    } else if (model_var(model, "state") == NONE) {
        snprintf(
            out, size, "%s",
            value_of(model, state, "in_futex", 0)
                ? "nobody can move: the worker sleeps, the chunk lies there"
                : "an assertion of the model does not hold");
    } else if (reads(model, test, "over") && undone != NONE) {
        snprintf(out, size, "nobody can move, and chunk %d is undone", undone);
    } else if (reads(model, test, "over")) {
        snprintf(
            out, size,
            "nobody can move: all is done, and the client sleeps for good");
    } else {
        snprintf(out, size, "an assertion of the model does not hold");
    }
}
