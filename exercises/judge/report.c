// SPDX-License-Identifier: MIT
// The result for a student's terminal: 80 columns, colour where it is one and
// NO_COLOR is not set.
//
// Runs in: judge, after all checks.
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "../colour.h"
#include "result.h"
#include "shown.h"

#define WIDTH 80
#define OUTPUT_LINES 30

#define GREEN colour(COLOUR_GREEN)
#define RED colour(COLOUR_RED)
#define BOLD colour(COLOUR_BOLD)
#define PLAIN colour(COLOUR_PLAIN)

// Prints text from this column on, wrapped and indented below it. Words longer
// than a line are cut into lines.
static void put_text(int indent, const char *text) {
    int column = indent;
    while (*text) {
        if (*text == '\n' || *text == ' ') {
            text++;
            continue;
        }
        size_t word = strcspn(text, " \n");
        if (word > (size_t)(WIDTH - indent))
            word = (size_t)(WIDTH - indent);
        if (column > indent && column + 1 + (int)word > WIDTH) {
            printf("\n%*s", indent, "");
            column = indent;
        } else if (column > indent && text[-1] == ' ') {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)word, text);
        column += (int)word;
        text += word;
    }
    putchar('\n');
}

static void put(const char *label, const char *text) {
    if (!*text)
        return;
    printf("      %-10s", label);
    put_text(16, text);
}

// A line of what a program printed. It may be longer than the screen is wide: a
// sanitizer's place in a file stands at the end.
static void put_line(const char *line, size_t length) {
    int column = 0;
    fputs("        | ", stdout);
    while (length > 0) {
        uint32_t it = 0;
        size_t takes = shown_decode(line, length, &it);
        if (column++ == WIDTH - 10) {
            fputs("\n        | ", stdout);
            column = 1;
        }
        if (takes > 0 && (shown_is(it) || it == '\t'))
            fwrite(it == '\t' ? " " : line, 1, it == '\t' ? 1 : takes, stdout);
        else
            putchar('?');
        line += takes > 0 ? takes : 1;
        length -= takes > 0 ? takes : 1;
    }
    putchar('\n');
}

static void put_output(const char *output) {
    int lines = 0;
    if (*output)
        puts("      your program printed:");
    for (; *output && lines < OUTPUT_LINES; lines++) {
        size_t length = strcspn(output, "\n");
        if (strncmp(output, "Shadow bytes", 12) == 0) // of a sanitizer
            break;
        put_line(output, length);
        output += length + (output[length] == '\n');
    }
    if (*output)
        puts("        | ...");
}

// Its lines are as wide as the screen: they begin at its edge.
static void put_story(const char *story) {
    if (*story)
        printf("      %-10sone order in which it goes wrong, step by step:\n\n",
               "how");
    while (*story) {
        uint32_t it = 0;
        size_t takes = shown_decode(story, strlen(story), &it);
        if (takes > 0 && (shown_is(it) || it == '\n'))
            fwrite(story, 1, takes, stdout);
        else
            putchar('?');
        story += takes > 0 ? takes : 1;
        if (!*story)
            putchar('\n');
    }
}

// The first check that failed as this one does, or NULL if it is the first.
static const struct outcome *failed_alike(const struct result *result,
                                          const struct outcome *it) {
    for (const struct outcome *other = result->outcome; other < it; other++)
        if (other->verdict == FAILED && !strcmp(other->actual, it->actual) &&
            !strcmp(other->expected, it->expected) &&
            !strcmp(other->help, it->help))
            return other;
    return NULL;
}

static void put_check(const struct result *result, const struct outcome *it) {
    bool passed = it->verdict == PASSED;
    printf("%s%s%s %-20s %2d/%-2d %s\n",
           passed                   ? GREEN
           : it->verdict == NOT_RUN ? ""
                                    : RED,
           passed                   ? "  ok  "
           : it->verdict == NOT_RUN ? "  -   "
                                    : "  FAIL",
           PLAIN, it->check->name, passed ? it->check->points : 0,
           it->check->points, it->check->description);
    if (it->verdict != FAILED)
        return;
    const struct outcome *alike = failed_alike(result, it);
    if (alike) {
        printf("      as with %s\n", alike->check->name);
        return;
    }
    put("called", it->called);
    put("expected", it->expected);
    put("actual", it->actual);
    put("think", it->help);
    put_story(it->story);
    put_output(it->output);
    printf("      again     make exercise%d CHECK=%s SEED=%" PRIu64 "\n\n",
           exercise.number, it->check->name, result->seed);
}

// Students may have the toolkit without the solutions.
static void put_done(void) {
    char folder[100];
    snprintf(folder, sizeof folder, "solutions/%02d-%s", exercise.number,
             exercise.name);
    puts(" Done!");
    if (access(folder, R_OK) == 0)
        printf("Compare with %s/. ", folder);
    else
        printf("Your instructor has a solution, with the reasons for it. ");
    puts("Next: make progress");
}

void report(const struct result *result, const char *refused) {
    bool blank = false; // the last line printed is empty
    printf("Exercise %d, %s (seed %" PRIu64 ")\n\n", exercise.number,
           exercise.name, result->seed);
    for (int i = 0; i < result->count; i++) {
        const struct outcome *it = &result->outcome[i];
        put_check(result, it);
        blank = it->verdict == FAILED && !failed_alike(result, it);
    }
    if (!blank)
        putchar('\n');
    printf("Isolation: %s.\n", result->isolation);
    if (*result->schedules)
        put_text(0, result->schedules);
    printf("%s%d of %d points.%s", BOLD, result->score, result->max, PLAIN);
    if (result->score < result->max)
        printf(" Stuck? make hint%d\n", exercise.number);
    else if (refused)
        putchar('\n');
    else if (result->all)
        put_done();
    else
        printf(" This check holds; all of them: make exercise%d\n",
               exercise.number);
    if (refused) {
        char why[500];
        snprintf(why, sizeof why, "a grader gives 0 of %d: %s", result->max,
                 refused);
        printf("%srefused:%s ", RED, PLAIN);
        put_text(9, why);
    }
}
