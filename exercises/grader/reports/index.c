// SPDX-License-Identifier: MIT
// index.html: the class on one page. First what to talk about next week, then
// the marks, who needs a look (attention.c), everybody, every check, and how
// it was run.
//
// Runs in: reports.
#include <stdlib.h>
#include <string.h>

#include "reports.h"

#define TOPICS 6 // checks that are spelled out

static const char script_js[] =
#include "sort.js.h"
    ;

static void put_summary(FILE *f, const struct class *class) {
    int max = 0, judged = 0;
    for (int i = 0; i < class->row_count; i++) {
        bool any = false;
        if (class->rows[i].max > max)
            max = class->rows[i].max;
        for (int k = 0; k < class->rows[i].cell_count; k++)
            any |= class->rows[i].cells[k].judged;
        judged += any;
    }
    html(f, "<p class=\"total\"><b>%d</b> students", class->row_count);
    if (judged < class->row_count)
        html(f, ", %d of them with something that could be judged", judged);
    html(f, "; median <b>%d</b> of %d points</p>\n", class_median(class), max);
    const char *isolation = field(class->run, "isolation");
    bool unsafe = strncmp(isolation, "UNSAFE", 6) == 0;
    html(f, "<p class=\"%s\">Isolation: %s. Graded: %s.</p>\n",
         unsafe ? "warn" : "quiet", *isolation ? isolation : "not recorded",
         *field(class->run, "started") ? field(class->run, "started")
                                       : "not recorded");
}

// What to talk about. ---------------------------------------------------------

static void put_who(FILE *f, const struct class *class,
                    const struct check_sum *check) {
    html(f, "<details><summary>Who: %d</summary><p>", check->failed);
    for (int i = 0; i < check->failed; i++) {
        html(f, i ? ", " : "");
        put_student(f, &class->rows[check->who[i]]);
    }
    html(f, "</p></details>\n");
}

static void put_topic(FILE *f, const struct class *class,
                      const struct check_sum *check) {
    const struct seen *first = check_seen(check, 0);
    const struct seen *second = check_seen(check, 1);
    html(f, "<li>\n<h3>%s: %s</h3>\n", class_exercise(class, check->exercise),
         check->description);
    put_bar(f, check->failed, check->judged);
    html(f,
         "<p>%d of %d fail <code>%s</code>, worth %d. Most often (%d) they "
         "saw:</p>\n<dl><dt>expected</dt><dd>%s</dd><dt>actual</dt>"
         "<dd>%s</dd>",
         check->failed, check->judged, check->name, check->max, first->count,
         first->expected, first->actual);
    if (*first->help)
        html(f, "<dt>advice</dt><dd>%s</dd>", first->help);
    html(f, "</dl>\n");
    if (second)
        html(f, "<p class=\"quiet\">Then (%d): expected %s; actual %s</p>\n",
             second->count, second->expected, second->actual);
    put_who(f, class, check);
    html(f, "</li>\n");
}

static void put_topics(FILE *f, const struct class *class,
                       struct check_sum **order) {
    html(f, "<h2>What to talk about next</h2>\n");
    if (class->check_count == 0 || order[0]->failed == 0) {
        html(f, "<p>No check failed.</p>\n");
        return;
    }
    html(f, "<p class=\"quiet\">The checks that most students fail, of those "
            "who have points in that exercise.</p>\n<ol class=\"topics\">\n");
    for (int i = 0; i < class->check_count && i < TOPICS; i++)
        if (order[i]->failed > 0)
            put_topic(f, class, order[i]);
    html(f, "</ol>\n");
}

// How the exercises went.
// ------------------------------------------------------

static void put_exercise(FILE *f, const struct class *class,
                         const struct exercise_sum *exercise) {
    int judged = 0, full = 0, points = 0;
    for (int i = 0; i < class->row_count; i++) {
        const struct cell *cell = class_cell(&class->rows[i], exercise->number);
        if (!cell || !cell->judged)
            continue;
        judged++;
        full += cell->score == cell->max;
        points += cell->score;
    }
    char mean[16] = "-";
    if (judged)
        snprintf(mean, sizeof mean, "%.1f", (double)points / judged);
    html(f,
         "<tr><td>%s</td><td class=\"n\">%s of %d</td><td class=\"n\">%d</td>"
         "<td class=\"n\">%d</td></tr>\n",
         exercise->name, mean, exercise->max, full, judged);
}

static void put_marks(FILE *f, const struct class *class) {
    html(f, "<h2>Marks</h2>\n<div class=\"pictures\">\n");
    picture_marks(f, class);
    picture_exercises(f, class);
    html(f, "</div>\n<table>\n<thead><tr><th>exercise</th>"
            "<th class=\"n\">mean</th><th class=\"n\">full</th>"
            "<th class=\"n\">judged</th></tr></thead>\n<tbody>\n");
    for (int e = 0; e < class->exercise_count; e++)
        put_exercise(f, class, &class->exercises[e]);
    html(f, "</tbody>\n</table>\n");
}

// Everybody. ------------------------------------------------------------------

static void put_cell(FILE *f, const struct cell *cell) {
    if (cell && cell->judged)
        html(f, "<td class=\"n %s\">%d</td>",
             cell->score == cell->max ? "good" : "", cell->score);
    else
        html(f, "<td class=\"n none\" title=\"%s\">%s</td>",
             cell ? cell->says : "not handed in",
             cell && strcmp(cell->word, "missing") != 0 ? "!" : "-");
}

static void put_students(FILE *f, const struct class *class) {
    html(f, "<h2>Students</h2>\n<p class=\"quiet\">A click on a heading sorts. "
            "A dash: not handed in; an exclamation mark: could not be judged; "
            "<a href=\"grades.csv\">grades.csv</a> has the same.</p>\n"
            "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
            "aria-label=\"Students\">\n<table class=\"sortable\">\n<thead><tr>"
            "<th><button>student</button></th>"
            "<th class=\"n\"><button>total</button></th>");
    for (int e = 0; e < class->exercise_count; e++)
        html(f, "<th class=\"n\"><button title=\"%s\">%d</button></th>",
             class->exercises[e].name, class->exercises[e].number);
    html(f, "</tr></thead>\n<tbody>\n");
    for (int i = 0; i < class->row_count; i++) {
        const struct row *row = &class->rows[i];
        html(f, "<tr><td>");
        put_student(f, row);
        if (strcmp(row->status, "graded") != 0)
            html(f, " <span class=\"quiet\">%s</span>", row->status);
        html(f, "</td><td class=\"n\"><b>%d</b></td>", row->score);
        for (int e = 0; e < class->exercise_count; e++)
            put_cell(f, class_cell(row, class->exercises[e].number));
        html(f, "</tr>\n");
    }
    html(f, "</tbody>\n</table>\n</div>\n");
}

// The rest. -------------------------------------------------------------------

static void put_checks(FILE *f, const struct class *class) {
    html(f, "<details>\n<summary>Every check</summary>\n<table>\n<thead><tr>"
            "<th>check</th><th class=\"n\">fail</th><th class=\"n\">judged"
            "</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < class->check_count; i++) {
        const struct check_sum *check = &class->checks[i];
        html(f,
             "<tr><td>%s: <b>%s</b>, %s</td><td class=\"n\">%d</td>"
             "<td class=\"n\">%d</td></tr>\n",
             class_exercise(class, check->exercise), check->name,
             check->description, check->failed, check->judged);
    }
    html(f, "</tbody>\n</table>\n</details>\n");
}

static void put_value(FILE *f, const char *name, const json_t *value) {
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(4));
    const char *string = json_string_value(value);
    html(f, "<dt>%s</dt><dd>%s</dd>\n", name, string ? string : text);
    free(text);
}

static void put_object(FILE *f, const json_t *object) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        if (json_is_object(value))
            put_object(f, value);
        else if (!json_is_array(value) && strcmp(key, "format") != 0)
            put_value(f, key, value);
    }
}

static void put_run(FILE *f, const struct class *class) {
    const char *level;
    json_t *count;
    html(f, "<details>\n<summary>How it was run</summary>\n<dl>\n");
    put_object(f, class->run);
    html(f, "</dl>\n<p>Checks of so many exercises ran in:</p>\n<ul>\n");
    json_object_foreach(class->isolation, level, count)
        html(f, "<li>%s: %d</li>\n", level, (int)json_integer_value(count));
    html(f, "</ul>\n</details>\n");
}

void write_index(struct class *class, const char *folder) {
    struct out out = out_open(folder, "index.html");
    FILE *f = out.f;
    struct check_sum **order = class_topics(class);
    page_begin(f, "Grades of the class");
    html(f, "<h1>Grades of the class</h1>\n");
    put_summary(f, class);
    put_topics(f, class, order);
    put_marks(f, class);
    put_attention(f, class);
    put_students(f, class);
    html(f, "<h2>Details</h2>\n");
    put_checks(f, class);
    html(f, "<details>\n<summary>Times</summary>\n");
    picture_times(f, class);
    html(f, "</details>\n");
    put_run(f, class);
    html(f, "<script>\n");
    fputs(script_js, f);
    html(f, "</script>\n");
    page_end(f);
    out_close(&out);
    free(order);
}
