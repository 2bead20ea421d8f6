// SPDX-License-Identifier: MIT
// The reports: what the grader found, told to students, instructors and other
// programs. Everything is made from OUT/students/*/result.json and run.json;
// the same input gives the same bytes.
//
// Interface: texts are cleaned once, when they are read (text.c): after
// that they are legal in UTF-8, XML and JSON alike, and what prints them only
// has to escape.
//
// Runs in: reports, after the grader. It never sees a student's file.
#ifndef EXERCISES_RENDER_H
#define EXERCISES_RENDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// Text. text.c -----------------------------------------------------

void *must(void *memory); // ends the program where there is none
char *read_file(const char *path, size_t *size); // NULL and errno
json_t *read_json(const char *path, char *why, size_t why_size); // cleaned
char *text_printf(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
char *text_one_line(const char *text); // newlines and tabs made visible
// At most `units` UTF-16 units of it, whole characters, and `more` if cut.
char *text_cut(const char *text, size_t units, const char *more);

// Fields of JSON objects that may lack them.
const char *field(const json_t *object, const char *name); // "" if not there
int number(const json_t *object, const char *name);        // 0 if not there

// Files that are written whole or not at all. out.c -----------------

struct out {
    FILE *f;
    char *path, *unfinished;
};

struct out out_open(const char *folder, const char *name);
void out_close(struct out *out);
void out_json(const char *folder, const char *name, json_t *json); // frees it

// Prints a template: %s is escaped for HTML and XML, %d is a number.
void html(FILE *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void html_url(FILE *f, const char *name); // a name as part of an address

// What a program printed is shown up to here, in every report.
#define OUTPUT_SHOWN 4000

// One student. ----------------------------------------------------------------

struct student {
    char *folder;   // OUT/students/ID
    const char *id; // the last part of it
    char *name;     // one line
    json_t *result; // cleaned result.json
    json_t *run;    // cleaned run.json, or an empty object
};

// What became of an exercise. `word` is the grader's; the rest is for people.
struct outcome {
    const char *word, *says;
    bool judged; // its checks were run
};

struct outcome outcome_of(const json_t *exercise);
int score_of(const json_t *exercise);
int max_of(const json_t *exercise);
json_t *checks_of(const json_t *exercise); // an array, or NULL
bool has_passed(const json_t *check);
bool has_failed(const json_t *check); // false, too, where it was not run
// What repeats a check; "" where its readers do not have it.
char *command_for(const json_t *exercise, const json_t *check);
char *told(const json_t *check, const json_t *exercise); // as plain text

void write_page(const struct student *student);        // feedback.html
void write_gradescope(const struct student *student);  // gradescope/
void write_exercism(const struct student *student);    // exercism/NN-name/
void write_classroom50(const struct student *student); // classroom50/
void write_junit(const struct student *student);       // junit.xml

// The class. ------------------------------------------------------------------

// What several students were told, numbers in it made equal.
struct seen {
    char *key, *expected, *actual, *help;
    int count;
};

struct check_sum { // of those who have points in the exercise
    int exercise;
    char *name, *description;
    int max, judged, failed;
    struct seen *seen;
    int seen_count;
    int *who; // who failed it: places in class.rows
};

struct exercise_sum {
    int number; // first: sorted by it
    char *name;
    int max;
};

// How checks ended that did not come to their end.
enum ending { STOPPED, HANGS, CRASHES, ENDINGS };

struct cell { // one student's exercise
    int exercise, score, max;
    char *word, *says, *message;
    bool judged;
    int ended[ENDINGS]; // how many checks ended so
};

struct row {
    char *id, *name, *status;
    int score, max;
    struct cell *cells;
    int cell_count;
    json_t *notes;
};

struct class {
    struct row *rows;
    int row_count;
    struct check_sum *checks;
    int check_count;
    struct exercise_sum *exercises;
    int exercise_count;
    json_t *isolation; // level: how many exercises were judged so
    json_t *run;
};

void class_add(struct class *class, const struct student *student);
void class_sort(struct class *class); // exercises by number
const struct cell *class_cell(const struct row *row, int exercise);
int class_median(const struct class *class); // of the scores
// The checks, those that most failed first; free() the list.
struct check_sum **class_topics(const struct class *class);
// What was seen `nth` most often, from 0; NULL if there is no such.
const struct seen *check_seen(const struct check_sum *check, int nth);
const char *class_exercise(const struct class *class, int number); // its name

void write_index(struct class *class, const char *out); // index.html
void put_attention(FILE *f, const struct class *class); // who needs one

// Pictures, straight into a page. picture.c ----------------------------

void picture_marks(FILE *page, const struct class *class);
void picture_exercises(FILE *page, const struct class *class);
void picture_times(FILE *page, const struct class *class);

// The frame of a page. page.c ------------------------------------------

void page_begin(FILE *f, const char *title);
void page_end(FILE *f);
void put_bar(FILE *f, int score, int max);
void put_student(FILE *f, const struct row *row); // a link

#endif
