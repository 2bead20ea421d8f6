// SPDX-License-Identifier: MIT
// Writes a level as JSON: its texts, and the model's graph as C has read it. The
// page's engine.js takes steps in that graph as run.c does.
#include "page.h"
#include <stdio.h>
#include <string.h>

static const char *comma;

static void text(const char *key, const char *value) {
    printf("%s", comma);
    comma = ",";
    if (key)
        printf("\"%s\":", key);
    putchar('"');
    for (; *value; value++) {
        if (*value == '\n')
            fputs("\\n", stdout);
        else if (*value == '"' || *value == '\\')
            printf("\\%c", *value);
        else
            putchar(*value);
    }
    putchar('"');
}

static void number(const char *key, long value) {
    printf("%s", comma);
    comma = ",";
    if (key)
        printf("\"%s\":", key);
    printf("%ld", value);
}

static void open_list(const char *key, char bracket) {
    printf("%s", comma);
    comma = "";
    if (key)
        printf("\"%s\":", key);
    putchar(bracket);
}

static void close_list(char bracket) {
    putchar(bracket);
    comma = ",";
}

static void numbers(const long *values, int n) {
    open_list(NULL, '[');
    for (int i = 0; i < n; i++)
        number(NULL, values[i]);
    close_list(']');
}

static void write_graph(const struct model *m) {
    open_list("exprs", '[');
    for (int i = 0; i < m->nexprs; i++)
        numbers((long[]){m->exprs[i].op, m->exprs[i].a, m->exprs[i].b,
                         m->exprs[i].c},
                4);
    close_list(']');
    open_list("edges", '[');
    for (int i = 0; i < m->nedges; i++) {
        const struct edge *e = &m->edges[i];
        numbers((long[]){e->kind, e->value, e->var, e->index, e->to, e->quote},
                6);
    }
    close_list(']');
    open_list("nodes", '[');
    for (int i = 0; i < m->nnodes; i++) {
        const struct node *n = &m->nodes[i];
        long values[4 + 32] = {n->escape, n->atomic, n->in_super, n->shared};
        int count = 4;
        for (int e = n->edges; e != NONE && count < 36; e = m->edges[e].next)
            values[count++] = e;
        numbers(values, count);
    }
    close_list(']');
}

// What is said of a node where nothing is possible, and of steps without a line.
static void write_lines(const struct model *m) {
    char line[200];
    open_list("waits", '[');
    for (int i = 0; i < m->nnodes; i++) {
        words_wait(m, i, line, sizeof line);
        text(NULL, line);
    }
    close_list(']');
    open_list("unquoted", '{');
    for (int i = 0; i < m->nnodes; i++)
        for (int e = m->nodes[i].edges; e != NONE; e = m->edges[e].next)
            if (m->edges[e].quote == NONE && m->edges[e].kind != JUMP) {
                char key[20];
                snprintf(key, sizeof key, "%d", e);
                words_unquoted(m, i, e, line, sizeof line);
                text(key, line);
            }
    close_list('}');
    open_list("quotes", '[');
    for (int i = 0; i < m->nquotes; i++) {
        open_list(NULL, '[');
        text(NULL, m->quotes[i].file);
        text(NULL, m->quotes[i].function);
        text(NULL, m->quotes[i].code);
        close_list(']');
    }
    close_list(']');
}

static void write_variables(const struct model *m) {
    open_list("vars", '[');
    for (int i = 0; i < m->nvars; i++) {
        const struct variable *v = &m->vars[i];
        open_list(NULL, '{');
        text("name", v->name);
        number("type", v->type);
        number("at", v->at);
        number("count", v->count);
        number("bit", v->bit);
        number("mtype", v->mtype);
        number("array", v->array);
        number("chunk", words_per_chunk(m, i));
        number("hidden", words_hidden(m, i));
        close_list('}');
    }
    close_list(']');
    open_list("mtypes", '[');
    for (int i = 0; i <= m->nmtypes; i++)
        text(NULL, m->mtypes[i]);
    close_list(']');
}

static void write_processes(const struct model *m, const struct cast *cast) {
    open_list("procs", '[');
    for (int i = 0; i < m->nprocs; i++)
        numbers((long[]){m->procs[i].type, m->procs[i].at, m->procs[i].me}, 3);
    close_list(']');
    open_list("actors", '[');
    for (int i = 0; i < cast->n; i++) {
        open_list(NULL, '[');
        text(NULL, cast->actors[i].name);
        number(NULL, cast->actors[i].proc);
        close_list(']');
    }
    close_list(']');
    number("killer", cast->killer);
    number("supervisor", cast->supervisor);
    number("bytes", m->bytes);
    number("shared", m->shared_bytes);
}

void page_write(const struct game *game) {
    const struct level *l = &game->level;
    const struct model *m = &game->model;
    comma = "";
    open_list(NULL, '{');
    text("title", l->title);
    text("story", l->story);
    text("goal", l->goal);
    text("history", l->history);
    text("run", l->run);
    number("par", game->par);
    open_list("repairs", '[');
    for (int i = 0; i < l->nrepairs; i++) {
        open_list(NULL, '[');
        text(NULL, l->repairs[i].line);
        text(NULL, l->repairs[i].result);
        close_list(']');
    }
    close_list(']');
    text("holds", l->holds);
    open_list("start", '[');
    for (int i = 0; i < m->bytes; i++)
        number(NULL, game->states[0][i]);
    close_list(']');
    write_processes(m, &game->cast);
    write_variables(m);
    write_lines(m);
    write_graph(m);
    close_list('}');
    putchar('\n');
}
