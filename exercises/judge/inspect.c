// SPDX-License-Identifier: MIT
// Looks into a student's object file before anybody links it.
//
//   inspect ASKED IMPORTS <object
//
// ASKED and IMPORTS are lists, a name a line: what the exercise's header asks
// for, and what may be imported. An object that defines or imports anything
// else, or that would run code by itself, is refused: a sentence for each
// reason, exit status 3. Static functions and data are nobody's business.
//
// The grader refuses for good; make exerciseN says what it would refuse.
//
// Runs in: the grader's sandbox, for the object is the student's word; and at
// home.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
#error "Which ELF machine is this? Add it here."
#endif

#define PROPERTIES ".note.gnu.property"
#define REFUSED 3 // exit status: the student's object is to blame
#define MOST_REASONS 12
#define MOST_ROOM (64L << 20)      // bytes of code and variables, when it runs
#define MOST_ALIGNMENT (64L << 10) // bytes
#define MOST_BYTES (8L << 20)      // of an object
#define MOST_BYTES_LIST (1L << 20) // of a list of names

static char *asked, *imports; // the lists: "\nname\nname\n"
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
static void look_at_properties(Elf_Data *data) {
    GElf_Nhdr note;
    size_t at = 0, next, name, text;
    while (data && (next = gelf_getnote(data, at, &note, &name, &text)) > 0) {
        for (size_t i = 0; i + 8 <= note.n_descsz;) {
            uint32_t kind, size;
            memcpy(&kind, (char *)data->d_buf + text + i, sizeof kind);
            memcpy(&size, (char *)data->d_buf + text + i + 4, sizeof size);
            bool plain = kind == GNU_PROPERTY_X86_FEATURE_1_AND ||
                         kind == GNU_PROPERTY_AARCH64_FEATURE_1_AND ||
                         kind >> 16 == 0xc001; // "used", on x86
            if (!plain || size > note.n_descsz)
                refuse("It asks for a special processor (property %#x).",
                       (unsigned)kind);
            i += 8 + ((size + 7ul) & ~7ul);
        }
        at = next;
    }
    if (!data || at != data->d_size)
        refuse("Its notes cannot be read.");
}

// What the compiler makes of ordinary C, and nothing that a linker or a loader
// takes for an order.
static void look_at_section(const char *name, const GElf_Shdr *section) {
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

static void look_at_sections(Elf *elf) {
    size_t names;
    if (elf_getshdrstrndx(elf, &names) != 0) {
        refuse("Its sections cannot be read.");
        return;
    }
    for (Elf_Scn *it = NULL; (it = elf_nextscn(elf, it));) {
        GElf_Shdr section;
        const char *name = NULL;
        if (gelf_getshdr(it, &section))
            name = elf_strptr(elf, names, section.sh_name);
        if (!name)
            refuse("A section of it cannot be read.");
        else
            look_at_section(name, &section);
        if (name && strcmp(name, PROPERTIES) == 0)
            look_at_properties(elf_getdata(it, NULL));
    }
    if (room > MOST_ROOM)
        refuse("Its variables and code take more than %ld MiB.",
               MOST_ROOM >> 20);
}

// Symbols -------------------------------------------------------------------

static void look_at_import(const char *name) {
    if (!is_in(imports, name) && !begins(name, "pthread_") &&
        !begins(name, "__aarch64_") && !is_in(asked, name))
        refuse("It uses %.80s, which this exercise does not allow.", name);
}

// A function of the header, in the code, whole.
static void look_at_definition(Elf *elf, const char *name,
                               const GElf_Sym *symbol) {
    if (!is_in(asked, name)) {
        refuse("It defines %.80s for the whole program, which the header does "
               "not ask for: make it static.",
               name);
        return;
    }
    GElf_Shdr section;
    Elf_Scn *its = symbol->st_shndx < SHN_LORESERVE
                       ? elf_getscn(elf, symbol->st_shndx)
                       : NULL;
    if (GELF_ST_TYPE(symbol->st_info) != STT_FUNC || !its ||
        !gelf_getshdr(its, &section) || !(section.sh_flags & SHF_EXECINSTR) ||
        symbol->st_value >= section.sh_size)
        refuse("%.80s is not a function there.", name);
}

static void look_at_symbol(Elf *elf, const char *name, const GElf_Sym *symbol) {
    int type = GELF_ST_TYPE(symbol->st_info);
    int bind = GELF_ST_BIND(symbol->st_info);
    if (type == STT_GNU_IFUNC || bind == STB_GNU_UNIQUE)
        refuse("%.80s is resolved by code at start-up (ifunc) or unique: "
               "plain functions, please.",
               name);
    else if (bind != STB_LOCAL && strchr(name, '@'))
        refuse("%.80s: no symbol versions, please.", name);
    else if (bind == STB_LOCAL)
        return;
    else if (symbol->st_shndx == SHN_UNDEF)
        look_at_import(name);
    else
        look_at_definition(elf, name, symbol);
}

static void look_at_symbols(Elf *elf) {
    int tables = 0;
    for (Elf_Scn *it = NULL; (it = elf_nextscn(elf, it));) {
        GElf_Shdr section;
        if (!gelf_getshdr(it, &section) || section.sh_type != SHT_SYMTAB)
            continue;
        Elf_Data *data = elf_getdata(it, NULL);
        GElf_Sym symbol;
        if (tables++ || !data) {
            refuse("Its symbols cannot be read.");
            return;
        }
        for (int i = 1; gelf_getsym(data, i, &symbol); i++) {
            const char *name = elf_strptr(elf, section.sh_link, symbol.st_name);
            if (!name)
                refuse("A symbol of it cannot be read.");
            else
                look_at_symbol(elf, name, &symbol);
        }
    }
    if (tables == 0)
        refuse("It is empty: it defines nothing.");
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: inspect ASKED IMPORTS <object\n");
        return 2;
    }
    asked = read_list(argv[1]);
    imports = read_list(argv[2]);
    size_t length;
    char *bytes = read_all(STDIN_FILENO, MOST_BYTES, &length);
    // The library wants the object aligned.
    char *object = aligned_alloc(16, (length + 31) & ~(size_t)15);
    if (!object)
        die("memory");
    memcpy(object, bytes + 1, length);
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory(object, length);
    GElf_Ehdr header;
    if (length > MOST_BYTES)
        refuse("Compiled, it has more than %ld MiB.", MOST_BYTES >> 20);
    else if (!elf || elf_kind(elf) != ELF_K_ELF ||
             !gelf_getehdr(elf, &header) || header.e_type != ET_REL ||
             header.e_machine != MACHINE || gelf_getclass(elf) != ELFCLASS64)
        refuse("It is not an object file of this machine.");
    else {
        look_at_sections(elf);
        look_at_symbols(elf);
    }
    if (reasons > MOST_REASONS)
        printf("There are %d more reasons.\n", reasons - MOST_REASONS);
    elf_end(elf);
    free(object);
    free(bytes);
    free(asked);
    free(imports);
    if (fflush(stdout) != 0)
        die("write");
    return reasons > 0 ? REFUSED : 0;
}
