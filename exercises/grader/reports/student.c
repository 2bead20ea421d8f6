// SPDX-License-Identifier: MIT
// What every report says about a student's exercise and its checks.
//
// Runs in: reports.
#include <stdlib.h>
#include <string.h>

#include "reports.h"

// The grader's words, and what they mean to a reader.
static const struct outcome outcomes[] = {
    {"graded", "judged", true},
    {"missing", "not handed in", false},
    {"unreadable", "cannot be read", false},
    {"does not compile", "does not compile", false},
    {"refused", "refused before it was run", false},
    {"time limit", "stopped at the time limit", false},
    {"not graded", "not graded", false},
};

struct outcome outcome_of(const json_t *exercise) {
    const char *word = field(exercise, "status");
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (strcmp(outcomes[i].word, word) == 0)
            return outcomes[i];
    return (struct outcome){word, *word ? word : "unknown", false};
}

int score_of(const json_t *exercise) {
    return number(json_object_get(exercise, "result"), "score");
}

int max_of(const json_t *exercise) {
    return number(json_object_get(exercise, "result"), "max");
}

json_t *checks_of(const json_t *exercise) {
    return json_object_get(json_object_get(exercise, "result"), "checks");
}

bool has_passed(const json_t *check) {
    return json_is_true(json_object_get(check, "passed"));
}

bool has_failed(const json_t *check) {
    return json_is_false(json_object_get(check, "passed"));
}

char *command_for(const json_t *exercise, const json_t *check) {
    if (json_is_true(json_object_get(check, "private")))
        return text_printf("%s", ""); // students do not have it
    const json_t *result = json_object_get(exercise, "result");
    json_int_t seed = json_integer_value(json_object_get(result, "seed"));
    return text_printf("make exercise%d CHECK=%s SEED=%lld",
                       number(exercise, "exercise"), field(check, "name"),
                       (long long)seed);
}

static void add_line(char **text, const char *label, const char *value) {
    if (!*value)
        return;
    char *longer = text_printf("%s%s: %s\n", *text, label, value);
    free(*text);
    *text = longer;
}

char *told(const json_t *check, const json_t *exercise) {
    char *text = text_printf("%s", "");
    if (has_passed(check))
        return text;
    const json_t *cause = json_object_get(check, "cause");
    if (!has_failed(check)) {
        add_line(&text, "not run", outcome_of(exercise).says);
        return text;
    }
    add_line(&text, "called", field(check, "called"));
    add_line(&text, "expected", field(cause, "expected"));
    add_line(&text, "actual", field(cause, "actual"));
    add_line(&text, "think", field(cause, "help"));
    char *again = command_for(exercise, check);
    add_line(&text, "again", again);
    free(again);
    char *story = text_printf("one order in which it goes wrong\n%s",
                              field(check, "story"));
    add_line(&text, "step by step", *field(check, "story") ? story : "");
    free(story);
    return text;
}
