// SPDX-License-Identifier: MIT
// The sections of an object: what the compiler makes of ordinary C, and nothing
// that a linker or a loader takes for an order.
//
// Runs in: inspect.
#include <stdint.h>
#include <string.h>

#include "inspect.h"

#define PROPERTIES ".note.gnu.property"
#define MOST_ROOM (64L << 20)      // bytes of code and variables, when it runs
#define MOST_ALIGNMENT (64L << 10) // bytes

static uint64_t room; // of all sections, when it runs

// ".text" itself or ".text.something".
static bool is_part(const char *name, const char *part) {
    return begins(name, part) &&
           (name[strlen(part)] == 0 || name[strlen(part)] == '.');
}

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

void look_at_sections(const struct object *object) {
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
