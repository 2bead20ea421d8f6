// SPDX-License-Identifier: MIT
// Between parse.c (statements) and tokens.c (words, names, expressions).
#ifndef SCHEDULER_PARSE_H
#define SCHEDULER_PARSE_H

#include "model.h"
#include <setjmp.h>
#include <stdio.h>

enum { MAX_LABELS = 32, MAX_MACROS = 32, MAX_TOKENS = 20000 };

struct label {
    char name[MAX_NAME];
    int type, node;
};

// An inline: its statements are read again at each call.
struct macro {
    char name[MAX_NAME], parameter[MAX_NAME], argument[MAX_NAME];
    int body; // token
};

struct parser {
    struct model *model;
    char *words;               // the tokens' texts, one after the other
    int tokens[MAX_TOKENS];    // where each begins
    bool is_quote[MAX_TOKENS]; // "//: file function: code"
    int ntokens, at;
    int type, quote, escape, break_to, atomic, super;
    struct macro *inside; // the inline whose text is being read
    struct label labels[MAX_LABELS];
    struct macro macros[MAX_MACROS];
    int nlabels, nmacros;
    jmp_buf failed;
};

void parse_tokens(struct parser *p, const char *text);
void parse_free(struct parser *p);
void parse_fail(struct parser *p, const char *why) __attribute__((noreturn));

const char *parse_text(struct parser *p); // of this token; "" is the end
bool parse_is(struct parser *p, const char *word);
bool parse_try(struct parser *p, const char *word); // takes it if it is there
void parse_want(struct parser *p, const char *word);
void parse_take(struct parser *p);
void parse_quotes(struct parser *p); // takes all that stand here

bool parse_is_label(struct parser *p);
bool parse_names_variable(struct parser *p);
struct macro *parse_macro(struct parser *p); // that is called here, or NULL
int parse_variable(struct parser *p, int *index);
int parse_type(struct parser *p, const char *name);
int parse_new(struct parser *p, int op, int a, int b, int c);
int parse_expr(struct parser *p);
bool parse_declaration(struct parser *p);
void parse_inline(struct parser *p);

// Does it read what others may write? A process's own slots are known to be so
// when all has been read.
bool parse_reads_shared(const struct model *model, int expr, int type);

// When all has been read: follows jumps, lays out the state.
void parse_finish(struct parser *p);

#endif
