// SPDX-License-Identifier: MIT
// Counts what a process holds: descriptors, shared mappings, children. Memory
// is the sanitizer's to count.
//
// Runs in: the process of a test; leaks_shm_files() in the runner.
#define _GNU_SOURCE
#include "leaks.h"
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if SANITIZED
int __lsan_do_recoverable_leak_check(void);
#endif

void leaks_sample(struct resources *held) {
    *held = (struct resources){0};
    for (int fd = 0; fd < (int)sizeof held->fds; fd++)
        held->fds[fd] = fcntl(fd, F_GETFD) >= 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    while (maps && fgets(line, sizeof line, maps)) {
        char mode[8] = "";
        sscanf(line, "%*s %7s", mode);
        held->maps += mode[3] == 's' || strstr(line, "(deleted)");
    }
    if (maps)
        fclose(maps);
}

static bool say_descriptors(const struct resources *before,
                            const struct resources *after) {
    bool any = false;
    for (int fd = 0; fd < (int)sizeof before->fds; fd++) {
        if (before->fds[fd] == after->fds[fd])
            continue;
        char path[64], target[256] = "closed";
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(path, target, sizeof target - 1);
        if (n > 0)
            target[n] = '\0';
        fprintf(stderr, "left behind: descriptor %d (%s)\n", fd, target);
        any = true;
    }
    return any;
}

static bool say_children(void) {
    int status;
    pid_t pid = waitpid(-1, &status, WNOHANG | __WALL);
    if (pid < 0 && errno == ECHILD)
        return false;
    if (pid > 0)
        fprintf(stderr, "left behind: zombie %d\n", (int)pid);
    else
        fprintf(stderr, "left behind: a child that runs\n");
    return true;
}

bool leaks_compare(const struct resources *before,
                   const struct resources *after) {
    bool any = say_children();
    any |= say_descriptors(before, after);
    if (after->maps > before->maps) {
        fprintf(stderr, "left behind: %zu shared mappings\n",
                after->maps - before->maps);
        any = true;
    }
#if SANITIZED
    any |= __lsan_do_recoverable_leak_check() != 0;
#endif
    return any;
}

void leaks_own_shm(void) {
    if (unshare(CLONE_NEWNS) == 0 &&
        mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0)
        mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL);
}

size_t leaks_shm_files(void) {
    size_t count = 0;
    DIR *folder = opendir("/dev/shm");
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        struct stat info;
        count += entry->d_name[0] != '.' &&
                 fstatat(dirfd(folder), entry->d_name, &info, 0) == 0 &&
                 info.st_uid == getuid();
    }
    if (folder)
        closedir(folder);
    return count;
}
