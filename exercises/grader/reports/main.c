// SPDX-License-Identifier: MIT
// The reports' main(): renders everything in a folder that the grader wrote.
//
//   reports OUT
//
// Reads OUT/run.json and OUT/students/ID/result.json. Writes OUT/index.html,
// and into each student's folder feedback.html, junit.xml, gradescope/,
// exercism/ and classroom50/.
//
// Exit status: 0 done, 1 done but for what it says, 2 not done.
// Runs in: reports.
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports.h"

static int is_name(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool render_student(struct class *class, const char *out,
                           const char *id) {
    char why[200];
    char *path = text_printf("%s/students/%s/result.json", out, id);
    struct student student = {.folder = text_printf("%s/students/%s", out, id),
                              .id = id,
                              .run = class->run,
                              .result = read_json(path, why, sizeof why)};
    if (student.result) {
        const char *name = field(student.result, "student");
        student.name = text_one_line(*name ? name : id);
        write_page(&student);
        write_gradescope(&student);
        write_exercism(&student);
        write_classroom50(&student);
        write_junit(&student);
        class_add(class, &student);
        json_decref(student.result);
        free(student.name);
    } else
        fprintf(stderr, "reports: %s is passed over: %s\n", path, why);
    bool good = student.result != NULL;
    free(student.folder);
    free(path);
    return good;
}

// The run, or an empty one; the reports then lack the times.
static bool read_run(struct class *class, const char *out) {
    char why[200];
    char *path = text_printf("%s/run.json", out);
    class->run = read_json(path, why, sizeof why);
    bool good = class->run != NULL;
    if (!good) {
        fprintf(stderr, "reports: %s: %s; the reports lack the times\n", path,
                why);
        class->run = must(json_object());
    }
    free(path);
    return good;
}

static int render(const char *out) {
    static struct class class;
    struct dirent **entries;
    char *students = text_printf("%s/students", out);
    int count = scandir(students, &entries, is_name, by_bytes);
    if (count < 0)
        fprintf(stderr, "reports: cannot read %s: %s\n", students,
                strerror(errno));
    free(students);
    if (count < 0)
        return 2;
    bool good = read_run(&class, out);
    for (int i = 0; i < count; i++) {
        good &= render_student(&class, out, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    class_sort(&class);
    write_index(&class, out);
    printf("%d students: %s/index.html\n", class.row_count, out);
    return good ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        printf("usage: reports OUT    OUT is what make grade wrote\n");
        return 0;
    }
    if (argc != 2 || argv[1][0] == '-') {
        fprintf(stderr, "usage: reports OUT    OUT is what make grade wrote\n");
        return 2;
    }
    return render(argv[1]);
}
