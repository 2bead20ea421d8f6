// SPDX-License-Identifier: MIT
// Reads a model's text (after the C preprocessor has been over it, with the
// comments left in) and makes its graph. Of each statement it makes one edge.
//
// How to read it: from the end. model_parse() goes over the declarations,
// sequence() over the statements of a block, statement() knows their kinds. A
// sequence is compiled between two nodes, `from` and `to`. The first statements
// of all branches of an "if" leave from the same node; a "do" inside such a
// place gets a node of its own, whose edges are lifted there (as spin does).
#include "parse.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int new_node(struct parser *p) {
    struct model *m = p->model;
    if (m->nnodes == MAX_NODES)
        parse_fail(p, "too many statements");
    m->nodes[m->nnodes] = (struct node){.edges = NONE,
                                        .type = p->type,
                                        .escape = p->escape,
                                        .atomic = p->atomic > 0,
                                        .in_super = p->super > 0};
    return m->nnodes++;
}

static void add_edge(struct parser *p, int from, struct edge edge) {
    struct model *m = p->model;
    if (m->nedges == MAX_EDGES)
        parse_fail(p, "too many statements");
    edge.quote = NONE;
    if (edge.kind != JUMP && edge.kind != LIFT) {
        edge.quote = p->quote;
        // The line is that of the first thing which others can see.
        if (edge.kind != TEST || parse_reads_shared(m, edge.value, p->type))
            p->quote = NONE;
    }
    edge.next = NONE;
    int *last = &m->nodes[from].edges;
    while (*last != NONE)
        last = &m->edges[*last].next;
    *last = m->nedges;
    m->edges[m->nedges++] = edge;
}

static void jump(struct parser *p, int from, int to) {
    add_edge(p, from, (struct edge){.kind = JUMP, .to = to});
}

static int label_node(struct parser *p, const char *name) {
    for (int i = 0; i < p->nlabels; i++)
        if (p->labels[i].type == p->type && !strcmp(p->labels[i].name, name))
            return p->labels[i].node;
    if (p->nlabels == MAX_LABELS)
        parse_fail(p, "too many labels");
    struct label *label = &p->labels[p->nlabels++];
    snprintf(label->name, sizeof label->name, "%s", name);
    label->type = p->type;
    // Where the label will stand may lie in another block: its node is a jump.
    struct parser outside = *p;
    outside.atomic = outside.super = 0;
    outside.escape = NONE;
    label->node = new_node(&outside);
    return label->node;
}

static void sequence(struct parser *p, int from, int to, bool own);

// if … fi, do … od
static void branches(struct parser *p, int from, int to, bool own) {
    bool loop = parse_is(p, "do");
    int head = from, quote = p->quote;
    parse_take(p);
    if (loop && !own) {
        head = new_node(p);
        add_edge(p, from, (struct edge){.kind = LIFT, .to = head});
    }
    int outer = p->break_to;
    p->break_to = loop ? to : outer;
    parse_quotes(p);
    while (parse_try(p, "::")) {
        if (p->quote == NONE)
            p->quote = quote;
        sequence(p, head, loop ? head : to, false);
    }
    p->break_to = outer;
    parse_want(p, loop ? "od" : "fi");
}

// { main } unless { escape }: the escape's edges leave from every node of main.
static void block(struct parser *p, int from, int to) {
    int outer = p->escape, start = p->at, depth = 0;
    do { // to the end of main and back: is there an "unless"?
        depth += parse_is(p, "{") - parse_is(p, "}");
        p->at++;
    } while (depth > 0);
    bool unless = parse_is(p, "unless");
    p->at = start + 1;
    int escape = unless ? new_node(p) : outer;
    p->escape = escape;
    int inside = new_node(p);
    jump(p, from, inside);
    sequence(p, inside, to, true);
    p->escape = outer;
    parse_want(p, "}");
    if (unless) {
        parse_want(p, "unless");
        parse_want(p, "{");
        sequence(p, escape, to, false);
        parse_want(p, "}");
    }
}

static void call_inline(struct parser *p, int from, int to) {
    struct macro *macro = parse_macro(p);
    parse_take(p);
    parse_want(p, "(");
    struct macro *outer = p->inside;
    char argument[MAX_NAME] = "";
    if (!parse_is(p, ")")) {
        snprintf(argument, sizeof argument, "%s", parse_text(p));
        parse_take(p);
    }
    parse_want(p, ")");
    snprintf(macro->argument, sizeof macro->argument, "%s", argument);
    int back = p->at, supervisor = !strcmp(macro->name, "account");
    p->at = macro->body;
    p->inside = macro;
    p->super += supervisor;
    if (supervisor) { // its first step is the supervisor's already
        int inside = new_node(p);
        jump(p, from, inside);
        from = inside;
    }
    sequence(p, from, to, false); // a loop at its beginning: as spin has it
    p->super -= supervisor;
    p->inside = outer;
    p->at = back;
}

// x = value, x++, channel!1, channel?1; false if it is none of these.
static bool assignment(struct parser *p, int from, int to) {
    int start = p->at, index = NONE;
    int var = parse_variable(p, &index);
    struct edge edge = {.var = var, .index = index, .to = to, .value = NONE};
    if (parse_try(p, "=")) {
        edge.kind = ASSIGN;
        edge.value = parse_expr(p);
    } else if (parse_is(p, "++") || parse_is(p, "--")) {
        int sign = parse_is(p, "++") ? '+' : '-';
        parse_take(p);
        edge.kind = ASSIGN;
        int old = parse_new(p, E_VALUE, var, index, NONE);
        edge.value =
            parse_new(p, sign, old, parse_new(p, E_NUMBER, 1, 0, 0), NONE);
    } else if (p->model->vars[var].channel &&
               (parse_is(p, "!") || parse_is(p, "?"))) {
        edge.kind = parse_is(p, "!") ? SEND : RECEIVE;
        parse_take(p);
        parse_take(p); // what is sent is always 1
    } else {
        p->at = start;
        return false;
    }
    add_edge(p, from, edge);
    return true;
}

static void simple(struct parser *p, int from, int to) {
    if (parse_try(p, "goto")) {
        jump(p, from, label_node(p, parse_text(p)));
        parse_take(p);
    } else if (parse_try(p, "break")) {
        jump(p, from, p->break_to);
    } else if (parse_try(p, "else")) {
        add_edge(p, from, (struct edge){.kind = ELSE, .value = NONE, .to = to});
    } else if (parse_try(p, "assert")) {
        int value = parse_expr(p);
        add_edge(p, from,
                 (struct edge){.kind = ASSERT, .value = value, .to = to});
    } else if (!parse_names_variable(p) || !assignment(p, from, to)) {
        int value = parse_expr(p);
        add_edge(p, from,
                 (struct edge){.kind = TEST, .value = value, .to = to});
    }
}

// `own`: no other branch leaves from the node `from`.
static void statement(struct parser *p, int from, int to, bool own) {
    if (parse_is(p, "if") || parse_is(p, "do")) {
        branches(p, from, to, own);
    } else if (parse_try(p, "atomic")) {
        parse_want(p, "{");
        p->atomic++;
        sequence(p, from, to, false);
        p->atomic--;
        parse_want(p, "}");
    } else if (parse_is(p, "{")) {
        block(p, from, to);
    } else if (parse_macro(p)) {
        call_inline(p, from, to);
    } else {
        simple(p, from, to);
    }
}

static bool at_end(struct parser *p) {
    parse_quotes(p);
    return parse_is(p, "}") || parse_is(p, "::") || parse_is(p, "fi") ||
           parse_is(p, "od") || parse_is(p, "");
}

static void sequence(struct parser *p, int from, int to, bool own) {
    while (!at_end(p)) {
        if (parse_declaration(p))
            continue;
        while (parse_is_label(p)) {
            jump(p, label_node(p, parse_text(p)), from);
            p->at += 2;
            parse_quotes(p);
        }
        int next = new_node(p);
        statement(p, from, next, own);
        while (parse_try(p, ";") || parse_try(p, "->"))
            continue;
        from = next;
        own = true;
    }
    jump(p, from, to);
}

// run worker(0); run …: the processes, in this order.
static void start_processes(struct parser *p) {
    struct model *m = p->model;
    while (!parse_is(p, "}")) {
        parse_quotes(p);
        if (parse_try(p, ";") || parse_try(p, "atomic") || parse_try(p, "{"))
            continue;
        parse_want(p, "run");
        if (m->nprocs == MAX_PROCS)
            parse_fail(p, "too many processes");
        struct process *process = &m->procs[m->nprocs++];
        process->type = parse_type(p, parse_text(p));
        parse_take(p);
        parse_want(p, "(");
        process->me = NONE;
        if (isdigit((unsigned char)*parse_text(p))) {
            process->me = atoi(parse_text(p));
            parse_take(p);
        }
        parse_want(p, ")");
    }
    while (parse_try(p, "}"))
        continue;
}

static void proctype(struct parser *p) {
    struct model *m = p->model;
    if (m->ntypes == MAX_TYPES)
        parse_fail(p, "too many proctypes");
    p->type = m->ntypes++;
    struct type *type = &m->types[p->type];
    snprintf(type->name, sizeof type->name, "%s", parse_text(p));
    type->me = NONE;
    parse_take(p);
    parse_want(p, "(");
    if (parse_declaration(p))
        type->me = m->nvars - 1;
    parse_want(p, ")");
    parse_want(p, "{");
    p->escape = NONE;
    type->start = new_node(p);
    int end = new_node(p);
    sequence(p, type->start, end, true);
    parse_want(p, "}");
    p->type = NONE;
}

bool model_parse(struct model *model, const char *text) {
    struct parser *p = calloc(1, sizeof *p);
    memset(model, 0, sizeof *model);
    p->model = model;
    p->type = p->quote = p->escape = p->break_to = NONE;
    if (setjmp(p->failed)) {
        parse_free(p);
        return false;
    }
    parse_tokens(p, text);
    for (parse_quotes(p); !parse_is(p, ""); parse_quotes(p)) {
        if (parse_try(p, "proctype"))
            proctype(p);
        else if (parse_try(p, "inline"))
            parse_inline(p);
        else if (parse_try(p, "init"))
            start_processes(p);
        else if (!parse_declaration(p) && !parse_try(p, ";"))
            parse_fail(p, "not understood");
    }
    parse_finish(p);
    parse_free(p);
    return true;
}
