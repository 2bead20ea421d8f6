// SPDX-License-Identifier: MIT
// Reads a level file, and has the C preprocessor make the model's text of it.
#include "level.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char problem[400];

static void append(char *to, size_t size, const char *value) {
    size_t used = strlen(to);
    snprintf(to + used, size - used, "%s%s", used ? "\n" : "", value);
}

// A line "key: value"; false if there is no such key.
static bool set(struct level *l, const char *key, const char *value) {
    struct repair *repair = l->nrepairs ? &l->repairs[l->nrepairs - 1] : NULL;
    const struct {
        const char *key;
        char *to;
        size_t size;
    } keys[] = {
        {"title", l->title, sizeof l->title},
        {"model", l->model, sizeof l->model},
        {"define", l->define, sizeof l->define},
        {"before", l->before, sizeof l->before},
        {"story", l->story, sizeof l->story},
        {"goal", l->goal, sizeof l->goal},
        {"history", l->history, sizeof l->history},
        {"run", l->run, sizeof l->run},
        {"holds", l->holds, sizeof l->holds},
        {"with", repair ? repair->define : NULL, sizeof repair->define},
        {"replace", repair ? repair->replace : NULL, sizeof repair->replace},
        {"by", repair ? repair->by : NULL, sizeof repair->by},
        {"result", repair ? repair->result : NULL, sizeof repair->result},
    };
    if (!strcmp(key, "repair") && l->nrepairs < MAX_REPAIRS) {
        repair = &l->repairs[l->nrepairs++];
        append(repair->line, sizeof repair->line, value);
        return true;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(key, keys[i].key) && keys[i].to) {
            append(keys[i].to, keys[i].size, value);
            return true;
        }
    return false;
}

const char *level_read(struct level *level, const char *file) {
    FILE *in = fopen(file, "r");
    char line[600], key[20];
    int number = 0, begin;
    memset(level, 0, sizeof *level);
    snprintf(level->file, sizeof level->file, "%s", file);
    if (!in) {
        snprintf(problem, sizeof problem, "%.300s cannot be read", file);
        return problem;
    }
    problem[0] = '\0';
    while (fgets(line, sizeof line, in) && !problem[0]) {
        number++;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0')
            continue;
        if (sscanf(line, "%19[a-z]: %n", key, &begin) != 1 ||
            !set(level, key, line + begin))
            snprintf(problem, sizeof problem,
                     "%.300s:%d: not \"key: value\" with a key of a level",
                     file, number);
    }
    fclose(in);
    if (!problem[0] && !level->model[0])
        snprintf(problem, sizeof problem, "%.300s has no line \"model: FILE\"",
                 file);
    return problem[0] ? problem : NULL;
}

const char *level_switches(const struct level *level,
                           const struct repair *repair) {
    return repair && repair->define[0] ? repair->define : level->define;
}

static char *read_all(FILE *in) {
    size_t size = 0, room = 1 << 16;
    char *text = malloc(room);
    while (text) {
        size += fread(text + size, 1, room - size - 1, in);
        if (size < room - 1)
            break;
        char *larger = realloc(text, room *= 2);
        if (!larger)
            free(text);
        text = larger;
    }
    if (text)
        text[size] = '\0';
    return text;
}

char *level_text(const struct level *level, const struct repair *repair) {
    FILE *in = fopen(level->model, "r");
    if (!in)
        return NULL;
    char *text = read_all(in);
    fclose(in);
    if (!text || !repair || !repair->replace[0])
        return text;
    char *at = strstr(text, repair->replace), *mended = NULL;
    size_t old = strlen(repair->replace), size = strlen(text) + 500;
    if (at && !strstr(at + old, repair->replace) && (mended = malloc(size)))
        snprintf(mended, size, "%.*s%s%s", (int)(at - text), text, repair->by,
                 at + old);
    free(text);
    return mended;
}

// The C preprocessor's command, with -D before each switch. Switches are words
// of a level file: only letters, digits, "_" and "=" go to the shell.
static bool preprocess(char *command, size_t size, const char *switches,
                       const char *file) {
    const char *cc = getenv("CC");
    size_t n = (size_t)snprintf(command, size, "%s -E -P -C -x c",
                                cc && *cc ? cc : "gcc");
    char words[120], *save = NULL;
    snprintf(words, sizeof words, "%s", switches);
    for (char *w = strtok_r(words, " \n", &save); w;
         w = strtok_r(NULL, " \n", &save)) {
        if (w[strspn(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789=")])
            return false;
        n += (size_t)snprintf(command + n, size - n, " -D%s", w);
    }
    n += (size_t)snprintf(command + n, size - n, " '%s'", file);
    return n < size;
}

const char *level_model(const struct level *level, const struct repair *repair,
                        struct model *model) {
    char file[] = "/tmp/scheduler-XXXXXX", command[1024];
    char *text = level_text(level, repair);
    if (!text) {
        snprintf(problem, sizeof problem, "%s: %s", level->model,
                 repair ? "what is to be replaced is not there once"
                        : "cannot be read");
        return problem;
    }
    int fd = mkstemp(file);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w"), *in = NULL;
    bool written = out && fputs(text, out) >= 0 && fclose(out) == 0;
    free(text);
    if (written && preprocess(command, sizeof command,
                              level_switches(level, repair), file))
        in = popen(command, "r");
    text = in ? read_all(in) : NULL;
    bool fine = in && pclose(in) == 0 && text;
    if (fd >= 0)
        unlink(file);
    if (!fine)
        snprintf(problem, sizeof problem, "the preprocessor refuses %s",
                 level->model);
    else if (!model_parse(model, text))
        snprintf(problem, sizeof problem, "%s: %s", level->model, model->error);
    free(text);
    return fine && !model->error[0] ? NULL : problem;
}
