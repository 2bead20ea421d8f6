// SPDX-License-Identifier: MIT
// The result as JSON and as lines.
//
// Runs in: judge.
#include "result.h"

#include <inttypes.h>
#include <string.h>

#include "shown.h"

// A JSON string: what cannot be shown is a question mark.
static void put_string(FILE *to, const char *text) {
    size_t left = strlen(text);
    putc('"', to);
    while (left > 0) {
        uint32_t it = 0;
        size_t takes = shown_decode(text, left, &it);
        if (takes > 0 && (it == '"' || it == '\\'))
            fprintf(to, "\\%c", (char)it);
        else if (takes > 0 && it == '\n')
            fputs("\\n", to);
        else if (takes > 0 && it == '\t')
            fputs("\\t", to);
        else if (takes > 0 && shown_is(it))
            fwrite(text, 1, takes, to);
        else
            putc('?', to);
        text += takes > 0 ? takes : 1;
        left -= takes > 0 ? takes : 1;
    }
    putc('"', to);
}

static void put_pair(FILE *to, const char *indent, const char *name,
                     const char *value, const char *end) {
    fprintf(to, "%s\"%s\": ", indent, name);
    put_string(to, value);
    fputs(end, to);
}

static void put_cause(FILE *to, const struct result *result,
                      const struct outcome *it) {
    const char *in = "        ";
    if (it->verdict == PASSED) {
        fputs("      \"cause\": null,\n", to);
        return;
    }
    fputs("      \"cause\": {\n", to);
    put_pair(to, in, "rationale",
             result->error ? result->error : it->check->description, ",\n");
    put_pair(to, in, "help", it->help, ",\n");
    put_pair(to, in, "expected", it->expected, ",\n");
    put_pair(to, in, "actual", it->actual, "\n      },\n");
}

static void put_outcome(FILE *to, const struct result *result,
                        const struct outcome *it) {
    static const char *const passed[] = {
        [FAILED] = "false", [PASSED] = "true", [NOT_RUN] = "null"};
    const char *in = "      ";
    fputs("    {\n", to);
    put_pair(to, in, "name", it->check->name, ",\n");
    put_pair(to, in, "description", it->check->description, ",\n");
    fprintf(to, "      \"points\": %d,\n      \"max\": %d,\n",
            it->verdict == PASSED ? it->check->points : 0, it->check->points);
    fprintf(to, "      \"passed\": %s,\n", passed[it->verdict]);
    fprintf(to, "      \"private\": %s,\n",
            it->check >= exercise.checks &&
                    it->check < exercise.checks + exercise.check_count
                ? "false"
                : "true");
    put_pair(to, in, "called", it->called, ",\n");
    put_pair(to, in, "output", it->output, ",\n");
    put_pair(to, in, "story", it->story, ",\n");
    put_cause(to, result, it);
    fputs("      \"dependency\": null\n    }", to);
}

void result_json(const struct result *result, FILE *to) {
    fprintf(to, "{\n  \"exercise\": %d,\n", exercise.number);
    put_pair(to, "  ", "name", exercise.name, ",\n");
    put_pair(to, "  ", "file", exercise.file, ",\n");
    fprintf(to, "  \"seed\": %" PRIu64 ",\n  \"score\": %d,\n  \"max\": %d,\n",
            result->seed, result->score, result->max);
    put_pair(to, "  ", "isolation", result->isolation, ",\n");
    put_pair(to, "  ", "schedules", result->schedules, ",\n");
    fputs("  \"checks\": [\n", to);
    for (int i = 0; i < result->count; i++) {
        put_outcome(to, result, &result->outcome[i]);
        fputs(i + 1 < result->count ? ",\n" : "\n", to);
    }
    fputs("  ]\n}\n", to);
}

void result_lines(const struct result *result, FILE *to) {
    fprintf(to, "score %d %d\n", result->score, result->max);
    for (int i = 0; i < result->count; i++) {
        const struct outcome *it = &result->outcome[i];
        fprintf(to, "check %s %d %d\n", it->check->name,
                it->verdict == PASSED ? it->check->points : 0,
                it->check->points);
    }
}
