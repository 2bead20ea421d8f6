// SPDX-License-Identifier: MIT
// Words, names, declarations and expressions of a model's text. The statements
// are in parse.c.
#include "parse.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void parse_fail(struct parser *p, const char *why) {
    snprintf(p->model->error, sizeof p->model->error, "%s: at \"%.40s\"", why,
             parse_text(p));
    longjmp(p->failed, 1);
}

static size_t token_length(const char *text) {
    static const char *const pairs[] = {
        "::", "->", "++", "--", "==", "!=", "<=", ">=", "&&", "||", NULL};
    size_t n = 0;
    if (!strncmp(text, "//", 2))
        return strcspn(text, "\n");
    if (!strncmp(text, "/*", 2)) { // of the preprocessor's own headers
        const char *end = strstr(text, "*/");
        return end ? (size_t)(end + 2 - text) : strlen(text);
    }
    while (isalnum((unsigned char)text[n]) || text[n] == '_')
        n++;
    for (int i = 0; n == 0 && pairs[i]; i++)
        if (!strncmp(text, pairs[i], 2))
            return 2;
    return n ? n : 1;
}

void parse_tokens(struct parser *p, const char *text) {
    size_t used = 1;
    p->words = malloc(2 * strlen(text) + 2);
    while (*(text += strspn(text, " \t\r\n"))) {
        size_t n = token_length(text);
        bool quote = !strncmp(text, "//: ", 4);
        if (quote || (strncmp(text, "//", 2) && strncmp(text, "/*", 2))) {
            if (p->ntokens == MAX_TOKENS - 1)
                parse_fail(p, "too long");
            p->is_quote[p->ntokens] = quote;
            p->tokens[p->ntokens++] = (int)used;
            memcpy(p->words + used, text, n);
            p->words[used + n] = '\0';
            used += n + 1;
        }
        text += n;
    }
    p->words[0] = '\0';
    p->tokens[p->ntokens] = 0; // the end is an empty word
}

void parse_free(struct parser *p) {
    free(p->words);
    free(p);
}

const char *parse_text(struct parser *p) {
    const char *word = p->words ? p->words + p->tokens[p->at] : "";
    if (p->inside && p->inside->parameter[0] &&
        !strcmp(word, p->inside->parameter))
        return p->inside->argument;
    return word;
}

bool parse_is(struct parser *p, const char *word) {
    return !strcmp(parse_text(p), word);
}

void parse_take(struct parser *p) { p->at += p->at < p->ntokens; }

bool parse_try(struct parser *p, const char *word) {
    if (!parse_is(p, word))
        return false;
    parse_take(p);
    return true;
}

void parse_want(struct parser *p, const char *word) {
    if (!parse_try(p, word)) {
        char why[60];
        snprintf(why, sizeof why, "\"%s\" is missing", word);
        parse_fail(p, why);
    }
}

// "//: FILE FUNCTION: CODE"
void parse_quotes(struct parser *p) {
    struct model *m = p->model;
    for (; p->at < p->ntokens && p->is_quote[p->at]; p->at++) {
        struct quote q;
        if (sscanf(p->words + p->tokens[p->at], "//: %31s %31[^:]: %127[^\n]",
                   q.file, q.function, q.code) != 3)
            parse_fail(p, "a line of the library is //: FILE FUNCTION: CODE");
        for (p->quote = 0; p->quote < m->nquotes; p->quote++)
            if (!strcmp(m->quotes[p->quote].code, q.code) &&
                !strcmp(m->quotes[p->quote].function, q.function))
                break;
        if (p->quote == (int)(sizeof m->quotes / sizeof *m->quotes))
            parse_fail(p, "too many lines of the library");
        if (p->quote == m->nquotes)
            m->quotes[m->nquotes++] = q;
    }
}

bool parse_is_label(struct parser *p) {
    const char *after = p->words + p->tokens[p->at + 1];
    return p->at + 1 < p->ntokens && !strcmp(after, ":") &&
           (isalpha((unsigned char)*parse_text(p)) || *parse_text(p) == '_');
}

struct macro *parse_macro(struct parser *p) {
    for (int i = 0; i < p->nmacros; i++)
        if (parse_is(p, p->macros[i].name))
            return &p->macros[i];
    return NULL;
}

static int find_variable(const struct model *m, int type, const char *name) {
    for (int i = m->nvars - 1; i >= 0; i--)
        if ((m->vars[i].type == type || m->vars[i].type == NONE) &&
            !strcmp(m->vars[i].name, name))
            return i;
    return NONE;
}

int model_var(const struct model *model, const char *name) {
    return find_variable(model, NONE, name);
}

bool parse_names_variable(struct parser *p) {
    return find_variable(p->model, p->type, parse_text(p)) != NONE;
}

int parse_variable(struct parser *p, int *index) {
    int var = find_variable(p->model, p->type, parse_text(p));
    if (var == NONE)
        parse_fail(p, "not a variable");
    parse_take(p);
    *index = NONE;
    if (parse_try(p, "[")) {
        *index = parse_expr(p);
        parse_want(p, "]");
    }
    return var;
}

int parse_type(struct parser *p, const char *name) {
    for (int i = 0; i < p->model->ntypes; i++)
        if (!strcmp(p->model->types[i].name, name))
            return i;
    parse_fail(p, "no such proctype");
}

int parse_new(struct parser *p, int op, int a, int b, int c) {
    struct model *m = p->model;
    if (m->nexprs == MAX_EXPRS)
        parse_fail(p, "too many expressions");
    m->exprs[m->nexprs] = (struct expr){op, a, b, c};
    return m->nexprs++;
}

static int named_number(struct parser *p) {
    const char *word = parse_text(p);
    for (int i = 1; i <= p->model->nmtypes; i++)
        if (!strcmp(word, p->model->mtypes[i]))
            return i;
    if (isdigit((unsigned char)*word))
        return atoi(word);
    return !strcmp(word, "true") || !strcmp(word, "skip") ? 1
           : !strcmp(word, "false")                       ? 0
                                                          : NONE;
}

static int operand(struct parser *p) {
    if (parse_try(p, "!"))
        return parse_new(p, '!', operand(p), NONE, NONE);
    if (parse_try(p, "timeout"))
        return parse_new(p, E_TIMEOUT, NONE, NONE, NONE);
    if (parse_try(p, "(")) {
        int first = parse_expr(p);
        if (parse_try(p, "->")) {
            int yes = parse_expr(p);
            parse_want(p, ":");
            first = parse_new(p, E_CHOICE, first, yes, parse_expr(p));
        }
        parse_want(p, ")");
        return first;
    }
    int number = named_number(p), index;
    if (number != NONE) {
        parse_take(p);
        return parse_new(p, E_NUMBER, number, NONE, NONE);
    }
    int var = parse_variable(p, &index);
    return parse_new(p, E_VALUE, var, index, NONE);
}

// Operators by their rank; those of a higher one bind more strongly.
static const struct operator{
    const char *word;
    int op, rank;
}
operators[] = {
    {"||", E_OR, 1},      {"&&", E_AND, 2},      {"==", E_EQUAL, 3},
    {"!=", E_UNEQUAL, 3}, {"<", '<', 4},         {">", '>', 4},
    {"<=", E_AT_MOST, 4}, {">=", E_AT_LEAST, 4}, {"+", '+', 5},
    {"-", '-', 5},        {"%", '%', 6},         {NULL, 0, 0},
};

static int ranked(struct parser *p, int rank) {
    int left = operand(p);
    for (const struct operator* o = operators; o->word; o++) {
        if (!parse_is(p, o->word) || o->rank < rank)
            continue;
        parse_take(p);
        left = parse_new(p, o->op, left, ranked(p, o->rank + 1), NONE);
        o = operators - 1; // and whatever follows
    }
    return left;
}

int parse_expr(struct parser *p) { return ranked(p, 1); }

static void add_variable(struct parser *p, bool bit, bool channel, bool mtype) {
    struct model *m = p->model;
    if (m->nvars == MAX_VARS)
        parse_fail(p, "too many variables");
    struct variable *var = &m->vars[m->nvars++];
    *var = (struct variable){.type = p->type, .count = 1, .bit = bit};
    var->channel = channel;
    var->mtype = mtype;
    snprintf(var->name, sizeof var->name, "%s", parse_text(p));
    parse_take(p);
    if (parse_try(p, "[")) {
        var->array = true;
        var->count = atoi(parse_text(p));
        parse_take(p);
        parse_want(p, "]");
    }
    int *bytes = p->type == NONE ? &m->shared_bytes : &m->types[p->type].bytes;
    var->at = *bytes;
    if (channel) // "= [0] of { bit }" takes no room
        while (!parse_try(p, "}"))
            parse_take(p);
    else
        *bytes += var->count;
    if (parse_try(p, "=")) {
        var->initial = named_number(p);
        parse_take(p);
    }
}

// byte a, b[2] = 1;   mtype = { … };   mtype c;   chan d = [0] of { bit };
bool parse_declaration(struct parser *p) {
    struct model *m = p->model;
    bool bit = parse_is(p, "bool") || parse_is(p, "bit");
    bool channel = parse_is(p, "chan"), mtype = parse_is(p, "mtype");
    if (!bit && !channel && !mtype && !parse_is(p, "byte"))
        return false;
    parse_take(p);
    if (mtype && parse_try(p, "=")) {
        parse_want(p, "{");
        while (!parse_try(p, "}")) {
            if (m->nmtypes == 15)
                parse_fail(p, "too many mtypes");
            snprintf(m->mtypes[++m->nmtypes], MAX_NAME, "%s", parse_text(p));
            parse_take(p);
            parse_try(p, ",");
        }
        return true;
    }
    do
        add_variable(p, bit, channel, mtype);
    while (parse_try(p, ","));
    parse_try(p, ";");
    return true;
}

// inline NAME(PARAMETER) { … }: remembered, and read where it is called.
void parse_inline(struct parser *p) {
    if (p->nmacros == MAX_MACROS)
        parse_fail(p, "too many inlines");
    struct macro *macro = &p->macros[p->nmacros++];
    snprintf(macro->name, sizeof macro->name, "%s", parse_text(p));
    parse_take(p);
    parse_want(p, "(");
    if (!parse_is(p, ")")) {
        snprintf(macro->parameter, sizeof macro->parameter, "%s",
                 parse_text(p));
        parse_take(p);
    }
    parse_want(p, ")");
    parse_want(p, "{");
    macro->body = p->at;
    for (int depth = 1; depth > 0; parse_take(p)) {
        depth += parse_is(p, "{") - parse_is(p, "}");
        if (parse_is(p, ""))
            parse_fail(p, "an inline without an end");
    }
}
