// SPDX-License-Identifier: MIT
// What the parts of the inspector share.
//
// Runs in: inspect.
#ifndef EXERCISES_INSPECT_H
#define EXERCISES_INSPECT_H

#include <stdbool.h>

#include "object.h"

extern char *required, *imports; // the lists: "\nname\nname\n"

// inspect_reasons.c. A reason to refuse the object is a sentence; at the end it
// is said how many were too many to print.
void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
int end_reasons(void); // how many there were

bool is_in(const char *list, const char *name);
bool begins(const char *name, const char *with);

void look_at_sections(const struct object *object); // inspect_sections.c
void look_at_symbols(const struct object *object);  // inspect_symbols.c

#endif
