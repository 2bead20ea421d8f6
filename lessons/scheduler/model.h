// SPDX-License-Identifier: MIT
// A Promela model as a graph: for each process, nodes (where it can stand) and
// edges (what it can do there). parse.c makes it from the model's text; run.c
// takes steps in it; search.c looks at all of them.
//
// It is as much of Promela as tests/model/wake.pml needs: bytes, bools and
// mtypes, arrays of them, inline, if, do, goto, atomic, unless, assert, timeout,
// and channels without room, by which one process kills another.
#ifndef SCHEDULER_MODEL_H
#define SCHEDULER_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MAX_PROCS = 8,
    MAX_STATE = 80, // bytes of a state
    MAX_EDGES = 2000,
    MAX_NODES = 2000,
    MAX_EXPRS = 6000,
    MAX_VARS = 64,
    MAX_TYPES = 8,
    MAX_NAME = 32,
    NONE = -1,
};

// An expression: `op` is the character of an operator, or one of these.
enum {
    E_NUMBER = 256,
    E_VALUE, // variable a, at index b (or NONE)
    E_EQUAL,
    E_UNEQUAL,
    E_AT_MOST,
    E_AT_LEAST,
    E_AND,
    E_OR,
    E_CHOICE, // (a -> b : c)
    E_TIMEOUT,
};

struct expr {
    int op, a, b, c; // of E_NUMBER, a is the number
};

// A variable. `type` is NONE if it is shared, else the proctype whose own it is;
// `at` counts from the first shared byte, or from the process's own.
struct variable {
    char name[MAX_NAME];
    int type, at, count, initial;
    bool bit, channel, mtype, array;
    bool own_slots; // only the process `me` ever writes its [me]
};

enum edge_kind { TEST, ASSIGN, ASSERT, SEND, RECEIVE, ELSE, JUMP, LIFT };

struct edge {
    enum edge_kind kind;
    int value;      // expression: the test, or what is assigned
    int var, index; // ASSIGN, SEND, RECEIVE: to what
    int to;         // node
    int quote;      // in quotes[], or NONE
    int next;       // edge of the same node
};

struct node {
    int edges; // the first, or NONE
    int type;
    int escape;    // node whose edges go first: "unless"
    bool atomic;   // who stands here goes on at once
    bool in_super; // the supervisor acts here, not the process itself
    bool shared;   // its tests read what others write
};

struct type {
    char name[MAX_NAME];
    int start, bytes; // of its own variables
    int me;           // its parameter, a variable, or NONE
};

// A line of the library: "worker_run.c worker_run_reserved: if (seq >= hi …"
struct quote {
    char file[MAX_NAME], function[MAX_NAME], code[128];
};

struct process {
    int type, at; // at: of its two bytes for the node, then its own variables
    int me;       // its argument, or NONE
};

struct model {
    struct expr exprs[MAX_EXPRS];
    struct edge edges[MAX_EDGES];
    struct node nodes[MAX_NODES];
    struct variable vars[MAX_VARS];
    struct type types[MAX_TYPES];
    struct process procs[MAX_PROCS];
    struct quote quotes[300];
    char mtypes[16][MAX_NAME]; // [n] has the value n
    int nexprs, nedges, nnodes, nvars, ntypes, nprocs, nquotes, nmtypes;
    int shared_bytes, bytes; // of a state
    uint8_t start[MAX_STATE];
    char error[200]; // why it could not be read
};

// False if the text is not understood; the model's `error` says why.
bool model_parse(struct model *model, const char *text);

// An expression in words of the model, for the screen.
void model_print(const struct model *model, int expr, int me, char *out,
                 size_t size);
int model_var(const struct model *model, const char *name); // or NONE

#endif
