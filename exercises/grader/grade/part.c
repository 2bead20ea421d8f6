// SPDX-License-Identifier: MIT
// A part is one student's one exercise, finished: OUT/parts/ID/N.json. It is
// there whole or not at all, and carries a key of all that it came from; so a
// run that was interrupted goes on where it was.
//
// Runs in: client and workers.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "grade.h"

const char *const grade_status_name[GRADE_STATUSES] = {
    "graded",  "missing",    "unreadable", "does not compile",
    "refused", "time limit", "not graded"};

const char *part_path(const struct student *student, int exercise) {
    return file_path("%s/parts/%s/%d.json", grader.set.out, student->id,
                     grader.exercise[exercise].number);
}

// The submitted bytes and all that judges them.
static void part_key(const struct student *student, int exercise,
                     char key[20]) {
    struct text text = {0};
    uint64_t hash = grader.exercise[exercise].hash;
    if (file_read(AT_FDCWD, student->file[exercise]->path, LIMIT_SOURCE,
                  &text) == 0)
        hash = name_hash(hash, text.bytes, text.length);
    text_free(&text);
    snprintf(key, 20, "%016llx", (unsigned long long)hash);
}

json_t *part_read(const struct student *student, int exercise) {
    char key[20];
    const char *its;
    json_t *part = file_read_json(part_path(student, exercise));
    part_key(student, exercise, key);
    if (json_unpack(part, "{s:s}", "key", &its) == 0 && strcmp(its, key) == 0)
        return part;
    json_decref(part);
    return NULL;
}

int part_write(const struct student *student, int exercise,
               enum grade_status status, const char *message, json_t *result,
               double seconds) {
    char key[20];
    part_key(student, exercise, key);
    if (!result)
        result = result_of_nothing(exercise, message);
    json_t *part = json_pack("{s:s, s:s, s:s, s:o, s:f}", "key", key, "status",
                             grade_status_name[status], "message", message,
                             "result", result, "seconds", seconds);
    if (!part) {
        errno = ENOMEM;
        return -1;
    }
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s/parts/%s", grader.set.out, student->id);
    int bad = file_make_folder(folder, FILE_KEPT);
    if (!bad)
        bad = file_write_json(part_path(student, exercise), part, FILE_KEPT);
    int why = errno;
    json_decref(part);
    errno = why;
    return bad;
}

json_t *result_of_nothing(int exercise, const char *why) {
    json_t *result = json_deep_copy(grader.exercise[exercise].nothing);
    json_t *check;
    size_t i;
    json_object_set_new(result, "seed",
                        json_integer((json_int_t)grader.set.seed));
    json_array_foreach(json_object_get(result, "checks"), i, check)
        json_object_set_new(json_object_get(check, "cause"), "rationale",
                            json_string(why));
    return result;
}
