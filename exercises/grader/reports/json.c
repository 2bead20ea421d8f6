// SPDX-License-Identifier: MIT
// A student's result for other programs: Gradescope's results.json, the
// results.json of an Exercism test runner (version 3), and Classroom 50's
// result/v1. Each file has the name that its reader looks for.
//
// Runs in: reports.
#include <stdlib.h>
#include <string.h>

#include "reports.h"

static void add(json_t *array, json_t *item) {
    if (json_array_append_new(array, must(item)) < 0)
        must(NULL);
}

static void set(json_t *object, const char *name, json_t *value) {
    if (json_object_set_new(object, name, must(value)) < 0)
        must(NULL);
}

static void set_text(json_t *object, const char *name, char *text) {
    set(object, name, json_string(text));
    free(text);
}

static char *test_name(const json_t *exercise, const json_t *check) {
    return text_printf("%s: %s, %s", field(exercise, "name"),
                       field(check, "name"), field(check, "description"));
}

// Exercism allows 65,535 bytes, whatever the characters.
#define MESSAGE_SHOWN (65535 / 3)

// Gradescope. -----------------------------------------------------------------

static json_t *gradescope_test(const json_t *exercise, const json_t *check,
                               size_t place) {
    json_t *test = must(json_object());
    set(test, "score", json_integer(number(check, "points")));
    set(test, "max_score", json_integer(number(check, "max")));
    set(test, "status", json_string(has_passed(check) ? "passed" : "failed"));
    set_text(test, "name", test_name(exercise, check));
    set_text(
        test, "number",
        text_printf("%d.%d", number(exercise, "exercise"), (int)place + 1));
    char *text = told(check, exercise);
    char *printed = text_cut(field(check, "output"), OUTPUT_SHOWN, "\n(cut)");
    set_text(test, "output",
             text_printf("%s%s%s", text,
                         *printed ? "your program printed:\n" : "", printed));
    free(printed);
    free(text);
    set(test, "output_format", json_string("text"));
    set(test, "visibility", json_string("visible"));
    return test;
}

static void add_text(char **text, char *more) {
    char *longer = text_printf("%s\n%s", *text, more);
    free(*text);
    free(more);
    *text = longer;
}

// What concerns the whole submission: notes, and exercises that did not run.
static char *overall(const struct student *student) {
    const json_t *result = student->result;
    size_t i;
    json_t *note, *exercise;
    char *text =
        text_printf("%d of %d points. Isolation: %s.", number(result, "score"),
                    number(result, "max"), field(result, "isolation"));
    json_array_foreach(json_object_get(result, "notes"), i, note)
        add_text(&text, text_printf("%s", json_string_value(note)));
    json_array_foreach(json_object_get(result, "exercises"), i,
                       exercise) if (!outcome_of(exercise).judged)
        add_text(&text, text_printf("%s: %s. %s", field(exercise, "name"),
                                    outcome_of(exercise).says,
                                    field(exercise, "message")));
    char *shown = text_cut(text, MESSAGE_SHOWN, "\n(cut)");
    free(text);
    return shown;
}

void write_gradescope(const struct student *student) {
    json_t *top = must(json_object()), *tests = must(json_array());
    json_t *exercise, *check;
    size_t i, k;
    set(top, "score", json_integer(number(student->result, "score")));
    set_text(top, "output", overall(student));
    set(top, "output_format", json_string("text"));
    set(top, "test_output_format", json_string("text"));
    set(top, "test_name_format", json_string("text"));
    set(top, "visibility", json_string("visible"));
    set(top, "stdout_visibility", json_string("hidden"));
    json_array_foreach(json_object_get(student->result, "exercises"), i,
                       exercise) {
        json_array_foreach(checks_of(exercise), k, check)
            add(tests, gradescope_test(exercise, check, k));
    }
    set(top, "tests", tests);
    out_json(student->folder, "gradescope/results.json", top);
}

// Exercism. -------------------------------------------------------------------

#define EXERCISM_OUTPUT 500 // characters

static void set_cut(json_t *object, const char *name, const char *text,
                    size_t units, const char *more) {
    if (*text)
        set_text(object, name, text_cut(text, units, more));
    else
        set(object, name, json_null());
}

static json_t *exercism_test(const json_t *exercise, const json_t *check,
                             size_t place) {
    json_t *test = must(json_object());
    char *text = told(check, exercise);
    set_text(test, "name",
             text_printf("%s: %s", field(check, "name"),
                         field(check, "description")));
    set(test, "status",
        json_string(has_passed(check)   ? "pass"
                    : has_failed(check) ? "fail"
                                        : "error"));
    set_cut(test, "message", text, MESSAGE_SHOWN, "\n(cut)");
    set_cut(test, "output", field(check, "output"), EXERCISM_OUTPUT,
            "\nOutput was truncated. Please limit to 500 chars");
    set(test, "test_code", json_string(field(check, "called")));
    set(test, "task_id", json_integer((json_int_t)place + 1));
    free(text);
    return test;
}

static void write_exercism_exercise(const struct student *student,
                                    const json_t *exercise) {
    json_t *top = must(json_object()), *tests = must(json_array()), *check;
    size_t i, passed = 0, count = json_array_size(checks_of(exercise));
    bool judged = outcome_of(exercise).judged && count > 0;
    json_array_foreach(checks_of(exercise), i, check) {
        add(tests, exercism_test(exercise, check, i));
        passed += has_passed(check);
    }
    set(top, "version", json_integer(3));
    set(top, "status",
        json_string(!judged           ? "error"
                    : passed == count ? "pass"
                                      : "fail"));
    char *why = text_printf("%s. %s", outcome_of(exercise).says,
                            field(exercise, "message"));
    set_cut(top, "message", judged ? "" : why, MESSAGE_SHOWN, "\n(cut)");
    set(top, "tests", tests);
    char *name =
        text_printf("exercism/%s/results.json", field(exercise, "name"));
    out_json(student->folder, name, top);
    free(name);
    free(why);
}

void write_exercism(const struct student *student) {
    size_t i;
    json_t *exercise;
    json_array_foreach(json_object_get(student->result, "exercises"), i,
                       exercise) write_exercism_exercise(student, exercise);
}

// Classroom 50. ---------------------------------------------------------------

// What its runner says in the environment; elsewhere a name that is legal.
static void set_env(json_t *object, const char *name, const char *variable,
                    const char *otherwise) {
    const char *value = getenv(variable);
    char *text = text_one_line(value && *value ? value : otherwise);
    set_text(object, name, text);
}

static json_t *classroom50_test(const json_t *exercise, const json_t *check) {
    json_t *test = must(json_object());
    set_text(test, "test-name", test_name(exercise, check));
    set(test, "passed", json_boolean(has_passed(check)));
    set(test, "score", json_integer(number(check, "points")));
    set(test, "max-score", json_integer(number(check, "max")));
    return test;
}

void write_classroom50(const struct student *student) {
    json_t *top = must(json_object()), *tests = must(json_array());
    json_t *exercise, *check;
    size_t i, k;
    int score = 0, max = 0;
    const char *date = field(student->run, "started");
    json_array_foreach(json_object_get(student->result, "exercises"), i,
                       exercise) {
        score += score_of(exercise);
        max += max_of(exercise);
        json_array_foreach(checks_of(exercise), k, check)
            add(tests, classroom50_test(exercise, check));
    }
    set(top, "schema", json_string("classroom50/result/v1"));
    set_env(top, "classroom", "CLASSROOM", "poolschool");
    set_env(top, "assignment", "ASSIGNMENT", "exercises");
    set_env(top, "assignment_type", "ASSIGNMENT_TYPE", "individual");
    set_env(top, "owner", "OWNER", *student->name ? student->name : "nobody");
    set_env(top, "submission", "SUBMISSION_TAG", "submit/local");
    set_env(top, "commit", "COMMIT_URL", "local");
    set_env(top, "release", "RELEASE_URL", "local");
    const char *review = getenv("REVIEW_URL"), *commit = getenv("COMMIT_URL");
    set_env(top, "review", "REVIEW_URL",
            !review && commit && *commit ? commit : "local");
    set(top, "datetime", json_string(*date ? date : "1970-01-01T00:00:00Z"));
    set(top, "score", json_integer(score));
    set(top, "max-score", json_integer(max));
    set(top, "tests", tests);
    out_json(student->folder, "classroom50/result.json", top);
}
