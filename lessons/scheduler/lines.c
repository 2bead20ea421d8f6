// SPDX-License-Identifier: MIT
// What a process does next, in the library's own line; or why it cannot go on,
// in words made from what it waits for.
#include "words.h"
#include <stdio.h>
#include <string.h>

// "wake is 1", "next < tail": what must become true.
static void print_operand(const struct model *m, int expr, bool name_of,
                          char *out, size_t size) {
    const struct expr *e = &m->exprs[expr];
    if (e->op == E_NUMBER && name_of)
        snprintf(out, size, "%s", m->mtypes[e->a]);
    else if (e->op == E_NUMBER)
        snprintf(out, size, "%d", e->a);
    else if (e->op == E_VALUE)
        snprintf(out, size, "%s", m->vars[e->a].name);
    else
        snprintf(out, size, "…");
}

static void print_condition(const struct model *m, int expr, char *out,
                            size_t size) {
    const struct expr *e = &m->exprs[expr];
    char left[40], right[40];
    const char *op = e->op == E_EQUAL      ? "is"
                     : e->op == E_UNEQUAL  ? "is not"
                     : e->op == '<'        ? "<"
                     : e->op == E_AT_LEAST ? ">="
                                           : NULL;
    if (e->op == E_VALUE) {
        snprintf(out, size, "%s is 1", m->vars[e->a].name);
    } else if (e->op == '!') {
        print_operand(m, e->a, false, left, sizeof left);
        snprintf(out, size, "%s is 0", left);
    } else if (op) {
        const struct expr *first = &m->exprs[e->a];
        bool names = first->op == E_VALUE && m->vars[first->a].mtype;
        print_operand(m, e->a, false, left, sizeof left);
        print_operand(m, e->b, names, right, sizeof right);
        snprintf(out, size, "%s %s %s", left, op, right);
    } else {
        snprintf(out, size, "something changes");
    }
}

void words_wait(const struct model *model, int node, char *line, size_t size) {
    int e = model->nodes[node].edges;
    char until[100] = "something changes";
    if (e == NONE) {
        snprintf(line, size, "has come to its end");
        return;
    }
    if (model->edges[e].kind == TEST)
        print_condition(model, model->edges[e].value, until, sizeof until);
    const char *how = strstr(until, "wake")    ? "sleeps in futex"
                      : strstr(until, "event") ? "sleeps in poll"
                                               : "waits";
    snprintf(line, size, "%s until %s", how, until);
}

void words_unquoted(const struct model *model, int node, int edge, char *line,
                    size_t size) {
    const struct edge *e = &model->edges[edge];
    const struct node *at = &model->nodes[node];
    char condition[100];
    if (at->in_super) {
        snprintf(line, size, "reaps the dead worker, and looks into its slot");
    } else if (strstr(model->types[at->type].name, "buffer")) {
        snprintf(line, size, "the store reaches memory: all can see it");
    } else if (e->kind == TEST) {
        print_condition(model, e->value, condition, sizeof condition);
        snprintf(line, size, "goes on: %s", condition);
    } else {
        snprintf(line, size, "goes on: this is no line of the library");
    }
}

bool words_next(const struct model *model, const struct cast *cast,
                const uint8_t *state, int actor, int choice, char *where,
                char *line, size_t size) {
    int proc = words_proc(model, cast, state, actor);
    struct steps steps;
    snprintf(where, size, " ");
    if (proc == NONE) {
        snprintf(line, size, "%s",
                 actor == cast->supervisor ? "sleeps until a worker dies"
                                           : "is dead; the supervisor's turn");
        return false;
    }
    int node = run_node(model, state, proc);
    run_moves(model, state, proc, ONE_STEP, &steps);
    if (steps.n == 0)
        words_wait(model, node, line, size);
    if (choice >= steps.n)
        return false;
    int quote = steps.of[choice].quote;
    if (quote == NONE) {
        words_unquoted(model, node, steps.of[choice].edge, line, size);
    } else {
        const struct quote *q = &model->quotes[quote];
        snprintf(where, size, "%s %s", q->file, q->function);
        snprintf(line, size, "%s", q->code);
    }
    return true;
}
