// SPDX-License-Identifier: MIT
// Looks into a student's object file before anybody links it.
//
//   inspect REQUIRED IMPORTS <object
//
// REQUIRED: the functions that the exercise's header requires, a name a line.
// IMPORTS: what may be imported, see imports.txt. An object that lacks the one,
// imports anything else, or would run code by itself, is refused: a sentence for
// each reason, exit status 3. What it defines besides is its own business: all
// but the required functions is made local before it is linked.
//
// The same program decides at home and in class.
//
// Runs in: the grader's sandbox, for the object is the student's word; and at
// home.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "object.h"

#define PROPERTIES ".note.gnu.property"
#define REFUSED 3 // exit status: the student's object is to blame
#define MOST_REASONS 12
#define MOST_ROOM (64L << 20)      // bytes of code and variables, when it runs
#define MOST_ALIGNMENT (64L << 10) // bytes
#define MOST_BYTES (8L << 20)      // of an object
#define MOST_BYTES_LIST (1L << 20) // of a list of names

static char *required, *imports; // the lists: "\nname\nname\n"
static int reasons;
static uint64_t room; // of all sections, when it runs

_Noreturn static void die(const char *what) {
    fprintf(stderr, "inspect: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void refuse(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
static void refuse(const char *format, ...) {
    if (reasons++ >= MOST_REASONS)
        return;
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

// A whole file with a byte before and a NUL behind it.
static char *read_all(int fd, size_t most, size_t *length) {
    char *bytes = malloc(most + 3);
    if (!bytes)
        die("memory");
    bytes[0] = '\n';
    size_t have = 1;
    ssize_t got;
    while (have < most + 2 && (got = read(fd, bytes + have, most + 2 - have)))
        if (got > 0)
            have += (size_t)got;
        else if (errno != EINTR)
            die("read");
    bytes[have] = 0;
    *length = have - 1;
    return bytes;
}

static char *read_list(const char *path) {
    size_t length;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die(path);
    char *list = read_all(fd, MOST_BYTES_LIST, &length);
    close(fd);
    return list;
}

static bool is_in(const char *list, const char *name) {
    size_t length = strlen(name);
    if (length == 0 || strchr(name, '\n'))
        return false;
    for (const char *at = list; (at = strstr(at, name)); at += length)
        if (at[-1] == '\n' && (at[length] == '\n' || at[length] == 0))
            return true;
    return false;
}

static bool begins(const char *name, const char *with) {
    return strncmp(name, with, strlen(with)) == 0;
}

// ".text" itself or ".text.something".
static bool is_part(const char *name, const char *part) {
    return begins(name, part) &&
           (name[strlen(part)] == 0 || name[strlen(part)] == '.');
}

// Sections ------------------------------------------------------------------

static bool is_known(const char *name) {
    static const char *const parts[] = {".text",   ".data",  ".bss",
                                        ".rodata", ".tdata", ".tbss"};
    static const char *const others[] = {
        "",          ".comment",     ".note.GNU-stack", PROPERTIES,
        ".eh_frame", ".symtab",      ".symtab_shndx",   ".strtab",
        ".shstrtab", ".llvm_addrsig"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (is_part(name, parts[i]))
            return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i]) == 0)
            return true;
    // A debugger would run what is in that one.
    return begins(name, ".debug_") && strcmp(name, ".debug_gdb_scripts") != 0;
}

// Of the processor a compiler may note what was used and what may be switched
// on. What is needed, the loader would refuse the whole program for.
static bool is_plain_property(uint32_t kind) {
    return kind == GNU_PROPERTY_X86_FEATURE_1_AND ||
           kind == GNU_PROPERTY_AARCH64_FEATURE_1_AND ||
           kind >> 16 == 0xc001; // "used", on x86
}

// A note's properties: kind, size, bytes, filled up to eight.
static void look_at_note(const char *bytes, size_t length) {
    for (size_t at = 0; at + 8 <= length;) {
        uint32_t kind, size;
        memcpy(&kind, bytes + at, sizeof kind);
        memcpy(&size, bytes + at + 4, sizeof size);
        if (!is_plain_property(kind) || size > length)
            refuse("It asks for a special processor (property %#x).",
                   (unsigned)kind);
        at += 8 + ((size + 7ul) & ~7ul);
    }
}

static void look_at_properties(const char *bytes, size_t length) {
    size_t at = 0;
    while (bytes && at + sizeof(Elf64_Nhdr) <= length) {
        Elf64_Nhdr note;
        memcpy(&note, bytes + at, sizeof note);
        size_t text = at + sizeof note + ((note.n_namesz + 3ul) & ~3ul);
        if (text > length || note.n_descsz > length - text)
            break;
        look_at_note(bytes + text, note.n_descsz);
        at = text + ((note.n_descsz + 7ul) & ~7ul);
    }
    if (!bytes || at != length)
        refuse("Its notes cannot be read.");
}

// What the compiler makes of ordinary C, and nothing that a linker or a loader
// takes for an order.
static void look_at_section(const char *name, const Elf64_Shdr *section) {
    static const char *const starters[] = {
        ".init",       ".fini",  ".preinit_array", ".init_array",
        ".fini_array", ".ctors", ".dtors"};
    const char *plain = begins(name, ".rela.") ? name + strlen(".rela") : name;
    for (size_t i = 0; i < sizeof starters / sizeof *starters; i++)
        if (is_part(plain, starters[i])) {
            refuse("It has code that runs before or after main() (section "
                   "%.60s): no constructors or destructors.",
                   plain);
            return;
        }
    switch (section->sh_type) {
    case SHT_NULL:
    case SHT_PROGBITS:
    case SHT_NOBITS:
    case SHT_SYMTAB:
    case SHT_SYMTAB_SHNDX:
    case SHT_STRTAB:
    case SHT_RELA:
    case SHT_X86_64_UNWIND:
    case 0x6fff4c03: // clang's .llvm_addrsig
        break;
    case SHT_NOTE:
        if (strcmp(name, PROPERTIES) == 0)
            break;
        // fall through
    default:
        refuse("Section %.60s is of an unusual kind (%#x).", name,
               (unsigned)section->sh_type);
        return;
    }
    bool large = section->sh_size > MOST_ROOM;
    if (section->sh_flags & SHF_ALLOC)
        room += large ? MOST_ROOM + 1 : section->sh_size;
    if (section->sh_addralign > MOST_ALIGNMENT)
        refuse("Section %.60s is aligned to more than %ld KiB.", name,
               MOST_ALIGNMENT >> 10);
    if (!is_known(plain))
        refuse("It has a section of its own, %.60s: no section attributes, "
               "please.",
               name);
    if ((section->sh_flags & SHF_EXECINSTR) && (section->sh_flags & SHF_WRITE))
        refuse("Section %.60s is both code and data.", name);
    if (is_part(plain, ".text") != !!(section->sh_flags & SHF_EXECINSTR) &&
        section->sh_type == SHT_PROGBITS && strcmp(plain, ".note.GNU-stack"))
        refuse("Section %.60s is not what its name says.", name);
}

static void look_at_sections(const struct object *object) {
    for (size_t i = 0; i < object->sections; i++) {
        struct section section;
        if (!object_section(object, i, &section)) {
            refuse("A section of it cannot be read.");
            return;
        }
        look_at_section(section.name, &section.header);
        if (strcmp(section.name, PROPERTIES) == 0)
            look_at_properties(section.content, section.header.sh_size);
    }
    if (room > MOST_ROOM)
        refuse("Its variables and code take more than %ld MiB.",
               MOST_ROOM >> 20);
}

// Symbols -------------------------------------------------------------------

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

static bool may_be_imported(const char *name) {
    static const char *const family[] = {"pthread_", "__aarch64_", "thrd_",
                                         "mtx_",     "cnd_",       "tss_"};
    for (size_t i = 0; i < sizeof family / sizeof *family; i++)
        if (begins(name, family[i]))
            return true;
    return is_in(imports, name) || is_in(required, name) ||
           is_compilers_own(name);
}

// "-name name: why" in the list of imports: the reason to refuse one of them.
static void say_why(const char *name) {
    for (const char *line = imports; (line = strstr(line, "\n-")); line++) {
        const char *why = strchr(line + 2, ':');
        const char *end = strchr(line + 2, '\n');
        if (!why || !end || why > end)
            continue;
        for (const char *at = line + 2; at < why;) {
            size_t length = strcspn(at, " :");
            if (length == strlen(name) && strncmp(at, name, length) == 0) {
                refuse("It uses %.80s, which%.*s.", name, (int)(end - why - 1),
                       why + 1);
                return;
            }
            at += length + 1;
        }
    }
    refuse("It uses %.80s, which is not among the functions that an exercise "
           "may call (exercises/judge/imports.txt has them all).",
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

static void look_at_symbols(const struct object *object) {
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

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: inspect REQUIRED IMPORTS <object\n");
        return 2;
    }
    required = read_list(argv[1]);
    imports = read_list(argv[2]);
    size_t length;
    char *bytes = read_all(STDIN_FILENO, MOST_BYTES, &length);
    // The reader wants the object aligned, and a NUL behind it.
    char *aligned = aligned_alloc(16, (length + 32) & ~(size_t)15);
    if (!aligned)
        die("memory");
    memcpy(aligned, bytes + 1, length);
    aligned[length] = 0;
    struct object object;
    if (length > MOST_BYTES)
        refuse("Compiled, it has more than %ld MiB.", MOST_BYTES >> 20);
    else if (!object_open(&object, aligned, length))
        refuse("It is not an object file of this machine.");
    else {
        look_at_sections(&object);
        look_at_symbols(&object);
    }
    if (reasons > MOST_REASONS)
        printf("There are %d more reasons.\n", reasons - MOST_REASONS);
    free(aligned);
    free(bytes);
    free(required);
    free(imports);
    if (fflush(stdout) != 0)
        die("write");
    return reasons > 0 ? REFUSED : 0;
}
