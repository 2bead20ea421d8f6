// SPDX-License-Identifier: MIT
// Reads an ELF object file that may hold anything: every offset and size in it
// is checked before it is followed.
//
// Runs in: inspect.
#ifndef EXERCISES_OBJECT_H
#define EXERCISES_OBJECT_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>

struct object {
    const char *bytes;
    size_t length;
    const Elf64_Shdr *section;
    size_t sections, names; // names: the index of the table of section names
};

struct section {
    const char *name;
    Elf64_Shdr header;
    const char *content; // NULL where it has none, or it leads outside
};

// False: it is no relocatable object of this machine. `bytes` are aligned to 16
// and a NUL stands behind them.
bool object_open(struct object *object, const char *bytes, size_t length);

// False: it cannot be read.
bool object_section(const struct object *object, size_t index,
                    struct section *section);

// The symbol with this index in a section of symbols. False: there is none.
// `name` is NULL where it cannot be read.
bool object_symbol(const struct object *object, const struct section *table,
                   size_t index, Elf64_Sym *symbol, const char **name);

#endif
