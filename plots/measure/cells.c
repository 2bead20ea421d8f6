// SPDX-License-Identifier: MIT
// What is to be measured: a cell for each variant at each place.
#include <stdlib.h>

#include "passes.h"

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

size_t clamp(double value, size_t least, size_t most) {
    if (most < least)
        least = most;
    return value < (double)least  ? least
           : value > (double)most ? most
                                  : (size_t)value;
}

void add_cell(struct plan *plan, struct cell cell) {
    plan->cells = realloc(plan->cells, (plan->count + 1) * sizeof *plan->cells);
    if (!plan->cells)
        die("no memory");
    plan->cells[plan->count++] = cell;
}

size_t add_cells(struct plan *plan, enum mode mode, double x, struct job job,
                 double task_ns) {
    size_t before = plan->count;
    for (const char *const *name = plan->names; *name; name++)
        for (const struct variant *v = NULL; (v = next_like(*name, v));) {
            if (v->missing && v->missing())
                continue;
            struct cell cell = {plan->chart, mode, v, x, task_ns, job, 1};
            size_t most = v->job.n / (plan->quick && v->job.n < 1000 ? 2 : 1);
            if (job.n == 0)
                cell.job.n = most;
            else if (plan->at_most)
                cell.job.n = clamp((double)job.n, 1, most);
            if (cell.job.workers == 0)
                cell.job.workers = plan->workers;
            if (v->task_ns > 0)
                cell.task_ns = v->task_ns;
            cell.job.turns = (uint64_t)(cell.task_ns * turns_per_ns);
            if (job.chunk <= cell.job.n)
                add_cell(plan, cell);
        }
    return plan->count - before;
}
