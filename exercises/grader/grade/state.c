// SPDX-License-Identifier: MIT
// What all parts of the grader share: its state, the end with a sentence, and
// notes.
//
// Runs in: client and workers.
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdlib.h>

#include "files.h"
#include "grade.h"

struct grader grader;

void grade_die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    // Only what this run had begun; what is graded stays.
    if (grader.work)
        file_remove_all(grader.work);
    exit(2);
}

void grade_note(json_t *notes, const char *format, ...) {
    char *text, shown[1200];
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        return;
    name_show(text, false, shown, sizeof shown);
    free(text);
    if (json_array_size(notes) < LIMIT_NOTES)
        json_array_append_new(notes, json_string(shown));
    else if (json_array_size(notes) == LIMIT_NOTES)
        json_array_append_new(notes, json_string("And more like that."));
}
