// SPDX-License-Identifier: MIT
// A student's result as JUnit XML: a test suite per exercise, a test case per
// check. What was not run is an error, what does not hold a failure.
//
// Runs in: reports.
#include <stdlib.h>

#include "reports.h"

static void counts(const json_t *checks, int *failures, int *errors) {
    size_t i;
    json_t *check;
    json_array_foreach(checks, i, check) {
        *failures += has_failed(check);
        *errors += !has_failed(check) && !has_passed(check);
    }
}

static void put_case(FILE *f, const json_t *exercise, const json_t *check) {
    const json_t *cause = json_object_get(check, "cause");
    const char *tag = has_failed(check) ? "failure" : "error";
    char *text = told(check, exercise);
    html(f, "    <testcase classname=\"%s\" name=\"%s\">\n",
         field(exercise, "name"), field(check, "name"));
    if (!has_passed(check))
        html(f, "      <%s type=\"%s\" message=\"%s\">%s</%s>\n", tag,
             has_failed(check) ? "check" : outcome_of(exercise).word,
             has_failed(check) ? field(cause, "actual")
                               : outcome_of(exercise).says,
             text, tag);
    if (*field(check, "output")) {
        char *output =
            text_cut(field(check, "output"), OUTPUT_SHOWN, "\n(cut)");
        html(f, "      <system-out>%s</system-out>\n", output);
        free(output);
    }
    html(f, "    </testcase>\n");
    free(text);
}

static void put_suite(FILE *f, const json_t *exercise) {
    const json_t *checks = checks_of(exercise);
    int tests = (int)json_array_size(checks), failures = 0, errors = 0;
    json_t *check;
    size_t i;
    counts(checks, &failures, &errors);
    html(f,
         "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" "
         "errors=\"%d\" skipped=\"0\">\n",
         field(exercise, "name"), tests, failures, errors);
    json_array_foreach(checks, i, check) put_case(f, exercise, check);
    if (*field(exercise, "message"))
        html(f, "    <system-err>%s</system-err>\n",
             field(exercise, "message"));
    html(f, "  </testsuite>\n");
}

void write_junit(const struct student *student) {
    struct out out = out_open(student->folder, "junit.xml");
    size_t i;
    json_t *exercise;
    html(out.f,
         "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<testsuites name=\"%s\">\n",
         student->name);
    json_array_foreach(json_object_get(student->result, "exercises"), i,
                       exercise) put_suite(out.f, exercise);
    html(out.f, "</testsuites>\n");
    out_close(&out);
}
