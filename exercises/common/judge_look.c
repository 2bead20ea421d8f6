// SPDX-License-Identifier: MIT
// What many checks ask about a run: who ran what, and what is left over.
//
// Runs in: judge.
#include <stdlib.h>

#include "judge.h"

struct visit *first_inside(struct run *run) {
    for (int i = 0; i < run->visits; i++)
        if (!run->visit[i].left && run->visit[i].reply >= 0)
            return &run->visit[i];
    return NULL;
}

struct visit *last_inside(struct run *run) {
    for (int i = run->visits - 1; i >= 0; i--)
        if (!run->visit[i].left && run->visit[i].reply >= 0)
            return &run->visit[i];
    return NULL;
}

int times_run(struct run *run, int64_t id) {
    int times = 0;
    for (int i = 0; i < run->visits; i++)
        times += run->visit[i].id == id;
    return times;
}

int different_pids(struct run *run, int from) {
    int count = 0;
    for (int i = from; i < run->visits; i++) {
        bool seen = false;
        for (int j = from; j < i && !seen; j++)
            seen = run->visit[j].pid == run->visit[i].pid;
        count += !seen;
    }
    return count;
}

int children(struct run *run, int *zombies) {
    proc_list(&run->processes, run->cell.keeper, false);
    int count = 0;
    if (zombies)
        *zombies = 0;
    for (int i = 0; i < run->processes.count; i++) {
        struct process *p = &run->processes.at[i];
        if (p->parent != run->driver)
            continue;
        count++;
        if (zombies)
            *zombies += p->state == 'Z';
    }
    return count;
}

int orphans(struct run *run) {
    proc_list(&run->processes, run->cell.keeper, false);
    int count = 0;
    for (int i = 0; i < run->processes.count; i++) {
        struct process *p = &run->processes.at[i];
        // Not those that are above it: a sandbox's own processes.
        count += !proc_is_below(&run->processes, p->pid, run->driver) &&
                 !proc_is_below(&run->processes, run->driver, p->pid) &&
                 p->state != 'Z' && p->pid != run->driver;
    }
    return count;
}

void expect_each_once(struct run *run, int64_t count) {
    for (int64_t id = 0; id < count; id++)
        expect(run, times_run(run, id) == 1, "each task runs exactly once",
               text("task %ld of %ld ran %d times", (long)id, (long)count,
                    times_run(run, id)),
               "Every task must be handed to one process, and to one only.");
    expect(run, run->visits == count, text("%ld tasks run", (long)count),
           text("%d ran", run->visits),
           "A task ran with an argument that was never handed in.");
}

void expect_no_children(struct run *run, const char *when) {
    int zombies;
    int left = children(run, &zombies);
    expect(run, left == 0, text("no child is left %s", when),
           text("%d left, %d of them zombies", left, zombies),
           "A process that has ended stays a zombie until its parent has "
           "waited for it: one successful waitpid for each fork.");
    int away = orphans(run);
    expect(run, away == 0, text("no process is left %s", when),
           text("%d orphan%s", away, away == 1 ? "" : "s"),
           "A child's child was left behind and runs on without you.");
}
