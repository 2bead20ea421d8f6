// SPDX-License-Identifier: MIT
// Two or more runs side by side: ratios with intervals, machines that differ.
#include <string.h>

#include "draw.h"

void warn_of_machines(FILE *out, const struct table *t) {
    for (int r = 0; r < t->run_count; r++) {
        const struct run *a = &t->runs[r];
        fprintf(out, "%s: %s:\n   %s, %d CPUs, %s, commit %s, load %s\n",
                a->label, a->file, a->cpu, a->cpus, a->kernel, a->commit,
                a->load);
    }
    for (int r = 0; r < t->run_count; r++)
        if (t->runs[r].others > 10)
            fprintf(out,
                    "Warning: while %s was measured, other programs used %d %% "
                    "of the CPUs.\n",
                    t->runs[r].label, t->runs[r].others);
    for (int r = 1; r < t->run_count; r++) {
        const struct run *a = &t->runs[0], *b = &t->runs[r];
        if (strcmp(a->cpu, b->cpu) != 0 || a->cpus != b->cpus ||
            strcmp(a->kernel, b->kernel) != 0 || a->workers != b->workers)
            fprintf(out,
                    "Warning: %s and %s are of different machines, kernels or "
                    "numbers of workers;\nwhat differs between them need not "
                    "be the program.\n",
                    a->label, b->label);
    }
}

// The runs were not interleaved, so the interval of the ratio is the widest
// that the two intervals allow: wider than 95 %.
void compare_runs(FILE *out, const struct table *t, int chart,
                  const struct groups *g, size_t *compared, size_t *different) {
    (void)chart;
    for (size_t i = 0; i < g->count; i++) {
        const struct group *a = &g->at[i];
        if (a->run != 0)
            continue;
        for (int r = 1; r < t->run_count; r++) {
            const struct group *b = find_group(g, r, a->variant, a->x);
            if (!b || a->median.low <= 0 || b->median.low <= 0)
                continue;
            bool clear = differ(a, b);
            ++*compared;
            *different += clear;
            fprintf(out, "  %-17.17s %7.6g  %s/%s %6.3g (%.3g … %.3g)%s\n",
                    a->variant, a->x, t->runs[r].label, t->runs[0].label,
                    b->median.middle / a->median.middle,
                    b->median.low / a->median.high,
                    b->median.high / a->median.low,
                    clear ? "" : "  no clear difference");
        }
    }
}
