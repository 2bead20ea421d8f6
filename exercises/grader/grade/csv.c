// SPDX-License-Identifier: MIT
// grades.csv, from the students' result.json files. RFC 4180: lines end with
// CR LF, and a cell that needs it stands in quotes.
//
// Runs in: client.
#define _GNU_SOURCE
#include "csv.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"

// A cell that begins like a formula would be one in a spreadsheet: an
// apostrophe makes it text.
static void put_text(FILE *file, const char *text) {
    bool formula = *text && strchr("=+-@\t\r", *text);
    if (!formula && !strpbrk(text, ",\"\r\n'") && *text != ' ') {
        fputs(text, file);
        return;
    }
    putc('"', file);
    if (formula)
        putc('\'', file);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', file);
        putc(*text, file);
    }
    putc('"', file);
}

static void put_row(FILE *file, json_t *student) {
    json_t *one;
    size_t i;
    put_text(file, json_string_value(json_object_get(student, "student")));
    json_array_foreach(json_object_get(student, "exercises"), i, one) {
        const char *status = json_string_value(json_object_get(one, "status"));
        json_t *score =
            json_object_get(json_object_get(one, "result"), "score");
        if (strcmp(status, "not graded") == 0)
            putc(',', file); // nobody knows
        else
            fprintf(file, ",%d", (int)json_integer_value(score));
    }
    fprintf(file, ",%d,%d,",
            (int)json_integer_value(json_object_get(student, "score")),
            (int)json_integer_value(json_object_get(student, "max")));
    put_text(file, json_string_value(json_object_get(student, "status")));
    fputs("\r\n", file);
}

static int by_name(const void *a, const void *b) {
    const struct csv_row *x = a, *y = b;
    int order = strcmp(x->student, y->student);
    return order ? order : strcmp(x->id, y->id);
}

int csv_write(const char *out, const int *exercise, int exercises,
              struct csv_row *row, int rows) {
    char *bytes = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&bytes, &length);
    if (!file)
        return -1;
    qsort(row, (size_t)rows, sizeof *row, by_name);
    fputs("student", file);
    for (int i = 0; i < exercises; i++)
        fprintf(file, ",exercise%d", exercise[i]);
    fputs(",total,max,status\r\n", file);
    for (int i = 0; i < rows; i++) {
        json_t *student = file_read_json(
            file_path("%s/students/%s/result.json", out, row[i].id));
        if (student) // else it could not be written: that has been said
            put_row(file, student);
        json_decref(student);
    }
    int bad = fclose(file) != 0;
    if (!bad)
        bad = file_write(file_path("%s/grades.csv", out), bytes, length, 0644,
                         FILE_KEPT);
    int why = errno;
    free(bytes);
    errno = why;
    return bad ? -1 : 0;
}
