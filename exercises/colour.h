// SPDX-License-Identifier: MIT
// Colours of a terminal: none in a pipe or a file, none where NO_COLOR is set.
#ifndef COLOUR_H
#define COLOUR_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLOUR_GREEN "\033[32m" // it holds, it is done
#define COLOUR_RED "\033[31m"   // it does not
#define COLOUR_BOLD "\033[1m"   // what to look at first
#define COLOUR_DIM "\033[2m"    // what could not be looked at
#define COLOUR_PLAIN "\033[0m"

static inline bool colour_wanted(int fd) {
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fd) && !(none && *none) &&
           !(term && strcmp(term, "dumb") == 0);
}

// The code on standard output where colours are wanted, else nothing.
static inline const char *colour(const char *code) {
    return colour_wanted(STDOUT_FILENO) ? code : "";
}

#endif
