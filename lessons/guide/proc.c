// SPDX-License-Identifier: MIT
// Processes as /proc shows them, and their tree.
// Runs in: the guide.
#include "internal.h"

#include <stdio.h>
#include <string.h>

bool guide_proc(pid_t pid, struct guide_process *process, char *state) {
    char path[64], text[512];
    int parent;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    // The name is in parentheses and may have some of its own.
    char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (!open || !close || sscanf(close + 1, " %c %d", state, &parent) != 2 ||
        *state == 'X')
        return false;
    *close = '\0';
    process->pid = pid;
    process->parent = parent;
    snprintf(process->name, sizeof process->name, "%s", open + 1);
    return true;
}

// What a process is to the reader: "your program", "its child", "pool-super".
static const char *role(const struct guide_run *run,
                        const struct guide_process *process, char state) {
    const char *what = process->name;
    if (process->pid == run->process[0].pid)
        what = strcmp(what, "mpirun") == 0 ? what : "your program";
    else if (strcmp(process->name, run->process[0].name) == 0)
        what = process->parent == run->process[0].pid ? "its child" : "a child";
    else
        what = guide_print(process->name, 20);
    return guide_text("%s %d%s", what, (int)process->pid,
                      state == 'Z' ? " (a zombie)" : "");
}

#define MOST 6 // children that are drawn of one parent

static void branch(const struct guide_run *run, pid_t parent,
                   const char *indent) {
    size_t children = 0, drawn = 0, last = 0;
    for (size_t i = 0; i < run->alive; i++)
        if (run->most[i].parent == parent) {
            children++;
            last = i;
        }
    for (size_t i = 0; i < run->alive; i++) {
        if (run->most[i].parent != parent)
            continue;
        drawn++;
        bool skip = children > MOST && drawn >= MOST - 1 && i != last;
        if (children > MOST && drawn == MOST - 1)
            printf("  %s|- ... %zu more\n", indent, children - MOST + 1);
        if (skip)
            continue;
        printf("  %s%s %s\n", indent, i == last ? "`-" : "|-",
               role(run, &run->most[i], run->state[i]));
        branch(run, run->most[i].pid,
               guide_text("%s%s", indent, i == last ? "   " : "|  "));
    }
}

// Whether the parent of a process is in the tree too.
static bool inside(const struct guide_run *run, pid_t parent) {
    for (size_t i = 0; i < run->alive; i++)
        if (run->most[i].pid == parent)
            return true;
    return false;
}

void guide_tree(const struct guide_run *run) {
    guide_paragraph();
    if (guide.absent)
        return;
    if (!run->watched || !run->alive) {
        guide_say("(The tree of processes cannot be shown: this system does "
                  "not let one program watch another.)");
        return;
    }
    puts("  Processes when most of them were there, from /proc:\n");
    for (size_t i = 0; i < run->alive; i++)
        if (!inside(run, run->most[i].parent)) {
            printf("  %s%s\n", role(run, &run->most[i], run->state[i]),
                   i ? ", whose parent is gone" : "");
            branch(run, run->most[i].pid, "");
        }
    putchar('\n');
}
