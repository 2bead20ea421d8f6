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
                 pid_t pid) {
    p->mark[p->marks++] = (struct mark){row, when, what, pid};
}

static void of_pool(struct picture *p, const struct guide_run *run) {
    uint64_t last = 0;
    for (size_t i = 0; i < run->events; i++) {
        const struct guide_event *e = &run->event[i];
        if (e->worker >= (int)p->rows)
            p->rows = (size_t)e->worker + 1;
        if (e->kind != GUIDE_DEATH || e->killed)
            last = e->end > last ? e->end : last;
    }
    p->end = last;
    p->row = guide_alloc(p->rows, sizeof *p->row);
    for (size_t i = 0; i < p->rows; i++) {
        p->row[i].died = UINT64_MAX;
        snprintf(p->row[i].name, sizeof p->row[i].name, "worker %zu", i);
    }
    for (size_t i = 0; i < run->events; i++) {
        const struct guide_event *e = &run->event[i];
        if (e->kind == GUIDE_RAN)
            bar(p, (struct bar){e->worker, e->begin, e->end, e->task, e->first,
                                e->items, e->pid,
                                letter(e->task - 1 + e->first), e->cut});
        else if (e->kind == GUIDE_BIRTH)
            mark(p, e->worker, e->begin, '^', e->pid);
        else if (e->kind == GUIDE_DEATH && e->killed)
            mark(p, e->worker, e->begin, 'X', e->pid);
        else if (e->kind == GUIDE_DEATH)
            mark(p, e->worker, e->begin, '|', e->pid);
    }
}

static void of_processes(struct picture *p, const struct guide_run *run) {
    uint64_t begin = run->processes ? run->process[0].born : 0;
    p->rows = run->processes;
    p->row = guide_alloc(p->rows, sizeof *p->row);
    p->end = run->end - begin;
    for (size_t i = 0; i < run->processes; i++) {
        const struct guide_process *process = &run->process[i];
        uint64_t born = process->born - begin;
        uint64_t died = process->died ? process->died - begin : p->end;
        snprintf(p->row[i].name, sizeof p->row[i].name, "%.6s%.0zu",
                 i ? "child " : "parent", i);
        bar(p, (struct bar){(int)i, born, died, i, 0, 1, process->pid,
                            i ? letter(i - 1) : '=', false});
        if (process->ended && WIFSIGNALED(process->status))
            mark(p, (int)i, died, 'X', process->pid);
    }
}

struct picture guide_picture(const struct guide_run *run) {
    struct picture p = {0};
    size_t most = run->events + 2 * run->processes;
    p.bar = guide_alloc(most, sizeof *p.bar);
    p.mark = guide_alloc(most, sizeof *p.mark);
    if (run->traced)
        of_pool(&p, run);
    else
        of_processes(&p, run);
    return p;
}

void guide_picture_free(struct picture *picture) {
    free(picture->row);
    free(picture->bar);
    free(picture->mark);
}
