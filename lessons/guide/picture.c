// SPDX-License-Identifier: MIT
// Who ran what when, as rows and bars: of a pool's trace, or of the processes
// of a program that has no pool. Runs in: the guide.
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

// A task's letter. Items of a map count on from its first one.
static char letter(uint64_t number) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWYZ"; // X: a death
    return letters[number % (sizeof letters - 1)];
}

static void bar(struct picture *p, struct bar bar) {
    p->bar[p->bars++] = bar;
    p->row[bar.row].items += bar.items;
}

static void mark(struct picture *p, int row, uint64_t when, char what,
                 pid_t pid, const char *how) {
    p->mark[p->marks++] = (struct mark){row, when, what, pid, how};
}

static void of_pools(struct picture *p, const struct guide_run *run) {
    p->begin = UINT64_MAX;
    for (size_t i = 0; i < run->events; i++) {
        const struct guide_event *e = &run->event[i];
        if (e->worker >= (int)p->rows)
            p->rows = (size_t)e->worker + 1;
        p->begin = e->begin < p->begin ? e->begin : p->begin;
        p->end = e->end > p->end ? e->end : p->end;
    }
    p->row = guide_alloc(p->rows, sizeof *p->row);
    int first = 0, pool = 1; // worker of the pool
    for (size_t i = 0; i < run->events; i++) {
        const struct guide_event *e = &run->event[i];
        if (e->worker < 0)
            continue;
        first = e->pool > pool ? e->worker : first;
        pool = e->pool;
        struct row *row = &p->row[e->worker];
        if (!*row->name)
            snprintf(row->name, sizeof row->name, "%.0d%sworker %d",
                     pool > 1 ? pool : 0, pool > 1 ? ":" : "",
                     e->worker - first);
        if (e->kind == GUIDE_RAN)
            bar(p, (struct bar){e->worker, pool, e->begin, e->end, e->task,
                                e->first, e->items, e->pid,
                                letter(e->task - 1 + e->first), e->how});
        else
            mark(p, e->worker, e->begin,
                 e->kind == GUIDE_BIRTH ? '^'
                 : e->killed            ? 'X'
                                        : '|',
                 e->pid, e->how);
    }
}

static void of_processes(struct picture *p, const struct guide_run *run) {
    p->rows = run->processes;
    p->row = guide_alloc(p->rows, sizeof *p->row);
    p->begin = run->processes ? run->process[0].born : 0;
    p->end = run->end;
    for (size_t i = 0; i < run->processes; i++) {
        const struct guide_process *process = &run->process[i];
        uint64_t died = process->died ? process->died : p->end;
        snprintf(p->row[i].name, sizeof p->row[i].name, "%s%.0zu",
                 i ? "child " : "parent", i);
        mark(p, (int)i, process->born, '^', process->pid,
             i ? guide_text("forked by %d", (int)process->parent) : "");
        bar(p, (struct bar){(int)i, 0, process->born, died, i, 0, 1,
                            process->pid, i ? letter(i - 1) : '=', ""});
        if (process->ended && WIFSIGNALED(process->status))
            mark(p, (int)i, died, 'X', process->pid,
                 guide_text("killed by signal %d", WTERMSIG(process->status)));
        else if (process->ended)
            mark(p, (int)i, died, '|', process->pid,
                 guide_text("exited with status %d",
                            WEXITSTATUS(process->status)));
    }
}

struct picture guide_picture(const struct guide_run *run) {
    struct picture p = {0};
    size_t most = run->events + 2 * run->processes;
    p.bar = guide_alloc(most, sizeof *p.bar);
    p.mark = guide_alloc(most, sizeof *p.mark);
    if (run->traced)
        of_pools(&p, run);
    else
        of_processes(&p, run);
    return p;
}

void guide_picture_free(struct picture *picture) {
    free(picture->row);
    free(picture->bar);
    free(picture->mark);
}
