// SPDX-License-Identifier: MIT
// The settings of a run: taken from the command line, and looked at before
// anything is done. What cannot be gets a sentence.
//
// Runs in: client.
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "grade.h"

_Noreturn static void usage(int status) {
    fprintf(status ? stderr : stdout,
            "make grade SUBMISSIONS=folder OUT=folder\n"
            "  EXERCISES=\"1 3\"   only these\n"
            "  JOBS=n            so many at once; else one per processor\n"
            "  SHARD=i/n         only part i of n of the class\n"
            "  SEED=n            the seed of all random numbers\n"
            "  CHECKS=folder     with private checks, NN-name/extra.c\n"
            "  UNSAFE=1          without a sandbox, if none can be had\n"
            "make grade-merge OUT=folder PARTS=\"folder folder\"\n");
    exit(status);
}

// A whole number of a setting's, within bounds.
static long number(const char *setting, const char *text, long least,
                   long most) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < least || value > most ||
        isspace((unsigned char)*text))
        grade_die("%s=%s: it is a number from %ld to %ld.", setting, text,
                  least, most);
    return value;
}

static void choose_exercises(const char *list) {
    grader.set.all = list[strspn(list, " ,")] == 0;
    memset(grader.set.exercises, grader.set.all, MOST_EXERCISES);
    char *copy = strdup(list), *rest = copy;
    for (char *word; (word = strsep(&rest, " ,"));)
        if (*word)
            grader.set
                .exercises[number("EXERCISES", word, 1, MOST_EXERCISES - 1)] =
                1;
    free(copy);
}

static void choose_shard(const char *text) {
    char rest;
    if (sscanf(text, "%d/%d%c", &grader.set.shard, &grader.set.shards, &rest) !=
            2 ||
        grader.set.shard < 1 || grader.set.shard > grader.set.shards ||
        grader.set.shards > LIMIT_STUDENTS)
        grade_die("SHARD=%s: it is i/n, such as 1/4, with i from 1 to n.",
                  text);
}

// They are in the judges already; here they are only hidden. But a folder that
// is not what it should be must not pass for one without checks.
static void choose_checks(const char *folder) {
    glob_t found;
    if (!*folder)
        return;
    grader.set.checks = realpath(folder, NULL);
    if (!grader.set.checks || glob(file_path("%s/[0-9][0-9]-*/extra.c", folder),
                                   0, NULL, &found) != 0)
        grade_die("CHECKS=%s holds no NN-name/extra.c.", folder);
    globfree(&found);
}

static int processors(void) {
    cpu_set_t set;
    int count =
        sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < MOST_JOBS ? count : MOST_JOBS;
}

static void take_option(const char *name, const char *value) {
    struct settings *set = &grader.set;
    if (!strcmp(name, "--submissions"))
        set->submissions = value;
    else if (!strcmp(name, "--out"))
        set->out = value;
    else if (!strcmp(name, "--merge"))
        set->parts = value;
    else if (!strcmp(name, "--build"))
        set->build = value;
    else if (!strcmp(name, "--compiler"))
        set->compiler = value;
    else if (!strcmp(name, "--sanitize"))
        set->sanitize = value;
    else if (!strcmp(name, "--bwrap"))
        set->bwrap = value;
    else if (!strcmp(name, "--checks"))
        choose_checks(value);
    else if (!strcmp(name, "--exercises"))
        choose_exercises(value);
    else if (!strcmp(name, "--unsafe"))
        set->unsafe = *value && number("UNSAFE", value, 0, 1);
    else if (!strcmp(name, "--jobs") && *value)
        set->jobs = (int)number("JOBS", value, 1, MOST_JOBS);
    else if (!strcmp(name, "--shard") && *value)
        choose_shard(value);
    else if (!strcmp(name, "--seed") && *value) {
        set->seed = (uint64_t)number("SEED", value, 0, LONG_MAX);
        set->seed_given = true;
    } else if (strcmp(name, "--jobs") && strcmp(name, "--shard") &&
               strcmp(name, "--seed"))
        usage(2);
}

void grade_take_settings(int argc, char **argv) {
    grader.set = (struct settings){.build = "build/gcc",
                                   .compiler = "gcc",
                                   .sanitize = "",
                                   .shard = 1,
                                   .shards = 1,
                                   .jobs = processors()};
    choose_exercises("");
    if (argc == 2 && !strcmp(argv[1], "--help"))
        usage(0);
    for (int i = 1; i < argc; i += 2)
        if (i + 1 < argc)
            take_option(argv[i], argv[i + 1]);
        else
            usage(2);
}

// OUT, made if it is not there, absolute.
void grade_find_out(void) {
    static char out[PATH_MAX];
    if (!grader.set.out || !*grader.set.out)
        usage(2);
    if (file_make_folder(grader.set.out, FILE_KEPT) < 0 ||
        !realpath(grader.set.out, out))
        grade_die("OUT=%s cannot be made: %s", grader.set.out, strerror(errno));
    grader.set.out = out;
}

static bool is_below(const char *folder, const char *above) {
    size_t length = strlen(above);
    return strncmp(folder, above, length) == 0 &&
           (folder[length] == '/' || folder[length] == 0);
}

// Both folders, absolute, and neither in the other.
void grade_find_folders(void) {
    struct settings *set = &grader.set;
    static char submissions[PATH_MAX], here[PATH_MAX];
    struct stat about;
    if (!set->submissions || !*set->submissions || !set->out || !*set->out)
        usage(2);
    if (!realpath(set->submissions, submissions) ||
        stat(submissions, &about) < 0)
        grade_die("SUBMISSIONS=%s: %s", set->submissions, strerror(errno));
    if (!S_ISDIR(about.st_mode))
        grade_die("SUBMISSIONS=%s is not a folder.", set->submissions);
    grade_find_out();
    if (is_below(set->out, submissions) || is_below(submissions, set->out)) {
        rmdir(set->out); // if it was made just now
        grade_die("OUT=%s and SUBMISSIONS=%s lie in each other: results would "
                  "be taken for submissions, or the other way round.",
                  set->out, submissions);
    }
    if (!getcwd(here, sizeof here))
        grade_die("The current folder cannot be found: %s", strerror(errno));
    set->submissions = submissions;
    grader.here = here;
}

void grade_find_bwrap(void) {
    static char real[PATH_MAX];
    const char *wanted = grader.set.bwrap ? grader.set.bwrap : "bwrap";
    if (grader.set.unsafe)
        return;
    const char *path = getenv("PATH");
    char *copy = strdup(path && !strchr(wanted, '/') ? path : ""), *rest = copy;
    bool found = strchr(wanted, '/') && realpath(wanted, real);
    for (char *folder; !found && (folder = strsep(&rest, ":"));)
        found = *folder && realpath(file_path("%s/%s", folder, wanted), real) &&
                access(real, X_OK) == 0;
    free(copy);
    if (!found)
        grade_die("Submissions are compiled and run in a sandbox, and "
                  "bubblewrap is not here: apt install bubblewrap. Nothing is "
                  "graded.\nWith UNSAFE=1 they run without a sandbox; do that "
                  "only in a machine that you can throw away.");
    grader.set.bwrap = real;
}
