// SPDX-License-Identifier: MIT
// index.html: the class on one page. First what to talk about next week, then
// the marks, who needs a look, everybody, every check, and how it was run.
//
// Runs in: render.
#include <stdlib.h>
#include <string.h>

#include "render.h"

#define TOPICS 6 // checks that are spelled out

static const char script_js[] =
#include "sort.js.h"
    ;

static const char *exercise_name(const struct class *class, int exercise) {
    for (int i = 0; i < class->exercise_count; i++)
        if (class->exercises[i].number == exercise)
            return class->exercises[i].name;
    return "";
}

static void put_student(FILE *f, const struct row *row) {
    html(f, "<a href=\"students/");
    html_url(f, row->id);
    html(f, "/feedback.html\"><bdi>%s</bdi></a>", row->name);
}

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

// What to talk about. -------------------------------------------------------

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
    const struct seen *seen = &check->seen[0];
    html(f, "<li>\n<h3>%s: %s</h3>\n", exercise_name(class, check->exercise),
         check->description);
    put_bar(f, check->failed, check->judged);
    html(f, "<p>%d of %d fail <code>%s</code>, worth %d. ", check->failed,
         check->judged, check->name, check->max);
    if (seen->count > 1 || check->failed > 1)
        html(f, "Most often (%d) they saw:", seen->count);
    else
        html(f, "What was seen:");
    html(f, "</p>\n<dl><dt>expected</dt><dd>%s</dd><dt>actual</dt><dd>%s</dd>",
         seen->expected, seen->actual);
    if (*seen->help)
        html(f, "<dt>advice</dt><dd>%s</dd>", seen->help);
    html(f, "</dl>\n");
    if (check->seen_count > 1) {
        const struct seen *second = &check->seen[1];
        html(f, "<p class=\"quiet\">Then (%d): %s</p>\n", second->count,
             second->actual);
    }
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
            "whose file was judged.</p>\n<ol class=\"topics\">\n");
    for (int i = 0; i < class->check_count && i < TOPICS; i++)
        if (order[i]->failed > 0)
            put_topic(f, class, order[i]);
    html(f, "</ol>\n");
}

// Who needs a look. -----------------------------------------------------------

static void put_first_line(FILE *f, const char *text) {
    char *line = must(strndup(text, strcspn(text, "\n")));
    char *shown = text_cut(line, 160, "...");
    if (*shown)
        html(f, ": <span class=\"quiet\">%s</span>", shown);
    free(line);
    free(shown);
}

// The exercises that have this word for a state. How many.
static int put_state(FILE *f, const struct class *class, const char *word) {
    int found = 0;
    for (int i = 0; i < class->row_count; i++)
        for (int k = 0; k < class->rows[i].cell_count; k++) {
            const struct cell *cell = &class->rows[i].cells[k];
            if (strcmp(cell->word, word) != 0)
                continue;
            if (found++ == 0)
                html(f, "<h3>%s</h3>\n<ul>\n", cell->says);
            html(f, "<li>");
            put_student(f, &class->rows[i]);
            html(f, ", %s", exercise_name(class, cell->exercise));
            put_first_line(f, cell->message);
            html(f, "</li>\n");
        }
    if (found)
        html(f, "</ul>\n");
    return found;
}

// A check that ended like this: the judge's words for it begin so.
static int put_ending(FILE *f, const struct class *class, const char *begin,
                      const char *says) {
    int found = 0;
    for (int i = 0; i < class->check_count; i++) {
        const struct check_sum *check = &class->checks[i];
        int count = 0;
        for (int k = 0; k < check->seen_count; k++)
            if (strncmp(check->seen[k].actual, begin, strlen(begin)) == 0)
                count += check->seen[k].count;
        if (count == 0)
            continue;
        if (found == 0)
            html(f, "<h3>%s</h3>\n<ul>\n", says);
        html(f, "<li>%s, <code>%s</code>: %d</li>\n",
             exercise_name(class, check->exercise), check->name, count);
        found += count;
    }
    if (found)
        html(f, "</ul>\n");
    return found;
}

static int put_notes(FILE *f, const struct class *class) {
    int found = 0;
    size_t k;
    json_t *note;
    for (int i = 0; i < class->row_count; i++)
        json_array_foreach(class->rows[i].notes, k, note) {
            if (found++ == 0)
                html(f, "<h3>notes on what was handed in</h3>\n<ul>\n");
            html(f, "<li>");
            put_student(f, &class->rows[i]);
            html(f, ": %s</li>\n", json_string_value(note));
        }
    json_array_foreach(json_object_get(class->run, "notes"), k, note) {
        if (found++ == 0)
            html(f, "<h3>notes on what was handed in</h3>\n<ul>\n");
        html(f, "<li>%s</li>\n", json_string_value(note));
    }
    if (found)
        html(f, "</ul>\n");
    return found;
}

static void put_look(FILE *f, const struct class *class) {
    static const char *const words[] = {"does not compile", "refused",
                                        "time limit", "unreadable",
                                        "not graded"};
    int found = 0;
    html(f, "<h2>Who needs a look</h2>\n");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        found += put_state(f, class, words[i]);
    found += put_ending(f, class, "stopped", "checks stopped at a limit");
    found += put_ending(f, class, "it hangs", "checks that hang");
    found += put_ending(f, class, "the process crashed", "checks that crash");
    found += put_notes(f, class);
    if (found == 0)
        html(f, "<p>Nobody: all that was handed in could be judged.</p>\n");
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
             exercise_name(class, check->exercise), check->name,
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
    html(f, "<h2>Marks</h2>\n<div class=\"pictures\">\n");
    picture_marks(f, class);
    picture_exercises(f, class);
    html(f, "</div>\n");
    put_look(f, class);
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
