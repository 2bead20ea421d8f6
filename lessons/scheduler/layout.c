// SPDX-License-Identifier: MIT
// The second half of reading a model: jumps are followed, lifted edges copied,
// what is shared is marked, and each process gets its bytes of the state.
#include "parse.h"
#include <string.h>

// A node that is nothing but a jump is the node where it leads.
static int follow(const struct model *m, int node) {
    for (int hops = 0; hops < MAX_NODES; hops++) {
        int e = m->nodes[node].edges;
        if (e == NONE || m->edges[e].kind != JUMP || m->edges[e].next != NONE)
            break;
        node = m->edges[e].to;
    }
    return node;
}

// Gives the node copies of the edges of every node that it is lifted to.
static void lift(struct parser *p, int node) {
    struct model *m = p->model;
    for (int *at = &m->nodes[node].edges; *at != NONE;) {
        struct edge edge = m->edges[*at];
        if (edge.kind != LIFT && edge.kind != JUMP) {
            at = &m->edges[*at].next;
            continue;
        }
        *at = edge.next;
        for (int e = m->nodes[edge.to].edges; e != NONE; e = m->edges[e].next) {
            if (m->nedges == MAX_EDGES)
                parse_fail(p, "too many statements");
            int copy = m->nedges++;
            m->edges[copy] = m->edges[e];
            m->edges[copy].next = *at;
            *at = copy;
            at = &m->edges[copy].next;
        }
    }
}

bool parse_reads_shared(const struct model *m, int expr, int type) {
    if (expr == NONE)
        return false;
    const struct expr *e = &m->exprs[expr];
    if (e->op == E_NUMBER)
        return false;
    if (e->op == E_TIMEOUT)
        return true;
    if (e->op != E_VALUE)
        return parse_reads_shared(m, e->a, type) ||
               parse_reads_shared(m, e->b, type) ||
               parse_reads_shared(m, e->c, type);
    const struct variable *var = &m->vars[e->a];
    bool mine = var->own_slots && e->b != NONE &&
                m->exprs[e->b].op == E_VALUE &&
                m->exprs[e->b].a == m->types[type].me;
    return (var->type == NONE && !mine) || parse_reads_shared(m, e->b, type);
}

// Of which arrays is [me] only ever written by the process `me`?
static void find_own_slots(struct model *m) {
    for (int v = 0; v < m->nvars; v++)
        m->vars[v].own_slots = m->vars[v].type == NONE && m->vars[v].count > 1;
    for (int n = 0; n < m->nnodes; n++)
        for (int e = m->nodes[n].edges; e != NONE; e = m->edges[e].next) {
            const struct edge *edge = &m->edges[e];
            if (edge->kind != ASSIGN)
                continue;
            const struct expr *index =
                edge->index == NONE ? NULL : &m->exprs[edge->index];
            if (!index || index->op != E_VALUE ||
                index->a != m->types[m->nodes[n].type].me)
                m->vars[edge->var].own_slots = false;
        }
}

static void mark_shared(struct model *m) {
    find_own_slots(m);
    for (int n = 0; n < m->nnodes; n++)
        for (int e = m->nodes[n].edges; e != NONE; e = m->edges[e].next) {
            const struct edge *edge = &m->edges[e];
            int type = m->nodes[n].type;
            if (edge->kind == SEND || edge->kind == ASSERT ||
                (edge->kind == ASSIGN && m->vars[edge->var].type == NONE) ||
                (edge->kind != ELSE &&
                 parse_reads_shared(m, edge->value, type)))
                m->nodes[n].shared = true;
        }
}

static void set_start(struct model *m) {
    m->bytes = m->shared_bytes;
    for (int i = 0; i < m->nprocs; i++) {
        struct process *process = &m->procs[i];
        const struct type *type = &m->types[process->type];
        process->at = m->bytes;
        m->start[m->bytes] = (uint8_t)type->start;
        m->start[m->bytes + 1] = (uint8_t)(type->start >> 8);
        m->bytes += 2 + type->bytes;
    }
    for (int v = 0; v < m->nvars; v++)
        for (int k = 0; k < m->vars[v].count && !m->vars[v].channel; k++)
            for (int i = 0; i < m->nprocs; i++) {
                const struct variable *var = &m->vars[v];
                int at = var->at + k;
                if (var->type == m->procs[i].type)
                    at += m->procs[i].at + 2;
                else if (var->type != NONE)
                    continue;
                m->start[at] = (uint8_t)(m->types[m->procs[i].type].me == v
                                             ? m->procs[i].me
                                             : var->initial);
            }
}

void parse_finish(struct parser *p) {
    struct model *m = p->model;
    int bytes = m->shared_bytes;
    for (int i = 0; i < m->nprocs; i++)
        bytes += 2 + m->types[m->procs[i].type].bytes;
    if (bytes + 1 > MAX_STATE || m->nprocs == 0)
        parse_fail(p, "no processes, or too many variables");
    for (int e = 0; e < m->nedges; e++)
        m->edges[e].to = follow(m, m->edges[e].to);
    for (int n = 0; n < m->nnodes; n++)
        if (m->nodes[n].escape != NONE)
            m->nodes[n].escape = follow(m, m->nodes[n].escape);
    for (int t = 0; t < m->ntypes; t++)
        m->types[t].start = follow(m, m->types[t].start);
    for (int n = m->nnodes - 1; n >= 0; n--) // what lies inside comes later
        lift(p, n);
    mark_shared(m);
    set_start(m);
}
