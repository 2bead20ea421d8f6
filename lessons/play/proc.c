// SPDX-License-Identifier: MIT
// Processes, as /proc shows them, and signals that reach the process that was
// meant or nobody: a pidfd stays that process's, a number may be another's
// soon.
//
// Runs in: client.
#define _GNU_SOURCE
#include "play.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool read_proc(pid_t pid, const char *name, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t got = fread(text, 1, size - 1, file);
    text[got] = '\0';
    fclose(file);
    return got > 0;
}

char proc_state(pid_t pid) {
    char text[512];
    if (pid <= 0 || !read_proc(pid, "stat", text, sizeof text))
        return 0;
    const char *name_end = strrchr(text, ')'); // the name may hold anything
    return name_end && name_end[1] ? name_end[2] : 0;
}

int proc_worker_index(pid_t pid) {
    char name[64];
    int index = -1;
    if (read_proc(pid, "comm", name, sizeof name) &&
        sscanf(name, "pool-worker-%d", &index) != 1)
        index = -1;
    return index;
}

int proc_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

bool proc_signal(int pidfd, int number) {
    return syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) == 0;
}
