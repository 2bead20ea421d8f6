// SPDX-License-Identifier: MIT
// The grader: grades a class on the pool library.
//
//   client    main.c           one thing after the other
//             settings.c       what was asked for
//             staging.c        what is needed, copied; can the sandbox be had?
//             class.c          SUBMISSIONS → students; choose.c: which file
//                              counts
//             run.c            a pool task per student and exercise, progress
//             write.c          result.json, grades.csv, run.json
//             merge.c          one OUT out of several
//   workers   task_collect.c   reads one submission
//             task_build.c     compile, inspect, link
//             task_grade.c     … and judge
//   both      part.c           what is finished, on disk
//             state.c          what all share, sentences, notes
//             files.c          files and folders; names in ../collect/names.c
//             child.c          runs and limits another program
//   others    ../sandbox/      around everything that touches a student's bytes:
//                              the compiler, the linker, the driver,
//                              ../collect/unpack.c, ../../judge/inspect.c
//
// What is filled in before a pool is made is seen by its workers as it was.
#ifndef GRADE_H
#define GRADE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "child.h"
#include "grader_limits.h"
#include "names.h"
#include "pool.h"
#include "status.h"

#define MOST_EXERCISES 100 // their folders begin with two digits
#define MOST_JOBS 256

struct settings {
    const char *submissions, *out, *parts, *build, *compiler, *sanitize, *bwrap,
        *checks;
    char exercises[MOST_EXERCISES]; // by number: 1 if it is to be graded
    int jobs, shard, shards;        // shard counts from 1
    uint64_t seed;
    bool all, seed_given, unsafe; // all: no exercise was named
};

// An exercise, as its judge describes it before anything of a student's runs.
struct exercise_info {
    int number, max, checks;
    char *name, *file, *staging; // staging: OUT/work/staging/NN-name
    json_t *nothing;             // the judge's object for what cannot be graded
    bool scheduled;              // it has scenarios for seeded schedules
    uint64_t hash; // of all that decides on a grade, but the student's file
};

// A submitted file. `path` is our copy, `label` what a person knows it by.
struct handed_in {
    int exercise; // index
    int version, order;
    bool slip;    // another name than it should have
    bool unclear; // which of several such
    int64_t mtime;
    char *path, *label;
};

struct student {
    struct name_of name;
    char *shown, *id, *source;
    json_t *notes;
    bool read; // at least a part of it could be
    struct handed_in *file[MOST_EXERCISES];
    int copies[MOST_EXERCISES];   // how often it was handed in
    char *others[MOST_EXERCISES]; // what does not count of it
};

// One thing in SUBMISSIONS.
struct submission {
    char *name;
    bool folder;
    int version, student; // index, or -1: another shard's
};

// All there is. One per process; set up by the client, read by workers.
struct grader {
    struct settings set;
    int exercises;
    struct exercise_info exercise[MOST_EXERCISES];
    char *wanted[MOST_EXERCISES + 1]; // their files' names
    struct submission *submission;
    int submissions;
    struct student *student;
    int students;
    json_t *notes;       // about the class
    char *compiler_says; // its version
    const char *isolation;
    char *here, *work; // the toolkit and OUT/work, absolute
};
extern struct grader grader;

// Ends the program with a sentence; exit status 2.
_Noreturn void grade_die(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void grade_note(json_t *notes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Settings; a sentence and the end where they cannot be.
void grade_take_settings(int argc, char **argv);
void grade_find_folders(void); // SUBMISSIONS and OUT
void grade_find_out(void);     // OUT only
void grade_find_bwrap(void);

void grade_stage(void); // OUT/work/staging; dies where something is missing
void grade_scan(void);  // SUBMISSIONS → grader.submission, .student
// choose.c: takes a file over; what a person should know about all of them.
void choose_file(struct student *student, struct handed_in *file);
void note_files(struct student *student);
void grade_collect(void); // reads them; fills in .file
int grade_all(void);      // exit status

// Waits for a result as a person does, who may press Ctrl-C: then the program
// ends here and says how to go on.
void grade_wait(struct pool *pool, struct pool_result *result);
int grade_merge(void); // set.parts → set.out; exit status
void grade_catch_signals(void);

// How one student's one exercise ended, for run.json.
struct task_end {
    enum grade_status status;
    double seconds;
};

// Writing: 0, or -1 with errno.
int grade_write_student(const struct student *student);
// grades.csv and run.json; `end` as in run.c.
int grade_write_class(const struct task_end *end, double seconds);

// A command line that begins with the sandbox, for the slot of a worker.
struct command {
    const char *word[64];
    int words;
    char uid[16];
};
void command_add(struct command *command, const char *word);
void command_sandbox(struct command *command, int slot);
void command_read(struct command *command, const char *file, const char *as);
uid_t slot_uid(int slot);
int slot_make(const char *path, int slot); // an empty folder for it

// A finished part: OUT/parts/ID/N.json.
const char *part_path(const struct student *student, int exercise);
// NULL where there is none, or one of another file, seed or toolkit.
json_t *part_read(const struct student *student, int exercise);
// `result` NULL: nothing was judged. Takes `result` over. 0, or -1 with errno.
int part_write(const struct student *student, int exercise,
               enum grade_status status, const char *message, json_t *result,
               double seconds);
// The judge's object with no check passed, for this reason.
json_t *result_of_nothing(int exercise, const char *why);

// Tasks of the pool.
struct task_result {
    enum grade_status status;
    int score;
    double seconds;
};
int task_collect(const void *arg, size_t arg_size, void *result,
                 size_t result_size); // int: index of a submission
struct task_item {
    int student, exercise; // indices
};
int task_grade(const void *arg, size_t arg_size, void *result,
               size_t result_size); // struct task_item to struct task_result

#endif
