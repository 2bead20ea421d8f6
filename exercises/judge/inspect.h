// SPDX-License-Identifier: MIT
// What the parts of the inspector share.
//
// Runs in: inspect.
#ifndef EXERCISES_INSPECT_H
#define EXERCISES_INSPECT_H

#include <stdbool.h>

#include "object.h"

extern char *required, *imports; // the lists: "\nname\nname\n"

// A reason to refuse the object: a sentence.
void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

bool is_in(const char *list, const char *name);
bool begins(const char *name, const char *with);

void look_at_sections(const struct object *object); // inspect_sections.c
void look_at_symbols(const struct object *object);  // inspect_symbols.c

#endif
