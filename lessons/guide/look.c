// SPDX-License-Identifier: MIT
// What claims ask of a run: its output, its trace, its processes.
// Runs in: the guide.
#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

int guide_traced(const struct guide_run *run, bool holds) {
    return run->traced ? holds : GUIDE_UNSEEN;
}

int guide_watched(const struct guide_run *run, bool holds) {
    return run->watched ? holds : GUIDE_UNSEEN;
}

bool guide_succeeded(const struct guide_run *run) {
    return !run->late && WIFEXITED(run->status) &&
           WEXITSTATUS(run->status) == 0;
}

const char *guide_line(const struct guide_run *run, const char *prefix) {
    bool anywhere = *prefix == '*';
    prefix += anywhere;
    for (size_t i = 0; i < run->lines; i++) {
        const char *at = strstr(run->line[i], prefix);
        if (at && (anywhere || at == run->line[i]))
            return at + strlen(prefix);
    }
    return NULL;
}

double guide_number(const struct guide_run *run, const char *prefix) {
    const char *text = guide_line(run, prefix);
    char *end;
    if (!text)
        return NAN;
    double number = strtod(text, &end);
    return end == text ? NAN : number;
}

size_t guide_lines_with(const struct guide_run *run, const char *text) {
    size_t count = 0;
    for (size_t i = 0; i < run->lines; i++)
        count += strstr(run->line[i], text) != NULL;
    return count;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **sorted(const struct guide_run *run) {
    char **line = guide_alloc(run->lines, sizeof *line);
    memcpy(line, run->line, run->lines * sizeof *line);
    qsort(line, run->lines, sizeof *line, by_text);
    return line;
}

bool guide_same_lines(const struct guide_run *a, const struct guide_run *b) {
    if (a->lines != b->lines)
        return false;
    char **x = sorted(a), **y = sorted(b);
    bool same = true;
    for (size_t i = 0; i < a->lines; i++)
        same &= strcmp(x[i], y[i]) == 0;
    free(x);
    free(y);
    return same;
}

size_t guide_items(const struct guide_run *run) {
    size_t items = 0;
    for (size_t i = 0; i < run->events; i++)
        if (run->event[i].kind == GUIDE_RAN)
            items += run->event[i].items;
    return items;
}

size_t guide_chunks(const struct guide_run *run) {
    size_t count = 0;
    for (size_t i = 0; i < run->events; i++)
        count += run->event[i].kind == GUIDE_RAN;
    return count;
}

size_t guide_births(const struct guide_run *run) {
    size_t count = 0;
    for (size_t i = 0; i < run->events; i++)
        count += run->event[i].kind == GUIDE_BIRTH && run->event[i].worker >= 0;
    return count;
}

static int by_pid(const void *a, const void *b) {
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;
    return (x > y) - (x < y);
}

size_t guide_used(const struct guide_run *run) {
    size_t count = 0, different = 0;
    pid_t *pid = guide_alloc(run->events, sizeof *pid);
    for (size_t i = 0; i < run->events; i++)
        if (run->event[i].kind == GUIDE_RAN)
            pid[count++] = run->event[i].pid;
    qsort(pid, count, sizeof *pid, by_pid);
    for (size_t i = 0; i < count; i++)
        different += i == 0 || pid[i] != pid[i - 1];
    free(pid);
    return different;
}

// A moment at which the number of running items changes.
struct edge {
    uint64_t when;
    int change;
};

static int by_time(const void *a, const void *b) {
    const struct edge *x = a, *y = b;
    if (x->when != y->when)
        return x->when < y->when ? -1 : 1;
    return x->change - y->change; // an end before a start
}

size_t guide_at_once(const struct guide_run *run) {
    size_t edges = 0;
    struct edge *edge = guide_alloc(2 * run->events, sizeof *edge);
    long now = 0, most = 0;
    for (size_t i = 0; i < run->events; i++)
        if (run->event[i].kind == GUIDE_RAN) {
            edge[edges++] = (struct edge){run->event[i].begin, 1};
            edge[edges++] = (struct edge){run->event[i].end, -1};
        }
    qsort(edge, edges, sizeof *edge, by_time);
    for (size_t i = 0; i < edges; i++) {
        now += edge[i].change;
        most = now > most ? now : most;
    }
    free(edge);
    return (size_t)most;
}

size_t guide_children(const struct guide_run *run) {
    return run->processes ? run->processes - 1 : 0;
}

size_t guide_named(const struct guide_run *run, const char *name) {
    size_t count = 0;
    for (size_t i = 0; i < run->processes; i++)
        count += strncmp(run->process[i].name, name, strlen(name)) == 0;
    return count;
}

const struct guide_process *guide_find(const struct guide_run *run,
                                       const char *name) {
    for (size_t i = 0; i < run->processes; i++)
        if (strncmp(run->process[i].name, name, strlen(name)) == 0)
            return &run->process[i];
    return NULL;
}

const struct guide_process *guide_parent(const struct guide_run *run,
                                         const struct guide_process *process) {
    for (size_t i = 0; process && i < run->processes; i++)
        if (run->process[i].pid == process->parent)
            return &run->process[i];
    return NULL;
}

bool guide_all_ended(const struct guide_run *run) {
    for (size_t i = 0; i < run->processes; i++)
        if (!run->process[i].ended)
            return false;
    return true;
}
