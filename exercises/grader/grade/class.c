// SPDX-License-Identifier: MIT
// From SUBMISSIONS to students: who handed in, and which file counts.
//
// Runs in: client.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"
#include "grade.h"
#include "pool.h"

static void *more(void *array, int count, size_t size) {
    if ((count & (count - 1)) != 0) // room doubles when it is used up
        return array;
    array = realloc(array, (size_t)(count ? 2 * count : 1) * size);
    if (!array)
        grade_die("Out of memory.");
    return array;
}

static int compare_names(const struct name_of *a, const struct name_of *b) {
    int order = strcmp(a->student, b->student);
    return order ? order : strcmp(a->number, b->number);
}

static int by_student(const void *a, const void *b) {
    return compare_names(&((const struct student *)a)->name,
                         &((const struct student *)b)->name);
}

static int by_submission(const void *a, const void *b) {
    return strcmp(((const struct submission *)a)->name,
                  ((const struct submission *)b)->name);
}

static struct student *find_student(const struct name_of *name) {
    struct student key = {.name = *name};
    return bsearch(&key, grader.student, (size_t)grader.students, sizeof key,
                   by_student);
}

// One thing in SUBMISSIONS: whose it is, or why it is passed over.
static void take_entry(const char *name, struct name_of *of) {
    struct stat about;
    const char *path = file_path("%s/%s", grader.set.submissions, name);
    if (lstat(path, &about) < 0)
        grade_note(grader.notes, "%s cannot be read: %s.", name,
                   strerror(errno));
    else if (S_ISLNK(about.st_mode))
        grade_note(grader.notes, "%s is a link and was not followed.", name);
    else if (!S_ISDIR(about.st_mode) && !S_ISREG(about.st_mode))
        grade_note(grader.notes, "%s is no ordinary file and was not read.",
                   name);
    else if (!name_parse(name, S_ISDIR(about.st_mode), grader.wanted, of))
        grade_note(grader.notes, "%s: whose is it? It was passed over.", name);
    else {
        grader.submission = more(grader.submission, grader.submissions,
                                 sizeof *grader.submission);
        grader.submission[grader.submissions++] =
            (struct submission){.name = strdup(name),
                                .folder = S_ISDIR(about.st_mode),
                                .version = of->version};
        grader.student =
            more(grader.student, grader.students, sizeof *grader.student);
        memset(&grader.student[grader.students], 0, sizeof *grader.student);
        grader.student[grader.students++].name = *of;
    }
}

// Sorted, each student once.
static void sort_students(void) {
    qsort(grader.student, (size_t)grader.students, sizeof *grader.student,
          by_student);
    int kept = 0;
    for (int i = 0; i < grader.students; i++)
        if (kept == 0 || compare_names(&grader.student[kept - 1].name,
                                       &grader.student[i].name) != 0)
            grader.student[kept++] = grader.student[i];
    grader.students = kept;
}

static bool id_is_taken(const char *id, int but) {
    for (int i = 0; i < grader.students; i++)
        if (i != but && grader.student[i].id &&
            strcmp(grader.student[i].id, id) == 0)
            return true;
    return false;
}

// What a student is called in the reports: by name, and where two have the same
// name, by the number that the course's system gave them.
static void name_student(int i) {
    struct student *it = &grader.student[i];
    char shown[3 * NAME_SIZE], id[80];
    bool twin = (i > 0 && !strcmp(it->name.student, it[-1].name.student)) ||
                (i + 1 < grader.students &&
                 !strcmp(it->name.student, it[1].name.student));
    name_show(it->name.student, false, shown, sizeof shown);
    if (twin && it->name.number[0])
        snprintf(shown + strlen(shown), sizeof shown - strlen(shown), " (%s)",
                 it->name.number);
    name_safe(twin ? file_path("%s %s", it->name.student, it->name.number)
                   : it->name.student,
              id, sizeof id - 12);
    size_t length = strlen(id);
    for (int n = 2; id_is_taken(id, i); n++)
        snprintf(id + length, sizeof id - length, "-%d", n);
    it->shown = strdup(shown);
    it->id = strdup(id);
    it->notes = json_array();
}

static void add_id(struct student *student) {
    char *longer = strdup(file_path("%s [%s]", student->shown, student->id));
    free(student->shown);
    student->shown = longer;
}

// Different bytes may be shown alike: then the folder's name tells them apart.
static void tell_apart(void) {
    for (int i = 0; i < grader.students; i++)
        for (int j = i + 1; j < grader.students; j++)
            if (!strcmp(grader.student[i].shown, grader.student[j].shown)) {
                add_id(&grader.student[i]);
                add_id(&grader.student[j]);
            }
}

// Names that need no change keep their own, whatever others are called.
static void name_students(void) {
    for (int plain = 1; plain >= 0; plain--)
        for (int i = 0; i < grader.students; i++) {
            char id[80];
            name_safe(grader.student[i].name.student, id, sizeof id);
            if (plain == !strcmp(id, grader.student[i].name.student))
                name_student(i);
        }
    tell_apart();
}

static bool is_in_shard(const struct name_of *name) {
    uint64_t hash = name_hash(0, name->student, strlen(name->student));
    hash = name_hash(hash, name->number, strlen(name->number));
    return (hash >> 7) % (uint64_t)grader.set.shards ==
           (uint64_t)(grader.set.shard - 1);
}

// Which student each submission belongs to. Those of other shards go.
static void match(void) {
    int kept = 0;
    for (int i = 0; i < grader.students; i++)
        if (is_in_shard(&grader.student[i].name))
            grader.student[kept++] = grader.student[i];
    grader.students = kept;
    for (int i = 0; i < grader.submissions; i++) {
        struct submission *it = &grader.submission[i];
        struct name_of of;
        name_parse(it->name, it->folder, grader.wanted, &of);
        struct student *student = find_student(&of);
        it->student = student ? (int)(student - grader.student) : -1;
        if (!student)
            continue;
        if (!student->source) {
            char shown[3 * NAME_SIZE];
            name_show(it->name, false, shown, sizeof shown);
            student->source = strdup(shown);
        }
    }
}

void grade_scan(void) {
    DIR *dir = opendir(grader.set.submissions);
    if (!dir)
        grade_die("SUBMISSIONS=%s cannot be read: %s", grader.set.submissions,
                  strerror(errno));
    struct name_of of;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "__MACOSX") != 0)
            take_entry(entry->d_name, &of);
    closedir(dir);
    if (grader.submissions == 0)
        grade_die("SUBMISSIONS=%s holds no submission: no folder or archive "
                  "of a student, and no file with a student's name in it.",
                  grader.set.submissions);
    if (grader.submissions > LIMIT_STUDENTS)
        grade_die("SUBMISSIONS=%s holds more than %d submissions.",
                  grader.set.submissions, LIMIT_STUDENTS);
    qsort(grader.submission, (size_t)grader.submissions,
          sizeof *grader.submission, by_submission);
    sort_students();
    name_students();
    match();
}

static void take_index(int i, int *order) {
    struct submission *it = &grader.submission[i];
    struct student *student = &grader.student[it->student];
    json_t *index =
        file_read_json(file_path("%s/in/%d/index.json", grader.work, i));
    json_t *files, *notes, *one;
    int read, version, exercise, slip;
    json_int_t mtime;
    const char *path, *label;
    size_t n;
    if (json_unpack(index, "{s:o, s:o, s:b}", "files", &files, "notes", &notes,
                    "read", &read) < 0)
        grade_die("%s/in/%d has been changed meanwhile.", grader.work, i);
    student->read |= read;
    json_array_foreach(notes, n, one) json_array_append(student->notes, one);
    json_array_foreach(files, n, one) {
        json_unpack(one, "{s:i, s:i, s:b, s:I, s:s, s:s}", "exercise",
                    &exercise, "version", &version, "slip", &slip, "mtime",
                    &mtime, "path", &path, "label", &label);
        struct handed_in *file = calloc(1, sizeof *file);
        if (!file)
            grade_die("Out of memory.");
        *file = (struct handed_in){
            .exercise = exercise,
            .version = it->version > version ? it->version : version,
            .order = (*order)++,
            .slip = slip,
            .mtime = mtime,
            .path = strdup(path),
            .label = strdup(label)};
        choose_file(student, file);
    }
    json_decref(index);
}

void grade_collect(void) {
    if (file_make_folder(file_path("%s/in", grader.work), FILE_SCRATCH) < 0)
        grade_die("%s/in cannot be made: %s", grader.work, strerror(errno));
    int *item = calloc((size_t)grader.submissions, sizeof *item), count = 0;
    if (!item)
        grade_die("Out of memory.");
    for (int i = 0; i < grader.submissions; i++)
        if (grader.submission[i].student >= 0)
            item[count++] = i;
    struct pool_options options = {.workers = (size_t)grader.set.jobs};
    struct pool *pool = pool_create(&options);
    struct pool_result *result = NULL;
    if (!pool || pool_map_async(pool, task_collect, item, (size_t)count,
                                sizeof *item, 0, 1, NULL, NULL, &result) < 0)
        grade_die("No pool can be made: %s", strerror(errno));
    grade_wait(pool, result);
    if (pool_result_status(result) < 0)
        grade_die("The submissions cannot be read: %s",
                  pool_result_message(result));
    pool_result_free(result);
    pool_destroy(pool);
    int order = 0;
    for (int i = 0; i < count; i++)
        take_index(item[i], &order);
    for (int i = 0; i < grader.students; i++)
        note_files(&grader.student[i]);
    free(item);
}
