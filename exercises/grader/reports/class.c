// SPDX-License-Identifier: MIT
// What a class has in common: each check with how many failed it and what they
// were told. Of a student only a row is kept, so that a large class needs
// little memory.
//
// Runs in: reports.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "reports.h"

// Makes room for one more; room doubles.
static void *grow(void *array, int count, size_t size) {
    if (count & (count - 1))
        return array;
    return must(realloc(array, (count ? 2 * (size_t)count : 1) * size));
}

static char *copy(const char *text) { return must(strdup(text)); }

static struct check_sum *check_at(struct class *class, int exercise,
                                  const json_t *check) {
    const char *name = field(check, "name");
    for (int i = 0; i < class->check_count; i++)
        if (class->checks[i].exercise == exercise &&
            strcmp(class->checks[i].name, name) == 0)
            return &class->checks[i];
    class->checks =
        grow(class->checks, class->check_count, sizeof *class->checks);
    struct check_sum *sum = &class->checks[class->check_count++];
    *sum = (struct check_sum){
        .exercise = exercise,
        .name = copy(name),
        .description = copy(field(check, "description")),
        .max = number(check, "max"),
    };
    return sum;
}

// The same failure has other numbers in every run: they do not count.
static char *key_of(const char *expected, const char *actual) {
    char *key = text_printf("%s\n%s", expected, actual), *to = key;
    for (const char *from = key; *from; from++)
        if (!isdigit((unsigned char)*from))
            *to++ = *from;
        else if (to == key || to[-1] != '0')
            *to++ = '0';
    *to = '\0';
    return key;
}

static struct seen *seen_at(struct check_sum *sum, const json_t *cause) {
    const char *expected = field(cause, "expected");
    const char *actual = field(cause, "actual");
    char *key = key_of(expected, actual);
    for (int i = 0; i < sum->seen_count; i++)
        if (strcmp(sum->seen[i].key, key) == 0) {
            free(key);
            return &sum->seen[i];
        }
    sum->seen = grow(sum->seen, sum->seen_count, sizeof *sum->seen);
    sum->seen[sum->seen_count] = (struct seen){
        key, copy(expected), copy(actual), copy(field(cause, "help")), 0};
    return &sum->seen[sum->seen_count++];
}

static void add_check(struct class *class, int exercise, const json_t *check) {
    struct check_sum *sum = check_at(class, exercise, check);
    sum->judged++;
    if (!has_failed(check))
        return;
    seen_at(sum, json_object_get(check, "cause"))->count++;
    sum->who = grow(sum->who, sum->failed, sizeof *sum->who);
    sum->who[sum->failed++] = class->row_count;
}

static void add_exercise(struct class *class, const json_t *exercise) {
    int n = number(exercise, "exercise"), i = 0;
    while (i < class->exercise_count && class->exercises[i].number != n)
        i++;
    if (i < class->exercise_count)
        return;
    class->exercises =
        grow(class->exercises, class->exercise_count, sizeof *class->exercises);
    class->exercises[class->exercise_count++] = (struct exercise_sum){
        n, copy(field(exercise, "name")), max_of(exercise)};
}

// By the judge's words for what happened.
static void add_ending(struct cell *cell, const json_t *check) {
    static const char *const words[ENDINGS] = {
        [STOPPED] = "stopped",
        [HANGS] = "every process is asleep",
        [CRASHES] = "the process crashed",
    };
    const char *actual = field(json_object_get(check, "cause"), "actual");
    for (int i = 0; i < ENDINGS; i++)
        cell->ended[i] += strstr(actual, words[i]) != NULL;
}

static void add_cell(struct class *class, struct row *row,
                     const json_t *exercise) {
    struct outcome outcome = outcome_of(exercise);
    size_t i;
    json_t *check;
    add_exercise(class, exercise);
    row->cells = grow(row->cells, row->cell_count, sizeof *row->cells);
    struct cell *cell = &row->cells[row->cell_count++];
    *cell = (struct cell){
        .exercise = number(exercise, "exercise"),
        .score = score_of(exercise),
        .max = max_of(exercise),
        .word = copy(outcome.word),
        .says = copy(outcome.says),
        .message = copy(field(exercise, "message")),
        .judged = outcome.judged,
    };
    if (!outcome.judged)
        return;
    json_array_foreach(checks_of(exercise), i, check) {
        add_ending(cell, check);
        // Who has no point at all, like a starter, would drown what the others
        // have not understood.
        if (cell->score > 0)
            add_check(class, cell->exercise, check);
    }
    const char *level = field(json_object_get(exercise, "result"), "isolation");
    json_object_set_new(class->isolation, level,
                        json_integer(number(class->isolation, level) + 1));
}

void class_add(struct class *class, const struct student *student) {
    const json_t *result = student->result;
    size_t i;
    json_t *exercise;
    if (!class->isolation)
        class->isolation = must(json_object());
    class->rows = grow(class->rows, class->row_count, sizeof *class->rows);
    struct row *row = &class->rows[class->row_count];
    *row = (struct row){
        .id = copy(student->id),
        .name = copy(student->name),
        .status = copy(field(result, "status")),
        .score = number(result, "score"),
        .max = number(result, "max"),
        .notes = json_incref(json_object_get(result, "notes")),
    };
    json_array_foreach(json_object_get(result, "exercises"), i, exercise)
        add_cell(class, row, exercise);
    class->row_count++;
}

const struct cell *class_cell(const struct row *row, int exercise) {
    for (int i = 0; i < row->cell_count; i++)
        if (row->cells[i].exercise == exercise)
            return &row->cells[i];
    return NULL;
}

static int by_number(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

int class_median(const struct class *class) {
    int *scores = must(malloc(sizeof *scores * (size_t)(class->row_count + 1)));
    for (int i = 0; i < class->row_count; i++)
        scores[i] = class->rows[i].score;
    qsort(scores, (size_t) class->row_count, sizeof *scores, by_number);
    int median = class->row_count ? scores[(class->row_count - 1) / 2] : 0;
    free(scores);
    return median;
}

static int by_failures(const void *a, const void *b) {
    const struct check_sum *x = *(struct check_sum *const *)a;
    const struct check_sum *y = *(struct check_sum *const *)b;
    if (x->failed != y->failed)
        return y->failed - x->failed;
    if (x->max != y->max)
        return y->max - x->max;
    return (x > y) - (x < y);
}

struct check_sum **class_topics(const struct class *class) {
    struct check_sum **order =
        must(calloc((size_t) class->check_count + 1, sizeof *order));
    for (int i = 0; i < class->check_count; i++)
        order[i] = &class->checks[i];
    qsort(order, (size_t) class->check_count, sizeof *order, by_failures);
    return order;
}

const struct seen *check_seen(const struct check_sum *check, int nth) {
    for (int i = 0; i < check->seen_count; i++) {
        int before = 0; // how many were seen more often, or as often and first
        for (int k = 0; k < check->seen_count; k++)
            before += check->seen[k].count > check->seen[i].count ||
                      (check->seen[k].count == check->seen[i].count && k < i);
        if (before == nth)
            return &check->seen[i];
    }
    return NULL;
}

const char *class_exercise(const struct class *class, int exercise) {
    for (int i = 0; i < class->exercise_count; i++)
        if (class->exercises[i].number == exercise)
            return class->exercises[i].name;
    return "";
}

void class_sort(struct class *class) {
    if (class->exercise_count)
        qsort(class->exercises, (size_t) class->exercise_count,
              sizeof *class->exercises, by_number); // number is the first field
}
