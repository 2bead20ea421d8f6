// SPDX-License-Identifier: MIT
// Reads the trace of a pool: Chrome trace JSON, one event a line, as the
// library writes it where POOL_TRACE= says.
// Runs in: the guide.
#include "internal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What follows "key": in a line, or NULL.
static const char *value(const char *line, const char *key) {
    const char *at = strstr(line, guide_text("\"%s\":", key));
    return at ? at + strlen(key) + 3 : NULL;
}

static double number(const char *line, const char *key) {
    const char *text = value(line, key);
    return text ? strtod(text, NULL) : 0;
}

static bool is(const char *line, const char *key, const char *text) {
    const char *at = value(line, key);
    return at && *at == '"' && strncmp(at + 1, text, strlen(text)) == 0 &&
           at[1 + strlen(text)] == '"';
}

// One line of the file; false: it is not an event that the guide needs.
static bool parse(const char *line, struct guide_event *event) {
    bool cut = is(line, "name", "cut short");
    *event = (struct guide_event){.worker = (int)number(line, "tid") - 1,
                                  .pid = (pid_t)number(line, "pid"),
                                  .cut = cut};
    const char *args = value(line, "args");
    if (!args)
        return false;
    if (is(line, "ph", "X") && (cut || is(line, "name", "run")))
        event->kind = GUIDE_RAN;
    else if (is(line, "name", "submit"))
        event->kind = GUIDE_SUBMIT;
    else if (is(line, "name", "worker started"))
        event->kind = GUIDE_BIRTH;
    else if (is(line, "name", "worker died"))
        event->kind = GUIDE_DEATH;
    else
        return false;
    event->begin = (uint64_t)(number(line, "ts") * 1000 + 0.5);
    event->end = event->begin + (uint64_t)(number(line, "dur") * 1000 + 0.5);
    event->task = (uint64_t)number(args, "task");
    event->first = (uint64_t)number(args, "first");
    event->items = (uint32_t)number(args, "items");
    if (event->kind != GUIDE_SUBMIT)
        event->pid = (pid_t)number(args, "pid");
    // How it ended: "exited with status 0" is in peace.
    const char *how = value(args, "how");
    event->killed = event->kind == GUIDE_DEATH && how &&
                    strncmp(how, "\"\"", 2) != 0 &&
                    strncmp(how, "\"exited with status 0\"", 22) != 0;
    return true;
}

static void read_file(struct guide_run *run, const char *path) {
    struct guide_event event;
    char *line = NULL;
    size_t size = 0, room = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    run->traced = true;
    while (getline(&line, &size, file) > 0) {
        if (!parse(line, &event))
            continue;
        if (run->events == room) {
            room = 2 * room + 64;
            run->event = guide_grow(run->event, room, sizeof *run->event);
        }
        run->event[run->events++] = event;
    }
    free(line);
    fclose(file);
}

void guide_take_traces(struct guide_run *run, const char *folder) {
    DIR *all = opendir(folder);
    struct dirent *entry;
    if (all && run) // the first pool of the program itself
        read_file(run,
                  guide_text("%s/%d.json", folder, (int)run->process[0].pid));
    while (all && (entry = readdir(all)))
        if (entry->d_name[0] != '.')
            unlink(guide_text("%s/%s", folder, entry->d_name));
    if (all)
        closedir(all);
    rmdir(folder);
}
