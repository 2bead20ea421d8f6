// SPDX-License-Identifier: MIT
// What the files of this folder know of each other; lessons do not need it.
// Runs in: client.
#ifndef COMMON_H
#define COMMON_H

#include <stddef.h>
#include <stdint.h>

// A knob's value, NULL where it is unset or empty (lesson.c).
const char *lesson_setting(const char *name);

// The number given to lesson_begin() (lesson.c).
int lesson_number(void);

// One sentence on stderr, exit status 2 (lesson.c).
void lesson_refuse(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

// CRC-32, going on from `crc`; 0 to begin with (input.c).
uint32_t lesson_crc(uint32_t crc, const void *bytes, size_t size);

// Begins a new paragraph, with an empty line where claims came before
// (lesson.c).
void lesson_paragraph(void);

// Refuses a TRACE= that cannot be written, before anything runs (timeline.c).
void lesson_check_trace(void);

#endif
