// SPDX-License-Identifier: MIT
// Reads an ELF object file, and believes none of it.
//
// Runs in: inspect.
#include "object.h"

#include <string.h>

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
#error "Which ELF machine is this? Add it here."
#endif

static bool is_within(const struct object *object, Elf64_Off at,
                      Elf64_Xword size) {
    return at <= object->length && size <= object->length - at;
}

bool object_open(struct object *object, const char *bytes, size_t length) {
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)bytes;
    *object = (struct object){.bytes = bytes, .length = length};
    if (length < sizeof *header ||
        memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 ||
        header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_type != ET_REL ||
        header->e_machine != MACHINE || header->e_version != EV_CURRENT ||
        header->e_shentsize != sizeof(Elf64_Shdr) ||
        header->e_shoff % _Alignof(Elf64_Shdr) != 0 ||
        !is_within(object, header->e_shoff, sizeof(Elf64_Shdr)))
        return false;
    object->section = (const Elf64_Shdr *)(bytes + header->e_shoff);
    // Many sections: then their number stands in the first of them.
    object->sections =
        header->e_shnum ? header->e_shnum : object->section[0].sh_size;
    object->names = header->e_shstrndx == SHN_XINDEX
                        ? object->section[0].sh_link
                        : header->e_shstrndx;
    return object->sections <= length / sizeof(Elf64_Shdr) &&
           is_within(object, header->e_shoff,
                     object->sections * sizeof(Elf64_Shdr)) &&
           object->names < object->sections;
}

// The string at an offset in a section of strings, or NULL.
static const char *string_at(const struct object *object, size_t index,
                             size_t offset) {
    if (index >= object->sections)
        return NULL;
    const Elf64_Shdr *table = &object->section[index];
    if (table->sh_type != SHT_STRTAB ||
        !is_within(object, table->sh_offset, table->sh_size) ||
        offset >= table->sh_size)
        return NULL;
    const char *text = object->bytes + table->sh_offset + offset;
    return memchr(text, 0, table->sh_size - offset) ? text : NULL;
}

bool object_section(const struct object *object, size_t index,
                    struct section *section) {
    if (index >= object->sections)
        return false;
    section->header = object->section[index];
    section->name = string_at(object, object->names, section->header.sh_name);
    section->content = NULL;
    if (section->header.sh_type != SHT_NOBITS &&
        section->header.sh_type != SHT_NULL) {
        if (!is_within(object, section->header.sh_offset,
                       section->header.sh_size))
            return false;
        section->content = object->bytes + section->header.sh_offset;
    }
    return section->name != NULL;
}

bool object_symbol(const struct object *object, const struct section *table,
                   size_t index, Elf64_Sym *symbol, const char **name) {
    if (!table->content || table->header.sh_entsize != sizeof *symbol ||
        index >= table->header.sh_size / sizeof *symbol)
        return false;
    memcpy(symbol, table->content + index * sizeof *symbol, sizeof *symbol);
    *name = string_at(object, table->header.sh_link, symbol->st_name);
    return true;
}
