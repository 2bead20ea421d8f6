// SPDX-License-Identifier: MIT
// Ctrl-C for the commands that tasks have started.
//
// Workers ignore SIGINT, for the client answers it, and a handler instead would
// interrupt the system calls of tasks. What is ignored stays ignored in a
// command. A child that a task forks gets the default back (sys_guard.c), but
// system(), popen() and posix_spawn() let nobody do that. So the supervisor,
// which Ctrl-C reaches too, ends with SIGTERM those that ignore SIGINT: of its
// own process group, and descended from its workers, or about to become a
// command, with the worker's name still. Pools that tasks have made have
// supervisors that do this for them.
//
// Runs in: supervisor.
#include "internal.h"

#include <dirent.h>

enum { STEPS = 256 }; // upwards to an ancestor

struct process {
    char name[32];
    int parent;
    unsigned long long ignored; // signals, a bit for each
};

// False: it has ended.
static bool read_process(int pid, struct process *process) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "re");
    *process = (struct process){.parent = 0};
    while (file && fgets(line, sizeof line, file)) {
        sscanf(line, "Name: %31s", process->name);
        sscanf(line, "PPid: %d", &process->parent);
        sscanf(line, "SigIgn: %llx", &process->ignored);
    }
    return file && fclose(file) == 0 && process->parent > 0;
}

static bool is_command(const struct arena *arena, int pid) {
    struct process process;
    int self = getpid(), up = pid;
    for (unsigned i = 0; i < arena->options.workers; i++)
        if (atomic_load(&arena->slots[i].pid) == pid)
            return false;
    for (int steps = 0; up > 1 && up != self && steps < STEPS; steps++) {
        if (!read_process(up, &process)) // its children have another parent now
            up = up == pid ? 0 : pid;
        else if (strcmp(process.name, "pool-super") == 0 ||
                 (up == pid && !(process.ignored >> (SIGINT - 1) & 1)))
            return false;
        else
            up = process.parent;
    }
    return up == self;
}

void super_interrupt(const struct arena *arena) {
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        int pid = atoi(entry->d_name);
        if (pid > 1 && pid != getpid() && getpgid(pid) == getpgrp() &&
            is_command(arena, pid))
            kill(pid, SIGTERM);
    }
    if (folder)
        closedir(folder);
}
