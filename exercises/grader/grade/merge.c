// SPDX-License-Identifier: MIT
// One OUT out of several, which graded a shard of the class each. Every shard
// must be there, and all must have graded the same exercises.
//
// Runs in: client.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "files.h"
#include "grade.h"

static struct {
    json_t *run; // the first part's run.json, to become the whole's
    bool *shard; // which were there
    int shards, students;
    struct csv_row *row;
    struct text *result; // each student's, as it was read
} merge;

static const char *text_of(json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void take_shard(const char *part, json_t *run) {
    int i = 0, n = 0;
    sscanf(text_of(run, "shard"), "%d/%d", &i, &n);
    if (!merge.shard) {
        merge.shards = n;
        merge.shard = calloc((size_t)(n > 0 ? n : 0) + 1, sizeof(bool));
    }
    if (!merge.shard || i < 1 || i > n || n != merge.shards)
        grade_die("%s is shard %d of %d, and the first one's class is cut into "
                  "%d.",
                  part, i, n, merge.shards);
    if (merge.shard[i])
        grade_die("%s is shard %d of %d, and that was there already.", part, i,
                  n);
    merge.shard[i] = true;
}

static void add_new(json_t *to, const json_t *from) {
    json_t *one, *other;
    size_t i, j;
    json_array_foreach(from, i, one) {
        bool known = false;
        json_array_foreach(to, j, other) known |= json_equal(one, other);
        if (!known)
            json_array_append(to, one);
    }
}

static void take_run(const char *part, json_t *run) {
    if (!merge.run) {
        merge.run = json_deep_copy(run);
        return;
    }
    static const char *const same[] = {"exercises", "isolation"};
    for (int i = 0; i < 2; i++)
        if (!json_equal(json_object_get(run, same[i]),
                        json_object_get(merge.run, same[i])))
            grade_die("%s: its %s differ from the first one's.", part, same[i]);
    if (!json_equal(json_object_get(run, "seed"),
                    json_object_get(merge.run, "seed")))
        json_object_set_new(merge.run, "seed", json_null());
    add_new(json_object_get(merge.run, "notes"), json_object_get(run, "notes"));
    json_array_extend(json_object_get(merge.run, "tasks"),
                      json_object_get(run, "tasks"));
    json_t *longest = json_object_get(run, "seconds");
    if (json_number_value(longest) >
        json_number_value(json_object_get(merge.run, "seconds")))
        json_object_set(merge.run, "seconds", longest);
}

static void take_student(const char *part, const char *id) {
    struct text text;
    const char *from = file_path("%s/students/%s/result.json", part, id);
    json_t *student = file_read_json(from);
    const char *name = text_of(student, "student");
    if (!*name || file_read(AT_FDCWD, from, 64 * MIB, &text) < 0)
        grade_die("%s cannot be read.", from);
    for (int i = 0; i < merge.students; i++)
        if (strcmp(merge.row[i].id, id) == 0)
            grade_die("%s is in two parts, in %s for the second time.", name,
                      part);
    size_t count = (size_t)merge.students + 1;
    merge.row = realloc(merge.row, count * sizeof *merge.row);
    merge.result = realloc(merge.result, count * sizeof *merge.result);
    if (!merge.row || !merge.result)
        grade_die("Out of memory.");
    merge.result[merge.students] = text;
    merge.row[merge.students++] = (struct csv_row){strdup(name), strdup(id)};
    json_decref(student);
}

static void take_part(const char *part) {
    char real[PATH_MAX];
    if (realpath(part, real) && strcmp(real, grader.set.out) == 0)
        grade_die("OUT=%s is one of the PARTS: take a new folder.",
                  grader.set.out);
    json_t *run = file_read_json(file_path("%s/run.json", part));
    if (strcmp(text_of(run, "format"), "poolschool/run/1") != 0)
        grade_die("%s holds no finished run: there is no run.json.", part);
    take_shard(part, run);
    take_run(part, run);
    json_decref(run);
    struct dirent **entry;
    int count =
        scandir(file_path("%s/students", part), &entry, NULL, alphasort);
    if (count < 0)
        grade_die("%s/students cannot be read: %s", part, strerror(errno));
    for (int i = 0; i < count; i++) {
        if (entry[i]->d_name[0] != '.')
            take_student(part, entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
}

static void write_students(void) {
    const char *students = file_path("%s/students", grader.set.out);
    if (file_remove_all(students) < 0 ||
        file_make_folder(students, FILE_KEPT) < 0)
        grade_die("%s cannot be written: %s", grader.set.out, strerror(errno));
    for (int i = 0; i < merge.students; i++) {
        const char *to =
            file_path("%s/students/%s", grader.set.out, merge.row[i].id);
        const char *file = file_path("%s/result.json", to);
        if (file_make_folder(to, FILE_KEPT) < 0 ||
            file_write(file, merge.result[i].bytes, merge.result[i].length,
                       0644, FILE_KEPT) < 0)
            grade_die("%s cannot be written: %s", file, strerror(errno));
        text_free(&merge.result[i]);
    }
}

static void write_all(void) {
    int exercise[MOST_EXERCISES], exercises = 0;
    json_t *one;
    size_t i;
    json_array_foreach(json_object_get(merge.run, "exercises"), i,
                       one) if (exercises < MOST_EXERCISES)
        exercise[exercises++] =
            (int)json_integer_value(json_object_get(one, "exercise"));
    json_object_set_new(merge.run, "shard", json_string("1/1"));
    json_object_set_new(merge.run, "parts", json_integer(merge.shards));
    json_object_set_new(merge.run, "students", json_integer(merge.students));
    if (csv_write(grader.set.out, exercise, exercises, merge.row,
                  merge.students) < 0 ||
        file_write_json(file_path("%s/run.json", grader.set.out), merge.run,
                        FILE_KEPT) < 0)
        grade_die("%s cannot be written: %s", grader.set.out, strerror(errno));
}

int grade_merge(void) {
    char *list = strdup(grader.set.parts), *rest = list;
    for (char *part; list && (part = strsep(&rest, " \t\n"));)
        if (*part)
            take_part(part);
    if (!merge.run)
        grade_die("PARTS are the shards' OUT folders: PARTS=\"a b c\".");
    for (int i = 1; i <= merge.shards; i++)
        if (!merge.shard[i])
            grade_die("Shard %d of %d is missing in PARTS.", i, merge.shards);
    write_students(); // all has been read
    write_all();
    printf("%d students of %d parts are in %s/grades.csv\n", merge.students,
           merge.shards, grader.set.out);
    free(list);
    return 0;
}
