// SPDX-License-Identifier: MIT
// The part of index.html that says who needs a look: what could not be judged,
// what hung or crashed, who has no point, and notes on what was handed in.
//
// Runs in: reports.
#include <stdlib.h>
#include <string.h>

#include "reports.h"

// A list with a heading that is there only if something is in it.
struct list {
    FILE *f;
    const char *heading;
    int count;
};

static void begin_item(struct list *list) {
    if (list->count++ == 0)
        html(list->f, "<h3>%s</h3>\n<ul>\n", list->heading);
    html(list->f, "<li>");
}

static int end_list(const struct list *list) {
    if (list->count)
        html(list->f, "</ul>\n");
    return list->count;
}

// What a compiler says in many lines: its first error, or the first line.
static void put_main_line(FILE *f, const char *text) {
    const char *error = strstr(text, "error: ");
    while (error && error > text && error[-1] != '\n')
        error--;
    const char *from = error ? error : text;
    char *line = must(strndup(from, strcspn(from, "\n")));
    char *shown = text_cut(line, 160, "...");
    if (*shown)
        html(f, ": <span class=\"quiet\">%s</span>", shown);
    free(line);
    free(shown);
}

// The exercises that have this word for a state.
static int put_state(FILE *f, const struct class *class, const char *word) {
    struct list list = {.f = f, .heading = word};
    for (int i = 0; i < class->row_count; i++)
        for (int k = 0; k < class->rows[i].cell_count; k++) {
            const struct cell *cell = &class->rows[i].cells[k];
            if (strcmp(cell->word, word) != 0)
                continue;
            list.heading = cell->says;
            begin_item(&list);
            put_student(f, &class->rows[i]);
            html(f, ", %s", class_exercise(class, cell->exercise));
            put_main_line(f, cell->message);
            html(f, "</li>\n");
        }
    return end_list(&list);
}

static int ended(const struct cell *cell, enum ending ending) {
    return cell->ended[ending];
}

static int no_point(const struct cell *cell, enum ending none) {
    (void)none;
    return cell->judged && cell->score == 0;
}

// A line per exercise with the students whose cell counts.
static int put_counted(FILE *f, const struct class *class,
                       int count(const struct cell *, enum ending),
                       enum ending ending, const char *heading) {
    struct list list = {.f = f, .heading = heading};
    for (int e = 0; e < class->exercise_count; e++) {
        int students = 0;
        for (int i = 0; i < class->row_count; i++) {
            const struct cell *cell =
                class_cell(&class->rows[i], class->exercises[e].number);
            int checks = cell ? count(cell, ending) : 0;
            if (checks == 0)
                continue;
            if (students++ == 0) {
                begin_item(&list);
                html(f, "%s: ", class->exercises[e].name);
            } else
                html(f, ", ");
            put_student(f, &class->rows[i]);
            if (checks > 1)
                html(f, " (%d checks)", checks);
        }
        if (students)
            html(f, "</li>\n");
    }
    return end_list(&list);
}

static int put_notes(FILE *f, const struct class *class) {
    struct list list = {.f = f, .heading = "notes on what was handed in"};
    size_t k;
    json_t *note;
    for (int i = 0; i < class->row_count; i++)
        json_array_foreach(class->rows[i].notes, k, note) {
            begin_item(&list);
            put_student(f, &class->rows[i]);
            html(f, ": %s</li>\n", json_string_value(note));
        }
    json_array_foreach(json_object_get(class->run, "notes"), k, note) {
        begin_item(&list);
        html(f, "%s</li>\n", json_string_value(note));
    }
    return end_list(&list);
}

void put_attention(FILE *f, const struct class *class) {
    static const char *const words[] = {"does not compile", "refused",
                                        "time limit", "unreadable",
                                        "not graded"};
    int found = 0;
    html(f, "<h2>Who needs a look</h2>\n");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        found += put_state(f, class, words[i]);
    found += put_counted(f, class, ended, STOPPED, "stopped at a limit");
    found += put_counted(f, class, ended, HANGS, "hangs");
    found += put_counted(f, class, ended, CRASHES, "crashes");
    found += put_counted(f, class, no_point, 0, "no point yet");
    found += put_notes(f, class);
    if (found == 0)
        html(f, "<p>Nobody: all that was handed in could be judged.</p>\n");
}
