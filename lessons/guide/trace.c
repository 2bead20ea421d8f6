// SPDX-License-Identifier: MIT
// Reads the trace of a pool: Chrome trace JSON, one event a line, as the
// library writes it where POOL_TRACE= says.
// Runs in: the guide.
#define _GNU_SOURCE // nftw
#include "internal.h"

#include <ftw.h>
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
    *event = (struct guide_event){.worker = (int)number(line, "tid") - 2};
    const char *args = value(line, "args"), *how = args;
    if (!args)
        return false;
    if (is(line, "ph", "X") && is(line, "name", "run"))
        event->kind = GUIDE_RAN;
    else if (is(line, "ph", "X") && is(line, "name", "submit"))
        event->kind = GUIDE_SUBMIT;
    else if (is(line, "name", "started"))
        event->kind = GUIDE_BIRTH;
    else if (is(line, "name", "ended"))
        event->kind = GUIDE_DEATH;
    else
        return false;
    event->begin = (uint64_t)(number(line, "ts") * 1000 + 0.5);
    event->end = event->begin + (uint64_t)(number(line, "dur") * 1000 + 0.5);
    event->task = (uint64_t)number(args, "task");
    event->first = (uint64_t)number(args, "first");
    event->items = (uint32_t)number(args, "items");
    event->pid = (pid_t)number(args, "pid");
    how = value(args, event->kind == GUIDE_RAN ? "outcome" : "how");
    if (how)
        snprintf(event->how, sizeof event->how, "%.*s",
                 (int)strcspn(how + 1, "\""), how + 1);
    event->killed = event->kind == GUIDE_DEATH &&
                    strcmp(event->how, "exited with status 0") != 0;
    return true;
}

// Adds the events of one pool, its workers numbered after those of the others.
static bool read_file(struct guide_run *run, int pool, const char *path) {
    static size_t room;
    struct guide_event event;
    char *line = NULL;
    size_t size = 0;
    int before = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    if (!run->traced)
        room = 0;
    run->traced = true;
    for (size_t i = 0; i < run->events; i++)
        if (run->event[i].worker >= before)
            before = run->event[i].worker + 1;
    while (getline(&line, &size, file) > 0) {
        if (!parse(line, &event))
            continue;
        event.pool = pool;
        if (event.worker >= 0)
            event.worker += before;
        if (run->events == room) {
            room = 2 * room + 64;
            run->event = guide_grow(run->event, room, sizeof *run->event);
        }
        run->event[run->events++] = event;
    }
    free(line);
    fclose(file);
    return true;
}

static int remove_entry(const char *path, const struct stat *stat, int type,
                        struct FTW *where) {
    (void)stat, (void)type, (void)where;
    return remove(path);
}

void guide_take_traces(struct guide_run *run, const char *folder) {
    int pool = 1; // of the program itself; a second one has "-2"
    while (
        run &&
        read_file(run, pool,
                  guide_text("%s/%d%s.json", folder, (int)run->process[0].pid,
                             pool > 1 ? guide_text("-%d", pool) : "")))
        pool++;
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
