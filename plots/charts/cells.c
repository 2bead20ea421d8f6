// SPDX-License-Identifier: MIT
// Where on which chart each variant is measured, and with how many tasks.
#include <stdlib.h>

#include "measure.h"

double turns_per_ns = 1;

// The fastest of several tries: whatever disturbs makes it slower.
void calibrate(void) {
    uint64_t turns = 400000, result;
    for (int i = 0; i < 9; i++) {
        double begin = now();
        spin(&turns, sizeof turns, &result, sizeof result);
        double speed = (double)turns / (now() - begin);
        if (i == 0 || speed > turns_per_ns)
            turns_per_ns = speed;
    }
}

struct list {
    struct cell *cells;
    size_t count;
    const char *charts;
    bool quick;
    size_t workers;
};

static bool named(const char *list, int number) {
    for (const char *c = list; *c; c++)
        if (*c == '0' + number)
            return true;
    return false;
}

static size_t clamp(double value, size_t least, size_t most) {
    if (most < least)
        least = most;
    return value < (double)least  ? least
           : value > (double)most ? most
                                  : (size_t)value;
}

static void append(struct list *list, const struct cell *cell) {
    list->cells = realloc(list->cells, (list->count + 1) * sizeof *cell);
    if (!list->cells)
        die("no memory");
    list->cells[list->count++] = *cell;
}

// A cell for each variant of the chart that has as many tasks as a chunk; how
// many cells. tasks 0: as many as its entry says.
static size_t add(struct list *list, int chart, enum mode mode, double x,
                  struct job job, double task_ns) {
    size_t before = list->count;
    if (!named(list->charts, chart))
        return 0;
    for (const struct variant *v = variants; v < variants + variant_count;
         v++) {
        if (!named(v->charts, chart) || (v->side.missing && v->side.missing()))
            continue;
        struct cell cell = {chart, mode, v, x, task_ns, job};
        size_t most = v->side.n / (list->quick && v->side.n < 1000 ? 2 : 1);
        if (job.n == 0)
            cell.job.n = most;
        else if (chart == 3 || chart == 6)
            cell.job.n = clamp((double)job.n, 1, most);
        if (cell.job.workers == 0)
            cell.job.workers = list->workers;
        if (v->task_ns > 0)
            cell.task_ns = v->task_ns;
        cell.job.turns = (uint64_t)(cell.task_ns * turns_per_ns);
        if (job.chunk <= cell.job.n)
            append(list, &cell);
    }
    return list->count - before;
}

// The baseline is measured with as many tasks as each of the others, so that
// what a process costs by itself is taken off as well.
static void add_baselines(struct list *list) {
    size_t count = list->count;
    for (size_t i = 0; i < count; i++) {
        struct cell cell = list->cells[i];
        if (cell.chart != 9)
            continue;
        list->cells[i].x = (double)cell.job.n;
        bool there = cell.variant == variants;
        for (size_t k = 0; k < list->count; k++)
            there |= list->cells[k].chart == 9 &&
                     list->cells[k].variant == variants &&
                     list->cells[k].job.n == cell.job.n;
        cell.variant = variants;
        cell.x = (double)cell.job.n;
        if (!there)
            append(list, &cell);
    }
}

struct cell *make_cells(const char *charts, bool quick, size_t workers,
                        size_t *count) {
    struct list list = {NULL, 0, charts, quick, workers};
    add(&list, 1, STEADY, 0, (struct job){0}, 0);
    for (size_t n = 1; n <= 256; n *= quick ? 4 : 2)
        add(&list, 2, WHOLE, (double)n, (struct job){.n = n}, 0);
    for (double ns = 100; ns < 2e7; ns *= quick ? 100 : 10)
        add(&list, 3, STEADY, ns,
            (struct job){
                .n = clamp((quick ? 1e7 : 2e7) / ns, 4 * workers, 100000)},
            ns);
    for (size_t mib = 1; mib <= (quick ? 64 : 256); mib *= quick ? 8 : 4)
        add(&list, 4, STEADY, (double)mib,
            (struct job){.n = quick ? 6 : 12, .ballast = mib}, 0);
    add(&list, 5, STEADY, 0, (struct job){0}, 0); // the library's choice
    for (size_t n = 1;
         add(&list, 5, STEADY, (double)n, (struct job){.chunk = n}, 0);
         n *= quick ? 8 : 4)
        ;
    size_t step = workers > 8 ? workers / 8 : 1;
    for (size_t n = 1; n <= 2 * workers; n += n < step ? step - n : step)
        add(&list, 6, STEADY, (double)n,
            (struct job){.n = (quick ? 8 : 24) * workers, .workers = n}, 1e6);
    add(&list, 7, LATENCY, 0, (struct job){.n = 1}, 0);
    add(&list, 8, TIMELINE, 0, (struct job){.n = 12 * workers}, 500e3);
    add(&list, 9, WHOLE, 0, (struct job){0}, 0);
    add_baselines(&list);
    *count = list.count;
    return list.cells;
}
