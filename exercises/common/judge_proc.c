// SPDX-License-Identifier: MIT
// Reads from /proc which processes a cell holds and in what state they are.
//
// From outside: what is read here does not pass through the student's process.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "judge.h"

static bool read_file(const char *path, char *text, size_t room) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, text, room - 1);
    close(fd);
    if (got < 0)
        return false;
    text[got] = 0;
    return true;
}

static bool read_process(struct process *process, pid_t pid) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (!read_file(path, line, sizeof line))
        return false;
    // The name may hold anything, brackets too: go by the last one.
    char *open = strchr(line, '('), *close = strrchr(line, ')');
    int parent;
    unsigned long user, system; // in clock ticks
    if (!open || !close ||
        sscanf(close + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
               &process->state, &parent, &user, &system) != 4)
        return false;
    process->cpu_ms = (user + system) * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
    *close = 0;
    snprintf(process->name, sizeof process->name, "%s", open + 1);
    process->pid = pid;
    process->parent = parent;
    process->inside = false;
    process->switches = 0;
    return true;
}

static uint64_t read_switches(pid_t pid) {
    char path[64], line[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (!read_file(path, line, sizeof line))
        return 0;
    uint64_t sum = 0;
    for (char *at = line; (at = strstr(at, "ctxt_switches:"));) {
        at += strlen("ctxt_switches:");
        sum += strtoull(at, NULL, 10);
    }
    return sum;
}

static struct process *find(const struct processes *list, pid_t pid) {
    for (int i = 0; i < list->count; i++)
        if (list->at[i].pid == pid)
            return &list->at[i];
    return NULL;
}

bool proc_is_below(const struct processes *list, pid_t pid, pid_t ancestor) {
    // Bounded: pids may have been used again while the list was read.
    for (int steps = 0; steps < 1000 && pid > 1; steps++) {
        if (pid == ancestor)
            return true;
        struct process *process = find(list, pid);
        if (!process)
            return false;
        pid = process->parent;
    }
    return false;
}

void proc_list(struct processes *list, pid_t keeper, bool with_switches) {
    list->count = 0;
    DIR *dir = opendir("/proc");
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        if (list->count == list->room) {
            int room = list->room ? 2 * list->room : 256;
            void *more = realloc(list->at, (size_t)room * sizeof *list->at);
            if (!more)
                break;
            list->at = more;
            list->room = room;
        }
        if (read_process(&list->at[list->count], atoi(entry->d_name)))
            list->count++;
    }
    closedir(dir);
    for (int i = 0; i < list->count; i++)
        list->at[i].inside = list->at[i].pid != keeper &&
                             proc_is_below(list, list->at[i].pid, keeper);
    int kept = 0;
    for (int i = 0; i < list->count; i++)
        if (list->at[i].inside)
            list->at[kept++] = list->at[i];
    list->count = kept;
    if (with_switches)
        for (int i = 0; i < kept; i++)
            list->at[i].switches = read_switches(list->at[i].pid);
}

int proc_descriptors(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    if (!dir)
        return -1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

int proc_shared_mappings(pid_t pid) {
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return -1;
    int count = 0;
    while (fgets(line, sizeof line, file)) {
        char mode[8] = "";
        if (sscanf(line, "%*s %7s", mode) == 1 && mode[3] == 's')
            count++;
    }
    fclose(file);
    return count;
}

int proc_shm_files(pid_t pid) {
    // The driver's own /dev/shm, which in a mount namespace is not ours.
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/root/dev/shm", (int)pid);
    DIR *dir = opendir(path);
    if (!dir)
        return -1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}
