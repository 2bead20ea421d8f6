// SPDX-License-Identifier: MIT
// What is needed to grade: tried out, described, and copied to
// OUT/work/staging, readable for all. So a build that goes on meanwhile changes
// nothing, and what the sandbox shows is these copies only.
//
// Runs in: client.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "grade.h"

void command_add(struct command *command, const char *word) {
    if (command->words < 63)
        command->word[command->words++] = word;
}

void command_read(struct command *command, const char *file, const char *as) {
    command_add(command, "--read");
    command_add(command, file);
    command_add(command, as);
}

// Users that no one else has, apart for graders that run at the same time.
uid_t slot_uid(int slot) {
    static pid_t first;
    if (!first)
        first = getpid();
    return 60000 + (uid_t)(first % 16) * MOST_JOBS + (uid_t)slot % MOST_JOBS;
}

void command_sandbox(struct command *command, int slot) {
    snprintf(command->uid, sizeof command->uid, "%u", (unsigned)slot_uid(slot));
    command_add(command, file_path("%s/staging/sandbox", grader.work));
    command_add(command, "--uid");
    command_add(command, command->uid);
    if (grader.set.unsafe) {
        command_add(command, "--unsafe");
        return;
    }
    command_add(command, "--bwrap");
    command_add(command, grader.set.bwrap);
    const char *hide[] = {grader.here, grader.set.submissions, grader.set.out,
                          grader.set.checks};
    for (size_t i = 0; i < sizeof hide / sizeof *hide; i++)
        if (hide[i] && *hide[i]) {
            command_add(command, "--hide");
            command_add(command, hide[i]);
        }
}

int slot_make(const char *path, int slot) {
    if (file_remove_all(path) < 0 || file_make_folder(path, FILE_SCRATCH) < 0)
        return -1;
    // Without a sandbox the slot's user writes there himself.
    bool other = grader.set.unsafe && getuid() == 0;
    return other ? chown(path, slot_uid(slot), (gid_t)-1) : 0;
}

// Copies a file, and goes on with the hash over its content.
static uint64_t copy(const char *from, const char *to, mode_t mode,
                     uint64_t hash) {
    struct text text;
    char real[PATH_MAX];
    if (!realpath(from, real) || file_read(AT_FDCWD, real, 64 * MIB, &text) < 0)
        grade_die("%s cannot be read: %s. `make exercises` builds what is "
                  "needed.",
                  from, strerror(errno));
    if (file_write(to, text.bytes, text.length, mode, FILE_SCRATCH) < 0)
        grade_die("%s cannot be written: %s", to, strerror(errno));
    hash = name_hash(hash, text.bytes, text.length);
    text_free(&text);
    return hash;
}

// Its judge says which checks there are. Nothing of a student's runs for that.
static void describe(struct exercise_info *it, const char *judge) {
    const char *argv[] = {judge, "--error", "x", "--seed", "0", NULL};
    struct spawn run = {.argv = (char *const *)argv,
                        .input = -1,
                        .most_out = LIMIT_RESULT,
                        .most_err = LIMIT_MESSAGES,
                        .wall_s = LIMIT_SANDBOX_WALL_S};
    if (spawn(&run) != SPAWN_EXITED || run.status != 0)
        grade_die("%s does not describe its exercise: %s", judge,
                  run.err.bytes ? run.err.bytes : "it says nothing");
    json_error_t error;
    it->nothing = json_loads(run.out.bytes, 0, &error);
    const char *name, *file;
    json_t *checks;
    if (!it->nothing ||
        json_unpack(it->nothing, "{s:s, s:s, s:i, s:o}", "name", &name, "file",
                    &file, "max", &it->max, "checks", &checks) < 0 ||
        !(it->file = strdup(file)))
        grade_die("%s does not describe its exercise", judge);
    it->checks = (int)json_array_size(checks);
    text_free(&run.out);
    text_free(&run.err);
}

static void copy_header(struct exercise_info *it, const char *staging) {
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "exercises/%s", it->name);
    DIR *dir = opendir(folder);
    if (!dir)
        grade_die("%s cannot be read: %s", folder, strerror(errno));
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t length = strlen(entry->d_name);
        if (length > 2 && strcmp(entry->d_name + length - 2, ".h") == 0)
            it->hash = copy(file_path("%s/%s", folder, entry->d_name),
                            file_path("%s/headers/%s", staging, entry->d_name),
                            0644, it->hash);
    }
    closedir(dir);
}

static void add_exercise(const char *name, int number, uint64_t common) {
    struct exercise_info *it = &grader.exercise[grader.exercises];
    char *built = strdup(file_path("%s/exercises/%s", grader.set.build, name));
    char *staging = strdup(file_path("%s/staging/%s", grader.work, name));
    *it = (struct exercise_info){
        .number = number, .name = strdup(name), .staging = staging};
    if (file_make_folder(staging, FILE_SCRATCH) < 0 ||
        file_make_folder(file_path("%s/headers", staging), FILE_SCRATCH) < 0)
        grade_die("%s cannot be made: %s", staging, strerror(errno));
    it->hash = copy(file_path("%s/judge", built),
                    file_path("%s/judge", staging), 0755, common);
    it->hash = copy(file_path("%s/driver.o", built),
                    file_path("%s/driver.o", staging), 0644, it->hash);
    it->hash = copy(file_path("%s/required.txt", built),
                    file_path("%s/required.txt", staging), 0644, it->hash);
    const char *scenarios = file_path("%s/schedule.o", built);
    it->scheduled = access(scenarios, F_OK) == 0;
    if (it->scheduled)
        it->hash = copy(scenarios, file_path("%s/schedule.o", staging), 0644,
                        it->hash);
    copy_header(it, staging);
    describe(it, file_path("%s/judge", staging));
    free(built);
    it->hash = name_hash(it->hash, &it->number, sizeof it->number);
    grader.wanted[grader.exercises++] = it->file;
}

static void add_exercises(uint64_t common) {
    struct dirent **entry;
    int count = scandir("exercises", &entry, NULL, alphasort);
    if (count < 0)
        grade_die("The folder exercises cannot be read: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        int number = 0, end = 0;
        if (sscanf(entry[i]->d_name, "%2d-%n", &number, &end) == 1 && end &&
            number > 0 && number < MOST_EXERCISES &&
            grader.set.exercises[number]) {
            add_exercise(entry[i]->d_name, number, common);
            grader.set.exercises[number] = 0; // done
        }
        free(entry[i]);
    }
    free(entry);
}

_Noreturn static void die_without_sandbox(const char *says) {
    if (grader.set.unsafe)
        grade_die("Nothing can be compiled here, so nothing is graded:\n"
                  "  %.400s\nIs the compiler installed, and may others read "
                  "%s?",
                  says, grader.set.out);
    grade_die("The sandbox cannot be had here, so nothing is graded:\n"
              "  %.400s\nIt needs bubblewrap and, for an ordinary user, user "
              "namespaces; in a container,\nthe right to make them. With "
              "UNSAFE=1 submissions run without a sandbox: do that only\nin a "
              "machine that you can throw away.",
              says);
}

// The sandbox as it will be used: it must compile there.
static void try_sandbox(void) {
    struct command command = {0};
    const char *slot = file_path("%s/slot0", grader.work);
    if (slot_make(slot, 0) < 0)
        grade_die("%s cannot be made: %s", slot, strerror(errno));
    command_sandbox(&command, 0);
    const char *end[] = {
        "--",
        "sh",
        "-c",
        "cd \"$2\" && echo 'int x;' | \"$1\" -x c -c -o x.o - && rm x.o && "
        "\"$1\" --version | head -n 1",
        "sh",
        grader.set.compiler,
        grader.set.unsafe ? slot : "/tmp"};
    for (size_t i = 0; i < sizeof end / sizeof *end; i++)
        command_add(&command, end[i]);
    struct spawn run = {.argv = (char *const *)command.word,
                        .input = -1,
                        .most_out = LIMIT_MESSAGES,
                        .most_err = LIMIT_MESSAGES,
                        .wall_s = LIMIT_SANDBOX_WALL_S};
    if (spawn(&run) != SPAWN_EXITED || run.status != 0 || !run.out.bytes)
        die_without_sandbox(run.err.bytes ? run.err.bytes
                                          : "no reason is given");
    run.out.bytes[strcspn(run.out.bytes, "\n")] = 0;
    grader.compiler_says = run.out.bytes;
    text_free(&run.err);
}

static const char *isolation(void) {
    bool root = getuid() == 0;
    if (grader.set.unsafe)
        return root ? "UNSAFE: no sandbox, only limits and a user per slot"
                    : "UNSAFE: no sandbox, only limits";
    return root ? "bubblewrap: namespaces, no network, read-only, calls "
                  "filtered, a user per slot"
                : "bubblewrap: namespaces, no network, read-only, calls "
                  "filtered, a user namespace";
}

void grade_stage(void) {
    if (file_remove_all(grader.work) < 0 ||
        file_make_folder(grader.work, FILE_SCRATCH) < 0 ||
        file_make_folder(file_path("%s/staging", grader.work), FILE_SCRATCH) <
            0)
        grade_die("%s cannot be made anew: %s", grader.work, strerror(errno));
    static const struct {
        const char *from;
        mode_t mode;
    } part[] = {
        {"grader/grade/grade", 0755},    {"grader/sandbox/sandbox", 0755},
        {"grader/collect/unpack", 0755}, {"judge/inspect", 0755},
        {"judge/driver.o", 0644},        {"judge/caller.o", 0644},
        {"judge/memory.o", 0644},        {"judge/wire.o", 0644},
        {"schedule/runtime.o", 0644}};
    uint64_t common = 0;
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        common =
            copy(file_path("%s/exercises/%s", grader.set.build, part[i].from),
                 file_path("%s/staging/%s", grader.work,
                           strrchr(part[i].from, '/') + 1),
                 part[i].mode, common);
    static const char *const text[] = {
        "judge/imports.txt", "judge/compile.options", "judge/link.options",
        "schedule/wrap.options"};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        common =
            copy(file_path("exercises/%s", text[i]),
                 file_path("%s/staging%s", grader.work, strchr(text[i], '/')),
                 0644, common);
    common =
        copy(file_path("%s/exercises/schedule/imports.txt", grader.set.build),
             file_path("%s/staging/schedule.imports.txt", grader.work), 0644,
             common);
    grader.isolation = isolation();
    try_sandbox();
    bool clang = strstr(grader.compiler_says, "clang") != NULL;
    common = copy(file_path("exercises/schedule/compile.%s.options",
                            clang ? "clang" : "gcc"),
                  file_path("%s/staging/compile.schedule.options", grader.work),
                  0644, common);
    common = name_hash(common, grader.isolation, strlen(grader.isolation));
    common =
        name_hash(common, grader.compiler_says, strlen(grader.compiler_says));
    common = name_hash(common, &grader.set.seed, sizeof grader.set.seed);
    add_exercises(common);
    for (int i = 1; i < MOST_EXERCISES && !grader.set.all; i++)
        if (grader.set.exercises[i])
            grade_die("EXERCISES: there is no exercise %d.", i);
}
