// SPDX-License-Identifier: MIT
// Reading and writing whole files, so that they are whole or not there.
//
// Runs in: client and workers.
#ifndef GRADE_FILES_H
#define GRADE_FILES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "child.h" // struct text

// All return 0, or -1 with errno.

// Written beside it, then renamed. What is to be kept outlives the machine's
// going down, too, and is as private as the user's umask has it; what is
// scratch saves that time, and may be read by the sandbox's user.
enum file_care { FILE_SCRATCH, FILE_KEPT };
int file_write(const char *path, const void *bytes, size_t length, mode_t mode,
               enum file_care care);
int file_write_json(const char *path, const json_t *json, enum file_care care);
// EFBIG for more than `most`, EINVAL for what is no ordinary file.
int file_read(int folder, const char *path, size_t most, struct text *text);
json_t *file_read_json(const char *path); // NULL: not there or no JSON
// Also where it is there already.
int file_make_folder(const char *path, enum file_care care);
int file_remove_all(const char *path); // a file, or a folder with its all

// The path in a buffer that is used again soon: eight at a time.
const char *file_path(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
