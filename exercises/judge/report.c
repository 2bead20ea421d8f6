// SPDX-License-Identifier: MIT
// Renders the judge's JSON for a student's terminal: 80 columns, plain text.
//
//   report [--brief | --failed] RESULT.json
//
// --brief prints "7/10", --failed the names of the checks that do not hold.
//
// Exit status: 0 full marks, 1 not yet, 2 no result.
// Runs in: a process of its own, after the judge.
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WIDTH 80

static const char *field(json_t *object, const char *name) {
    const char *it = json_string_value(json_object_get(object, name));
    return it ? it : "";
}

// Prints text behind a label, wrapped and indented below it.
static void put(const char *label, const char *text) {
    const int indent = 16;
    if (!*text)
        return;
    printf("      %-10s", label);
    int column = indent;
    while (*text) {
        if (*text == '\n' || *text == ' ') {
            text++;
            continue;
        }
        size_t word = strcspn(text, " \n");
        if (column > indent && column + 1 + (int)word > WIDTH) {
            printf("\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)word, text);
        column += (int)word;
        text += word;
    }
    putchar('\n');
}

// What the program itself printed: cut to ten lines of at most 70 bytes, not
// within a character.
static void put_output(const char *output) {
    int lines = 0;
    if (*output)
        puts("      your program printed:");
    for (; *output && lines < 10; lines++) {
        size_t length = strcspn(output, "\n"), shown = length;
        if (shown > 70)
            for (shown = 70; (output[shown] & 0xc0) == 0x80;)
                shown--;
        printf("        | %.*s\n", (int)shown, output);
        output += length + (output[length] == '\n');
    }
    if (*output)
        puts("        | ...");
}

static bool same(json_t *cause, json_t *other, const char *name) {
    return strcmp(field(cause, name), field(other, name)) == 0;
}

// The first check that failed as this one does, or NULL if it is the first.
static json_t *failed_alike(json_t *checks, json_t *check) {
    json_t *cause = json_object_get(check, "cause"), *earlier, *other;
    size_t i;
    json_array_foreach(checks, i, earlier) {
        if (earlier == check)
            break;
        other = json_object_get(earlier, "cause");
        if (same(cause, other, "expected") && same(cause, other, "actual") &&
            same(cause, other, "help"))
            return earlier;
    }
    return NULL;
}

static void put_cause(json_t *check, json_t *alike) {
    json_t *cause = json_object_get(check, "cause");
    char as[500];
    if (alike) {
        snprintf(as, sizeof as, "%s, as with %s", field(cause, "actual"),
                 field(alike, "name"));
        put("actual", as);
        return;
    }
    put("called", field(check, "called"));
    put("expected", field(cause, "expected"));
    put("actual", field(cause, "actual"));
    put("think", field(cause, "help"));
    put_output(field(check, "output"));
}

static void put_check(json_t *check, json_t *alike, json_int_t exercise,
                      json_int_t seed) {
    json_t *passed = json_object_get(check, "passed");
    printf("%s %-20s %2d/%-2d %s\n",
           json_is_true(passed)    ? "  ok  "
           : json_is_false(passed) ? "  FAIL"
                                   : "  -   ",
           field(check, "name"),
           (int)json_integer_value(json_object_get(check, "points")),
           (int)json_integer_value(json_object_get(check, "max")),
           strlen(field(check, "description")) < 47
               ? field(check, "description")
               : "");
    if (!json_is_false(passed))
        return;
    if (strlen(field(check, "description")) >= 47)
        put("must hold", field(check, "description"));
    put_cause(check, alike);
    printf("      again     make exercise%d CHECK=%s SEED=%lld\n\n",
           (int)exercise, field(check, "name"), (long long)seed);
}

// Students may have the toolkit without the solutions.
static void put_done(int exercise, const char *name) {
    char folder[100];
    snprintf(folder, sizeof folder, "solutions/%02d-%s", exercise, name);
    if (access(folder, R_OK) == 0)
        printf(" Done! Compare with %s/.\n", folder);
    else
        puts(" Done!");
}

static void put_all(json_t *result, int score, int max) {
    json_int_t exercise =
        json_integer_value(json_object_get(result, "exercise"));
    json_int_t seed = json_integer_value(json_object_get(result, "seed"));
    const char *name = field(result, "name");
    json_t *checks = json_object_get(result, "checks"), *check = NULL;
    size_t i;
    printf("Exercise %d, %s (seed %lld)\n\n", (int)exercise, name,
           (long long)seed);
    json_array_foreach(checks, i, check) {
        put_check(check, failed_alike(checks, check), exercise, seed);
    }
    if (check && !json_is_false(json_object_get(check, "passed")))
        putchar('\n'); // below one that fails there is one already
    printf("%d of %d points.", score, max);
    if (score == max && json_array_size(checks) > 1)
        put_done((int)exercise, name);
    else if (score == max)
        printf(" This check holds; all of them: make exercise%d\n",
               (int)exercise);
    else
        printf(" Stuck? make hint%d\n", (int)exercise);
}

static void put_failed(json_t *result) {
    json_t *check;
    size_t i;
    json_array_foreach(json_object_get(result, "checks"), i, check) {
        if (!json_is_true(json_object_get(check, "passed")))
            printf("%s ", field(check, "name"));
    }
    putchar('\n');
}

int main(int argc, char **argv) {
    json_error_t error;
    const char *path = argc > 1 ? argv[argc - 1] : "";
    const char *how = argc == 3 ? argv[1] : "";
    json_t *result = json_load_file(path, 0, &error);
    if (!result) {
        fprintf(stderr, "report: cannot read %s: %s\n", path, error.text);
        return 2;
    }
    int score = (int)json_integer_value(json_object_get(result, "score"));
    int max = (int)json_integer_value(json_object_get(result, "max"));
    if (strcmp(how, "--brief") == 0)
        printf("%d/%d\n", score, max);
    else if (strcmp(how, "--failed") == 0)
        put_failed(result);
    else
        put_all(result, score, max);
    json_decref(result);
    return score < max;
}
