// SPDX-License-Identifier: MIT
// Which of several files counts as a student's exercise.
//
// Runs in: client.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "grade.h"

// Whether b comes after a: by the version in the name, then by time.
static bool is_later(const struct handed_in *a, const struct handed_in *b) {
    if (a->version != b->version)
        return b->version > a->version;
    if (a->mtime != b->mtime)
        return b->mtime > a->mtime;
    return b->order > a->order;
}

static void forget(struct handed_in *file) {
    free(file->path);
    free(file->label);
    free(file);
}

// Adds to the list of what does not count, which stays short.
static void pass_over(struct student *student, const struct handed_in *it) {
    char **list = &student->others[it->exercise];
    if (student->copies[it->exercise] > 4)
        return;
    char *longer = NULL;
    if (asprintf(&longer, "%s%s%s", *list ? *list : "", *list ? ", " : "",
                 it->label) < 0)
        return;
    free(*list);
    *list = longer;
}

static bool same_content(const struct handed_in *a, const struct handed_in *b) {
    struct text one, other;
    if (file_read(AT_FDCWD, a->path, LIMIT_SOURCE, &one) < 0)
        return false;
    bool same = file_read(AT_FDCWD, b->path, LIMIT_SOURCE, &other) == 0;
    if (same) {
        same = one.length == other.length &&
               memcmp(one.bytes, other.bytes, one.length) == 0;
        text_free(&other);
    }
    text_free(&one);
    return same;
}

// The right name counts before any other; else the later one does.
static bool counts_before(const struct handed_in *a,
                          const struct handed_in *b) {
    return a->slip != b->slip ? !a->slip : is_later(b, a);
}

void choose_file(struct student *student, struct handed_in *it) {
    struct handed_in **its = &student->file[it->exercise];
    struct handed_in *other = *its;
    student->copies[it->exercise]++;
    *its = it;
    if (!other)
        return;
    if (counts_before(other, it)) {
        *its = other;
        other = it;
    }
    // Two names that are not right, and two contents: a person must say which.
    if ((*its)->slip && other->slip && (*its)->version == other->version &&
        !same_content(*its, other))
        (*its)->unclear = true;
    (*its)->unclear = (*its)->slip && ((*its)->unclear || other->unclear);
    pass_over(student, other);
    forget(other);
}

// What a person should know about the files that were taken, and were not.
void note_files(struct student *student) {
    for (int i = 0; i < grader.exercises; i++) {
        struct handed_in *it = student->file[i];
        int more = student->copies[i] - 4;
        char and[40] = "";
        if (!it)
            continue;
        if (more > 0)
            snprintf(and, sizeof and, " and %d more", more);
        if (it->unclear) {
            grade_note(student->notes,
                       "Exercise %d: which file counts? None is called %s, and "
                       "they differ: %s, %s%s. None was taken; rename one.",
                       grader.exercise[i].number, grader.exercise[i].file,
                       it->label, student->others[i], and);
            forget(it);
            student->file[i] = NULL;
            continue;
        }
        if (it->slip)
            grade_note(student->notes, "%s was taken: call it %s next time.",
                       it->label, grader.exercise[i].file);
        if (student->others[i])
            grade_note(student->notes,
                       "Exercise %d was handed in more than once: %s counts, "
                       "the later one, not %s%s.",
                       grader.exercise[i].number, it->label, student->others[i],
                       and);
    }
}
