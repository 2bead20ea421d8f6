// SPDX-License-Identifier: MIT
// Takes steps in a model: a state is the bytes of all variables, and for each
// process where it stands. Nothing here knows what the model is about.
#include "run.h"
#include <string.h>

// For run_replay(): who is told of the outcome `choice` of each statement.
static struct {
    run_seen_fn *seen;
    void *user;
    int choice;
} watch;

int run_node(const struct model *model, const uint8_t *state, int proc) {
    const uint8_t *at = state + model->procs[proc].at;
    return at[0] | at[1] << 8;
}

static void set_node(const struct model *m, uint8_t *state, int proc,
                     int node) {
    uint8_t *at = state + m->procs[proc].at;
    at[0] = (uint8_t)node;
    at[1] = (uint8_t)(node >> 8);
}

static bool in_super(const struct model *m, const uint8_t *state, int proc) {
    return m->nodes[run_node(m, state, proc)].in_super;
}

// Where a variable lies. An index beyond the end reads the last element, as
// happens in "w < N && a[w]" where both are worked out.
static int place(const struct model *m, const uint8_t *state, int proc, int var,
                 int index) {
    const struct variable *v = &m->vars[var];
    int k = index == NONE ? 0 : run_value(m, state, proc, index, false);
    if (k >= v->count)
        k = v->count - 1;
    return v->at + k + (v->type == NONE ? 0 : m->procs[proc].at + 2);
}

int run_value(const struct model *model, const uint8_t *state, int proc,
              int expr, bool timeout) {
    const struct expr *e = &model->exprs[expr];
    if (e->op == E_NUMBER)
        return e->a;
    if (e->op == E_VALUE)
        return state[place(model, state, proc, e->a, e->b)];
    if (e->op == E_TIMEOUT)
        return timeout;
    int a = run_value(model, state, proc, e->a, timeout);
    if (e->op == '!')
        return !a;
    if (e->op == E_CHOICE)
        return run_value(model, state, proc, a ? e->b : e->c, timeout);
    if ((e->op == E_AND && !a) || (e->op == E_OR && a))
        return a != 0;
    int b = run_value(model, state, proc, e->b, timeout);
    switch (e->op) {
    case E_AND:
    case E_OR:
        return b != 0;
    case E_EQUAL:
        return a == b;
    case E_UNEQUAL:
        return a != b;
    case '<':
        return a < b;
    case '>':
        return a > b;
    case E_AT_MOST:
        return a <= b;
    case E_AT_LEAST:
        return a >= b;
    case '+':
        return a + b;
    case '-':
        return a - b;
    case '%':
        return b ? a % b : 0;
    default:
        return 0;
    }
}

// The node of `proc` to which it can be taken by this SEND, or NONE.
static int receives(const struct model *m, const uint8_t *state, int proc,
                    const struct edge *send, int index) {
    int node = run_node(m, state, proc);
    int places[2] = {m->nodes[node].escape, node};
    for (int i = 0; i < 2; i++) {
        if (places[i] == NONE)
            continue;
        for (int e = m->nodes[places[i]].edges; e != NONE;
             e = m->edges[e].next) {
            const struct edge *edge = &m->edges[e];
            if (edge->kind == RECEIVE && edge->var == send->var &&
                run_value(m, state, proc, edge->index, false) == index)
                return edge->to;
        }
    }
    return NONE;
}

static int receiver(const struct model *m, const uint8_t *state, int proc,
                    const struct edge *send, int *node) {
    int index = run_value(m, state, proc, send->index, false);
    for (int i = 0; i < m->nprocs; i++)
        if (i != proc && (*node = receives(m, state, i, send, index)) != NONE)
            return i;
    return NONE;
}

static bool enabled(const struct model *m, const uint8_t *state, int proc,
                    const struct edge *edge, bool timeout) {
    int node;
    switch (edge->kind) {
    case TEST:
        return run_value(m, state, proc, edge->value, timeout) != 0;
    case ASSIGN:
    case ASSERT:
        return true;
    case SEND:
        return receiver(m, state, proc, edge, &node) != NONE;
    default:
        return false; // RECEIVE is the sender's step; ELSE: see go()
    }
}

// Does what the edge says, in step->state.
static void take(const struct model *m, int proc, const struct edge *edge,
                 struct step *step, bool timeout) {
    uint8_t *state = step->state;
    int node;
    if (edge->kind == ASSIGN) {
        const struct variable *var = &m->vars[edge->var];
        int value = run_value(m, state, proc, edge->value, timeout);
        state[place(m, state, proc, edge->var, edge->index)] =
            (uint8_t)(var->bit ? value & 1 : value);
    } else if (edge->kind == SEND) {
        step->victim = receiver(m, state, proc, edge, &node);
        set_node(m, state, step->victim, node);
    } else if (edge->kind == ASSERT && step->failed == NONE &&
               !run_value(m, state, proc, edge->value, timeout)) {
        step->failed = (int)(edge - m->edges);
    }
    set_node(m, state, proc, edge->to);
}

// All ways on from `before`; through atomic sequences to their end.
static void go(const struct model *m, int proc, const struct step *before,
               bool timeout, struct steps *out) {
    const struct node *node = &m->nodes[run_node(m, before->state, proc)];
    int other = NONE;
    bool any = false;
    for (int e = node->edges; e != NONE || other != NONE;) {
        if (e == NONE) { // nothing else is possible
            if (any)
                break;
            e = other;
            other = NONE;
        } else if (m->edges[e].kind == ELSE) {
            other = e;
            e = m->edges[e].next;
            continue;
        } else if (!enabled(m, before->state, proc, &m->edges[e], timeout)) {
            e = m->edges[e].next;
            continue;
        }
        any = true;
        const struct edge *edge = &m->edges[e];
        struct step step = *before;
        if (step.edge == NONE)
            step.edge = e;
        if (step.quote == NONE)
            step.quote = edge->quote;
        step.shared |= node->shared;
        take(m, proc, edge, &step, timeout);
        if (m->nodes[edge->to].atomic && m->nodes[edge->to].edges != NONE) {
            go(m, proc, &step, timeout, out);
        } else if (out->n < MAX_STEPS) {
            if (watch.seen && out->n == watch.choice)
                watch.seen(watch.user, step.state);
            out->of[out->n++] = step;
        }
        e = edge->kind == ELSE ? NONE : edge->next;
    }
}

static struct step nothing(const struct model *m, const uint8_t *state) {
    struct step step = {
        .edge = NONE, .quote = NONE, .failed = NONE, .victim = NONE};
    memcpy(step.state, state, (size_t)m->bytes);
    return step;
}

void run_raw(const struct model *model, const uint8_t *state, int proc,
             bool timeout, struct steps *out) {
    struct step before = nothing(model, state);
    before.in_super = in_super(model, state, proc);
    out->n = 0;
    go(model, proc, &before, timeout, out);
}

// How far a process goes on after its first step.
enum how { PRIVATE, SAME_FILE, ANY };

static bool goes_on(const struct model *m, enum how how, bool other_role,
                    const struct step *now, const struct step *next) {
    if (!next->shared)
        return true;
    if (how == PRIVATE || other_role)
        return false;
    return how == ANY || next->quote == NONE ||
           (now->quote != NONE &&
            !strcmp(m->quotes[now->quote].file, m->quotes[next->quote].file));
}

// Takes what there is to do without a choice. Where the supervisor has made its
// account, the worker in that slot is another one.
static void go_on(const struct model *m, int proc, enum how how,
                  struct step *step) {
    struct steps next;
    run_seen_fn *seen = watch.seen;
    for (int n = 0; n < 1000 && step->failed == NONE; n++) {
        watch.seen = NULL; // a trial
        run_raw(m, step->state, proc, false, &next);
        watch.seen = seen;
        bool other_role = in_super(m, step->state, proc) != step->in_super;
        if (next.n != 1 || !goes_on(m, how, other_role, step, &next.of[0]))
            break;
        if (seen)
            run_raw(m, step->state, proc, false, &next);
        memcpy(step->state, next.of[0].state, (size_t)m->bytes);
        step->failed = next.of[0].failed;
        if (step->quote == NONE)
            step->quote = next.of[0].quote;
    }
}

static void settle(const struct model *m, int proc, struct step *step) {
    go_on(m, proc, PRIVATE, step);
    if (step->victim != NONE)
        go_on(m, step->victim, PRIVATE, step);
}

void run_enlarge(const struct model *model, int proc, enum size size,
                 struct step *step) {
    if (size != ONE_STEP)
        go_on(model, proc, size == ONE_FILE ? SAME_FILE : ANY, step);
}

void run_moves(const struct model *model, const uint8_t *state, int proc,
               enum size size, struct steps *out) {
    run_raw(model, state, proc, false, out);
    for (int i = 0; i < out->n; i++) {
        settle(model, proc, &out->of[i]);
        run_enlarge(model, proc, size, &out->of[i]);
    }
}

void run_replay(const struct model *model, const uint8_t *state, int proc,
                enum size size, int choice, run_seen_fn *seen, void *user) {
    struct steps steps;
    watch.seen = seen;
    watch.user = user;
    watch.choice = choice;
    run_raw(model, state, proc, false, &steps);
    watch.choice = 0;
    settle(model, proc, &steps.of[choice]);
    run_enlarge(model, proc, size, &steps.of[choice]);
    watch.seen = NULL;
}

void run_start(const struct model *model, uint8_t *state) {
    struct step step = nothing(model, model->start);
    for (int i = 0; i < model->nprocs; i++)
        go_on(model, i, PRIVATE, &step);
    memcpy(state, step.state, (size_t)model->bytes);
}

bool run_ended(const struct model *model, const uint8_t *state, int proc) {
    return model->nodes[run_node(model, state, proc)].edges == NONE;
}

bool run_stuck(const struct model *model, const uint8_t *state) {
    struct steps steps;
    for (int i = 0; i < model->nprocs; i++) {
        run_raw(model, state, i, false, &steps);
        if (steps.n > 0)
            return false;
    }
    return true;
}

int run_verdict(const struct model *model, const uint8_t *state) {
    struct steps steps;
    struct step now = nothing(model, state);
    for (int i = 0; i < model->nprocs; i++)
        for (int n = 0; n < 100 && now.failed == NONE; n++) {
            run_raw(model, now.state, i, n == 0, &steps);
            if (steps.n == 0)
                break;
            now = steps.of[0];
        }
    return now.failed;
}

static bool starts_with(const struct model *m, int proc, enum edge_kind kind,
                        int op) {
    int e = m->nodes[m->types[m->procs[proc].type].start].edges;
    return e != NONE && m->edges[e].kind == kind &&
           (kind != TEST || m->exprs[m->edges[e].value].op == op);
}

bool run_is_killer(const struct model *model, int proc) {
    return starts_with(model, proc, SEND, 0);
}

bool run_is_monitor(const struct model *model, int proc) {
    return starts_with(model, proc, TEST, E_TIMEOUT);
}
