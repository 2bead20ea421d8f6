// SPDX-License-Identifier: MIT
// A student's feedback page: one file that needs no other, for a phone or a
// screen, in the light or in the dark.
//
// Runs in: reports.
#include <stdlib.h>
#include <string.h>

#include "reports.h"

const char style_css[] =
#include "style.css.h"
    ;

void page_begin(FILE *f, const char *title) {
    html(f,
         "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
         "<meta charset=\"utf-8\"/>\n"
         "<meta name=\"viewport\" content=\"width=device-width, "
         "initial-scale=1\"/>\n"
         "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
         "<title>%s</title>\n<style>\n",
         title);
    fputs(style_css, f);
    html(f, "</style>\n</head>\n<body>\n<main>\n");
}

void page_end(FILE *f) { html(f, "</main>\n</body>\n</html>\n"); }

void put_bar(FILE *f, int score, int max) {
    html(f,
         "<div class=\"bar\" role=\"img\" aria-label=\"%d of %d\">"
         "<div style=\"width:%d%%\"></div></div>\n",
         score, max, max > 0 ? 100 * score / max : 0);
}

static void put_pre(FILE *f, const char *text) {
    char *shown = text_cut(text, OUTPUT_SHOWN, "\n(cut)");
    // A newline right behind <pre> would be dropped; this one may be.
    html(f, "<pre>\n%s</pre>\n", shown);
    free(shown);
}

static void put_notes(FILE *f, const json_t *notes) {
    size_t i;
    json_t *note;
    if (json_array_size(notes) == 0)
        return;
    html(f, "<ul class=\"notes\">\n");
    json_array_foreach(notes, i, note)
        html(f, "<li>%s</li>\n", json_string_value(note));
    html(f, "</ul>\n");
}

static const char *state_class(const json_t *exercise) {
    if (!outcome_of(exercise).judged)
        return "none";
    return score_of(exercise) == max_of(exercise) ? "good" : "bad";
}

static void put_overview(FILE *f, const json_t *exercises) {
    size_t i;
    json_t *exercise;
    html(f, "<table class=\"overview\">\n<thead><tr><th>exercise</th>"
            "<th>what became of it</th><th class=\"n\">points</th></tr>"
            "</thead>\n<tbody>\n");
    json_array_foreach(exercises, i, exercise) {
        int score = score_of(exercise), max = max_of(exercise);
        bool judged = outcome_of(exercise).judged;
        html(f,
             "<tr><td><a href=\"#e%d\">%s</a></td><td class=\"%s\">%s</td>"
             "<td class=\"n\">%d/%d</td></tr>\n",
             number(exercise, "exercise"), field(exercise, "name"),
             state_class(exercise),
             !judged        ? outcome_of(exercise).says
             : score == max ? "full marks"
                            : "some checks fail",
             score, max);
    }
    html(f, "</tbody>\n</table>\n");
}

static void put_term(FILE *f, const char *term, const char *text) {
    if (*text)
        html(f, "<dt>%s</dt><dd>%s</dd>\n", term, text);
}

static void put_failure(FILE *f, const json_t *exercise, const json_t *check) {
    const json_t *cause = json_object_get(check, "cause");
    char *again = command_for(exercise, check);
    html(f, "<dl>\n");
    put_term(f, "called", field(check, "called"));
    put_term(f, "expected", field(cause, "expected"));
    put_term(f, "actual", field(cause, "actual"));
    put_term(f, "think", field(cause, "help"));
    if (*again)
        html(f, "<dt>again</dt><dd><code>%s</code></dd>\n", again);
    else
        html(f, "<dt>again</dt><dd>your instructor has this check</dd>\n");
    html(f, "</dl>\n");
    free(again);
    if (*field(check, "story")) {
        html(f, "<p>One order in which it goes wrong, step by step:</p>\n");
        put_pre(f, field(check, "story"));
    }
    if (*field(check, "output")) {
        html(f, "<p>Your program printed:</p>\n");
        put_pre(f, field(check, "output"));
    }
}

static void put_check(FILE *f, const json_t *exercise, const json_t *check) {
    const char *state = has_passed(check)   ? "good"
                        : has_failed(check) ? "bad"
                                            : "none";
    const char *word = has_passed(check)   ? "ok"
                       : has_failed(check) ? "FAIL"
                                           : "not run";
    html(f,
         "<li class=\"check %s\">\n<p><span class=\"word\">%s</span> "
         "<b>%s</b> <span class=\"points\">%d/%d</span> %s</p>\n",
         state, word, field(check, "name"), number(check, "points"),
         number(check, "max"), field(check, "description"));
    if (has_failed(check))
        put_failure(f, exercise, check);
    html(f, "</li>\n");
}

static void put_exercise(FILE *f, const json_t *exercise) {
    size_t i;
    json_t *check;
    html(f,
         "<section id=\"e%d\">\n<h2>Exercise %s <span class=\"points\">"
         "%d of %d points</span></h2>\n",
         number(exercise, "exercise"), field(exercise, "name"),
         score_of(exercise), max_of(exercise));
    if (!outcome_of(exercise).judged)
        html(f, "<p class=\"why\"><code>%s</code>: <b>%s</b>.</p>\n",
             field(exercise, "file"), outcome_of(exercise).says);
    if (*field(exercise, "message"))
        put_pre(f, field(exercise, "message"));
    if (*field(json_object_get(exercise, "result"), "schedules"))
        html(f, "<p>%s</p>\n",
             field(json_object_get(exercise, "result"), "schedules"));
    html(f, "<ul class=\"checks\">\n");
    json_array_foreach(checks_of(exercise), i, check)
        put_check(f, exercise, check);
    html(f, "</ul>\n</section>\n");
}

void write_page(const struct student *student) {
    const json_t *result = student->result;
    const json_t *exercises = json_object_get(result, "exercises");
    struct out out = out_open(student->folder, "feedback.html");
    char *title = text_printf("Feedback for %s", student->name);
    size_t i;
    json_t *exercise;
    page_begin(out.f, title);
    html(out.f,
         "<h1>Feedback for <bdi>%s</bdi></h1>\n"
         "<p class=\"total\"><b>%d</b> of %d points</p>\n",
         student->name, number(result, "score"), number(result, "max"));
    put_bar(out.f, number(result, "score"), number(result, "max"));
    put_notes(out.f, json_object_get(result, "notes"));
    put_overview(out.f, exercises);
    json_array_foreach(exercises, i, exercise) put_exercise(out.f, exercise);
    html(out.f,
         "<footer><p>A check costs its own points only. The command behind "
         "<i>again</i>, typed in your copy of the toolkit, repeats that check "
         "with the same random numbers; <code>make hint1</code> helps with "
         "exercise 1.</p>\n<p>Isolation while it was judged: %s. Handed in "
         "as: %s.</p></footer>\n",
         field(result, "isolation"), field(result, "source"));
    page_end(out.f);
    out_close(&out);
    free(title);
}

void put_student(FILE *f, const struct row *row) {
    html(f, "<a href=\"students/");
    html_url(f, row->id);
    html(f, "/feedback.html\"><bdi>%s</bdi></a>", row->name);
}
