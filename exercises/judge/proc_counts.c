// SPDX-License-Identifier: MIT
// Counts from /proc what a process has: descriptors, mappings, memory, files,
// sockets.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "judge.h"

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

int proc_write_ends(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    if (!dir)
        return -1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char name[320], target[64], info[512];
        unsigned flags = 0;
        snprintf(name, sizeof name, "/proc/%d/fd/%s", (int)pid, entry->d_name);
        ssize_t got = readlink(name, target, sizeof target - 1);
        target[got < 0 ? 0 : got] = 0;
        snprintf(name, sizeof name, "/proc/%d/fdinfo/%s", (int)pid,
                 entry->d_name);
        const char *at = NULL;
        if (strncmp(target, "pipe:", 5) == 0 &&
            proc_read_file(name, info, sizeof info) &&
            (at = strstr(info, "flags:")) && sscanf(at + 6, "%o", &flags) == 1)
            count += (flags & O_ACCMODE) == O_WRONLY;
    }
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

int proc_sockets(pid_t pid) {
    char path[64], text[1024];
    int used;
    snprintf(path, sizeof path, "/proc/%d/net/sockstat", (int)pid);
    return proc_read_file(path, text, sizeof text) &&
                   sscanf(text, "sockets: used %d", &used) == 1
               ? used
               : -1;
}

bool proc_has_own(pid_t pid, const char *folder) {
    char theirs[64], ours[32];
    struct stat one, other;
    snprintf(theirs, sizeof theirs, "/proc/%d/root/%s", (int)pid, folder);
    snprintf(ours, sizeof ours, "/%s", folder);
    return stat(theirs, &one) == 0 &&
           (stat(ours, &other) < 0 || one.st_dev != other.st_dev);
}

int proc_inodes(pid_t pid) {
    static const char *const folder[] = {"tmp", "dev/shm"};
    int most = -1;
    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++) {
        char path[64];
        struct statfs about;
        snprintf(path, sizeof path, "/proc/%d/root/%s", (int)pid, folder[i]);
        if (!proc_has_own(pid, folder[i]) || statfs(path, &about) < 0)
            continue;
        int used = (int)(about.f_files - about.f_ffree);
        most = used > most ? used : most;
    }
    return most;
}

uint64_t proc_share(pid_t pid) {
    char path[64], text[2048];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    if (!proc_read_file(path, text, sizeof text))
        return 0;
    char *at = strstr(text, "\nPss:");
    return at ? strtoull(at + strlen("\nPss:"), NULL, 10) * 1024 : 0;
}

// A piece of shared memory, of how many bytes one process has mapped, and the
// most that any has.
struct shared {
    uint64_t inode, here, most;
};

static void add_shared(struct shared *all, int *count, int room, uint64_t inode,
                       uint64_t bytes) {
    int i = 0;
    while (i < *count && all[i].inode != inode)
        i++;
    if (i == room)
        return;
    if (i == *count)
        all[(*count)++] = (struct shared){.inode = inode};
    all[i].here += bytes;
    if (all[i].here > all[i].most)
        all[i].most = all[i].here;
}

static void read_shared(struct shared *all, int *count, int room, pid_t pid) {
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *file = fopen(path, "re");
    for (int i = 0; i < *count; i++)
        all[i].here = 0;
    while (file && fgets(line, sizeof line, file)) {
        unsigned long from, to, inode;
        char mode[8] = "";
        if (sscanf(line, "%lx-%lx %7s %*s %*s %lu", &from, &to, mode, &inode) ==
                4 &&
            mode[3] == 's' && strstr(line, "/dev/zero"))
            add_shared(all, count, room, inode, to - from);
    }
    if (file)
        fclose(file);
}

uint64_t proc_shared_memory(const struct processes *list) {
    static struct shared all[4096];
    int count = 0;
    uint64_t sum = 0;
    for (int i = 0; i < list->count; i++)
        read_shared(all, &count, sizeof all / sizeof *all, list->at[i].pid);
    for (int i = 0; i < count; i++)
        sum += all[i].most;
    return sum;
}

bool proc_shares_namespace(pid_t pid, const char *which) {
    char theirs[64], ours[64];
    struct stat one, other;
    snprintf(theirs, sizeof theirs, "/proc/%d/ns/%s", (int)pid, which);
    snprintf(ours, sizeof ours, "/proc/self/ns/%s", which);
    return stat(theirs, &one) == 0 && stat(ours, &other) == 0 &&
           one.st_ino == other.st_ino;
}

int proc_tasks_of(uid_t uid) {
    DIR *dir = opendir("/proc");
    if (!dir)
        return -1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[64];
        struct stat about;
        struct process process;
        snprintf(path, sizeof path, "/proc/%.20s", entry->d_name);
        if (isdigit((unsigned char)entry->d_name[0]) &&
            stat(path, &about) == 0 && about.st_uid == uid &&
            proc_read(&process, atoi(entry->d_name)))
            count += process.threads;
    }
    closedir(dir);
    return count;
}
