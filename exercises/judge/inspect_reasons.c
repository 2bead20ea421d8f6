// SPDX-License-Identifier: MIT
// The reasons to refuse an object, and the lists of names that decide it.
//
// Runs in: inspect.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "inspect.h"

#define MOST_REASONS 12

char *required, *imports;
static int reasons;

void refuse(const char *format, ...) {
    if (reasons++ >= MOST_REASONS)
        return;
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

int end_reasons(void) {
    if (reasons > MOST_REASONS)
        printf("There are %d more reasons.\n", reasons - MOST_REASONS);
    return reasons;
}

bool is_in(const char *list, const char *name) {
    size_t length = strlen(name);
    if (length == 0 || strchr(name, '\n'))
        return false;
    for (const char *at = list; (at = strstr(at, name)); at += length)
        if (at[-1] == '\n' && (at[length] == '\n' || at[length] == 0))
            return true;
    return false;
}

bool begins(const char *name, const char *with) {
    return strncmp(name, with, strlen(with)) == 0;
}
