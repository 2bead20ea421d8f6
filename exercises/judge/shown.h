// SPDX-License-Identifier: MIT
// Which characters may be shown to people: the one decoder and the one table.
//
// Runs in: judge; grader and reports.
#ifndef EXERCISES_SHOWN_H
#define EXERCISES_SHOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How many of these bytes are the first character of UTF-8, and which; 0 where
// they are none.
size_t shown_decode(const char *bytes, size_t length, uint32_t *character);

// False for what a terminal or a browser would obey, or nobody can see: control
// characters, marks that turn the direction of letters, separators of lines,
// what is no character. A newline and a tab are control characters, too.
bool shown_is(uint32_t character);

#endif
