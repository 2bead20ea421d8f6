// SPDX-License-Identifier: MIT
// Writes what the grader is for: result.json of each student, grades.csv and
// run.json. The first two hold no time, pid or path of this run: the same class
// graded again gives the same bytes. The formats are in README.md.
//
// Runs in: client.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "csv.h"
#include "files.h"
#include "grade.h"

static json_t *describe_exercise(const struct student *student, int e) {
    const struct exercise_info *it = &grader.exercise[e];
    json_t *part = student->file[e] ? part_read(student, e) : NULL;
    const char *status = grade_status_name[GRADE_NOT_GRADED], *message = "";
    json_t *result = NULL;
    if (part && json_unpack(part, "{s:s, s:s, s:o}", "status", &status,
                            "message", &message, "result", &result) == 0) {
        json_incref(result);
    } else if (student->file[e])
        message = "The grader has not finished with it.";
    else {
        status =
            grade_status_name[student->read ? GRADE_MISSING : GRADE_UNREADABLE];
        message = student->read ? "It was not handed in."
                                : "Nothing of the submission can be read.";
    }
    if (!result)
        result = result_of_nothing(e, message);
    json_t *all =
        json_pack("{s:i, s:s, s:s, s:s, s:s, s:o}", "exercise", it->number,
                  "name", it->name, "file", it->file, "status", status,
                  "message", message, "result", result);
    json_decref(part);
    return all;
}

static const char *status_of(const struct student *student,
                             const json_t *exercises) {
    int there = 0;
    bool open = false;
    for (int e = 0; e < grader.exercises; e++) {
        const json_t *one = json_array_get(exercises, (size_t)e);
        there += student->file[e] != NULL;
        open |= strcmp(json_string_value(json_object_get(one, "status")),
                       grade_status_name[GRADE_NOT_GRADED]) == 0;
    }
    return open                       ? "not graded"
           : !student->read           ? "unreadable"
           : there == 0               ? "empty"
           : there < grader.exercises ? "incomplete"
                                      : "graded";
}

static json_t *describe_student(const struct student *student) {
    json_t *exercises = json_array();
    int score = 0, max = 0;
    for (int e = 0; e < grader.exercises; e++) {
        json_t *one = describe_exercise(student, e);
        score += (int)json_integer_value(
            json_object_get(json_object_get(one, "result"), "score"));
        max += grader.exercise[e].max;
        json_array_append_new(exercises, one);
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:O, s:s, s:s, s:i, s:i, s:o}",
                     "format", "poolschool/grade/1", "student", student->shown,
                     "id", student->id, "source", student->source, "notes",
                     student->notes, "status", status_of(student, exercises),
                     "isolation", grader.isolation, "score", score, "max", max,
                     "exercises", exercises);
}

int grade_write_student(const struct student *student) {
    if (file_make_folder(
            file_path("%s/students/%s", grader.set.out, student->id),
            FILE_KEPT) < 0)
        return -1;
    json_t *all = describe_student(student);
    if (!all) {
        errno = ENOMEM;
        return -1;
    }
    int bad = file_write_json(
        file_path("%s/students/%s/result.json", grader.set.out, student->id),
        all, FILE_KEPT);
    int why = errno;
    json_decref(all);
    errno = why;
    return bad;
}

static json_t *describe_limits(void) {
    return json_pack(
        "{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "compile seconds",
        LIMIT_SANDBOX_WALL_S, "processor seconds", LIMIT_SANDBOX_CPU_S,
        "memory MiB of a process", (int)(LIMIT_SANDBOX_MEMORY / MIB),
        "processes", LIMIT_SANDBOX_PROCESSES, "file MiB",
        (int)(LIMIT_SANDBOX_FILE / MIB), "tmp MiB",
        (int)(LIMIT_SANDBOX_TMP / MIB), "source KiB", (int)(LIMIT_SOURCE / KIB),
        "archive MiB unpacked", (int)(LIMIT_UNPACKED / MIB));
}

static json_t *describe_machine(void) {
    struct utsname name;
    char system[300] = "";
    if (uname(&name) == 0)
        snprintf(system, sizeof system, "%.60s %.120s %.60s", name.sysname,
                 name.release, name.machine);
    return json_pack("{s:s, s:i, s:s, s:s}", "system", system, "cpus",
                     (int)sysconf(_SC_NPROCESSORS_ONLN), "compiler",
                     grader.compiler_says, "user",
                     getuid() == 0 ? "root" : "ordinary");
}

static json_t *describe_exercises(void) {
    json_t *all = json_array();
    for (int e = 0; e < grader.exercises; e++)
        json_array_append_new(all, json_pack("{s:i, s:s, s:s, s:i}", "exercise",
                                             grader.exercise[e].number, "name",
                                             grader.exercise[e].name, "file",
                                             grader.exercise[e].file, "max",
                                             grader.exercise[e].max));
    return all;
}

static json_t *describe_tasks(const struct task_end *end) {
    json_t *all = json_array();
    for (int s = 0; s < grader.students; s++)
        for (int e = 0; e < grader.exercises; e++, end++)
            json_array_append_new(
                all,
                json_pack("{s:s, s:i, s:s, s:f}", "id", grader.student[s].id,
                          "exercise", grader.exercise[e].number, "status",
                          grade_status_name[end->status], "seconds",
                          (double)(long)(end->seconds * 1000) / 1000));
    return all;
}

static int write_run(const struct task_end *end, double seconds) {
    char date[40], shard[40];
    time_t now = time(NULL) - (time_t)seconds;
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    snprintf(shard, sizeof shard, "%d/%d", grader.set.shard, grader.set.shards);
    json_t *all = json_pack(
        "{s:s, s:s, s:f, s:I, s:s, s:b, s:i, s:s, s:i, s:o, s:o, s:O, s:o, "
        "s:o}",
        "format", "poolschool/run/1", "started", date, "seconds",
        (double)(long)(seconds * 10) / 10, "seed", (json_int_t)grader.set.seed,
        "isolation", grader.isolation, "sandboxed", !grader.set.unsafe, "jobs",
        grader.set.jobs, "shard", shard, "students", grader.students, "limits",
        describe_limits(), "machine", describe_machine(), "notes", grader.notes,
        "exercises", describe_exercises(), "tasks", describe_tasks(end));
    if (!all) {
        errno = ENOMEM;
        return -1;
    }
    int bad = file_write_json(file_path("%s/run.json", grader.set.out), all,
                              FILE_KEPT);
    int why = errno;
    json_decref(all);
    errno = why;
    return bad;
}

// Results of students who are not in the class any more.
static void remove_others(void) {
    struct dirent **entry;
    int count =
        scandir(file_path("%s/students", grader.set.out), &entry, NULL, NULL);
    for (int i = 0; i < count; i++) {
        bool is_there = entry[i]->d_name[0] == '.';
        for (int s = 0; s < grader.students && !is_there; s++)
            is_there = strcmp(grader.student[s].id, entry[i]->d_name) == 0;
        if (!is_there)
            file_remove_all(
                file_path("%s/students/%s", grader.set.out, entry[i]->d_name));
        free(entry[i]);
    }
    if (count >= 0)
        free(entry);
}

int grade_write_class(const struct task_end *end, double seconds) {
    struct csv_row *row = calloc((size_t)grader.students + 1, sizeof *row);
    if (!row)
        return -1;
    for (int s = 0; s < grader.students; s++)
        row[s] =
            (struct csv_row){grader.student[s].shown, grader.student[s].id};
    int exercise[MOST_EXERCISES];
    for (int e = 0; e < grader.exercises; e++)
        exercise[e] = grader.exercise[e].number;
    int bad = csv_write(grader.set.out, exercise, grader.exercises, row,
                        grader.students);
    int why = errno;
    free(row);
    errno = why;
    if (grader.set.shards == 1)
        remove_others();
    return bad < 0 ? bad : write_run(end, seconds);
}
