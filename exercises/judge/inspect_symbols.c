// SPDX-License-Identifier: MIT
// The symbols of an object: what it imports, what it lacks, and words for that.
//
// Runs in: inspect.
#include <stdio.h>
#include <string.h>

#include "inspect.h"

// What gcc calls in its own library: __popcountdi2, __udivti3, __fixtfdi.
static bool is_compilers_own(const char *name) {
    static const char *const family[] = {
        "popcount", "parity", "clz",    "ctz",   "ffs",   "bswap",   "clrsb",
        "mul",      "div",    "mod",    "udiv",  "umod",  "ashl",    "ashr",
        "lshr",     "neg",    "abs",    "cmp",   "ucmp",  "add",     "sub",
        "float",    "fix",    "extend", "trunc", "powi",  "eq",      "ne",
        "lt",       "le",     "gt",     "ge",    "unord", "udivmod", "divmod"};
    if (!begins(name, "__") || strlen(name) > 14)
        return false;
    if (strspn(name + 2, "abcdefghijklmnopqrstuvwxyz0123456789") !=
        strlen(name + 2))
        return false;
    for (size_t i = 0; i < sizeof family / sizeof *family; i++)
        if (begins(name + 2, family[i]))
            return true;
    return false;
}

// "-name name: why" in the list of imports: why it is refused, to the end of the
// line; or NULL.
static const char *reason(const char *name) {
    for (const char *line = imports; (line = strstr(line, "\n-")); line++) {
        const char *why = strchr(line + 2, ':');
        const char *end = strchr(line + 2, '\n');
        if (!why || !end || why > end)
            continue;
        for (const char *at = line + 2; at < why;) {
            size_t length = strcspn(at, " :");
            if (length == strlen(name) && strncmp(at, name, length) == 0)
                return why + 1;
            at += length + 1;
        }
    }
    return NULL;
}

static bool may_be_imported(const char *name) {
    static const char *const family[] = {"pthread_", "__aarch64_", "thrd_",
                                         "mtx_",     "cnd_",       "tss_"};
    if (reason(name))
        return false;
    for (size_t i = 0; i < sizeof family / sizeof *family; i++)
        if (begins(name, family[i]))
            return true;
    return is_in(imports, name) || is_in(required, name) ||
           is_compilers_own(name);
}

static void say_why(const char *name) {
    const char *why = reason(name);
    if (why)
        refuse("It uses %.80s, which%.*s.", name, (int)strcspn(why, "\n"), why);
    else
        refuse("It uses %.80s, which is not among the functions that an "
               "exercise may call (exercises/judge/imports.txt has them all).",
               name);
}

// A required function: in the code, whole.
static void look_at_definition(const struct object *object, const char *name,
                               const Elf64_Sym *symbol) {
    if (strcmp(name, "main") == 0)
        refuse("It has a main(), which the judge has already: remove main(), "
               "or try it in a file of its own.");
    if (symbol->st_shndx == SHN_COMMON)
        refuse("%.80s: no common variables, please; initialise it.", name);
    if (!is_in(required, name))
        return; // made local
    struct section its;
    if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC ||
        symbol->st_shndx >= SHN_LORESERVE ||
        !object_section(object, symbol->st_shndx, &its) ||
        !(its.header.sh_flags & SHF_EXECINSTR) ||
        symbol->st_value >= its.header.sh_size)
        refuse("%.80s is not a function there.", name);
}

static void look_at_symbol(const struct object *object, const char *name,
                           const Elf64_Sym *symbol) {
    int type = ELF64_ST_TYPE(symbol->st_info);
    int bind = ELF64_ST_BIND(symbol->st_info);
    if (type == STT_GNU_IFUNC || bind == STB_GNU_UNIQUE)
        refuse("%.80s is resolved by code at start-up (ifunc) or unique: "
               "plain functions, please.",
               name);
    else if (bind != STB_LOCAL && strchr(name, '@'))
        refuse("%.80s: no symbol versions, please.", name);
    else if (bind == STB_LOCAL)
        return;
    else if (symbol->st_shndx == SHN_UNDEF) {
        if (!may_be_imported(name))
            say_why(name);
    } else
        look_at_definition(object, name, symbol);
}

// Required functions ---------------------------------------------------------

// The steps from one word to another: a letter more, less, or another.
static size_t distance(const char *a, const char *b) {
    size_t row[64], length = strlen(b);
    if (strlen(a) >= 64 || length >= 63)
        return 64;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t best = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            best = best < row[j] + 1 ? best : row[j] + 1;
            row[j] = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
        }
    }
    return row[length];
}

// How unlike the name it looks for: 0 to 63. Words are added more often than
// changed, so a name within the other counts as near.
static size_t unlike(const char *name, const char *wanted) {
    size_t steps = distance(name, wanted);
    const char *under = strrchr(wanted, '_');
    size_t head = under ? (size_t)(under - wanted) : strlen(wanted);
    bool same_head = strncmp(name, wanted, head) == 0;
    return same_head && steps > 6 ? 6 : steps;
}

static const char *nearest(const struct object *object,
                           const struct section *table, const char *wanted) {
    const char *best = NULL, *name;
    size_t least = strlen(wanted) / 2 + 3;
    Elf64_Sym symbol;
    for (size_t i = 1; object_symbol(object, table, i, &symbol, &name); i++)
        if (name && ELF64_ST_TYPE(symbol.st_info) == STT_FUNC &&
            symbol.st_shndx != SHN_UNDEF && !is_in(required, name) &&
            unlike(name, wanted) < least) {
            least = unlike(name, wanted);
            best = name;
        }
    return best;
}

static bool defines(const struct object *object, const struct section *table,
                    const char *wanted, bool *is_static) {
    const char *name;
    Elf64_Sym symbol;
    for (size_t i = 1; object_symbol(object, table, i, &symbol, &name); i++)
        if (name && symbol.st_shndx != SHN_UNDEF && strcmp(name, wanted) == 0) {
            *is_static = ELF64_ST_BIND(symbol.st_info) == STB_LOCAL;
            return true;
        }
    return false;
}

static void expect_required(const struct object *object,
                            const struct section *table) {
    char name[80];
    for (const char *at = required + 1; *at; at += strcspn(at, "\n") + 1) {
        size_t length = strcspn(at, "\n");
        if (length == 0 || length >= sizeof name)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        bool is_static = false;
        if (defines(object, table, name, &is_static)) {
            if (is_static)
                refuse("%s is static: the judge cannot call it. Remove "
                       "\"static\".",
                       name);
            continue;
        }
        const char *like = nearest(object, table, name);
        if (like)
            refuse("%s is missing; there is a %.60s.", name, like);
        else
            refuse("%s is missing: the header requires it.", name);
    }
}

void look_at_symbols(const struct object *object) {
    int tables = 0;
    for (size_t i = 0; i < object->sections; i++) {
        struct section table;
        if (!object_section(object, i, &table) ||
            table.header.sh_type != SHT_SYMTAB)
            continue;
        Elf64_Sym symbol;
        const char *name;
        if (tables++ || table.header.sh_entsize != sizeof symbol) {
            refuse("Its symbols cannot be read.");
            return;
        }
        for (size_t k = 1; object_symbol(object, &table, k, &symbol, &name);
             k++)
            if (!name)
                refuse("A symbol of it cannot be read.");
            else
                look_at_symbol(object, name, &symbol);
        expect_required(object, &table);
    }
    if (tables == 0)
        refuse("It is empty: it defines nothing.");
}
