// SPDX-License-Identifier: MIT
// Ctrl-C for the commands that tasks have started.
//
// Workers ignore SIGINT, for the client answers it, and a handler instead would
// interrupt the system calls of tasks. What is ignored stays ignored in a
// command. A child that a task forks gets the default back (sys_guard.c), but
// system(), popen() and posix_spawn() let nobody do that. So the supervisor,
// which Ctrl-C reaches too, ends with SIGTERM those that ignore SIGINT: of its
// own process group, and descended from its workers.
//
// Runs in: supervisor.
#include "internal.h"

#include <dirent.h>

struct process {
    char name[32];
    int parent;
    unsigned long long ignored; // signals, a bit for each
};

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
    return file && fclose(file) == 0;
}

void super_interrupt(void) {
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        int pid = atoi(entry->d_name), self = getpid(), up = 0;
        struct process process, ancestor;
        if (pid <= 1 || pid == self || getpgid(pid) != getpgrp() ||
            !read_process(pid, &process) ||
            !(process.ignored >> (SIGINT - 1) & 1) ||
            strncmp(process.name, "pool-", 5) == 0) // a pool's, not a command
            continue;
        for (up = process.parent; up > 1 && up != self; up = ancestor.parent)
            read_process(up, &ancestor);
        if (up == self)
            kill(pid, SIGTERM);
    }
    if (folder)
        closedir(folder);
}
