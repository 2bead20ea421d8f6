// SPDX-License-Identifier: MIT
// The sandbox's own view of the system: nothing on disk can be written, what is
// written to /tmp and /dev/shm goes with the sandbox, /proc shows its own
// processes only, and there is no network.
//
// Each step that a machine does not allow is left out: the judge relies on none
// of them.
//
// Runs in: init, before it starts the driver.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "judge.h"

// Declared here, for <sys/mount.h> and <linux/mount.h> do not go together.
int mount(const char *, const char *, const char *, unsigned long,
          const void *);

unsigned long namespace_flags(bool root) {
    return CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET |
           (root ? 0 : CLONE_NEWUSER);
}

static void write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, text, strlen(text)) < 0) {
        // Not allowed here: goes on with less.
    }
    if (fd >= 0)
        close(fd);
}

static void map_ids(uid_t uid, gid_t gid) {
    char line[64];
    prctl(PR_SET_DUMPABLE, 1); // or these files are not ours to write
    write_file("/proc/self/setgroups", "deny");
    snprintf(line, sizeof line, "%u %u 1", uid, uid);
    write_file("/proc/self/uid_map", line);
    snprintf(line, sizeof line, "%u %u 1", gid, gid);
    write_file("/proc/self/gid_map", line);
}

void namespace_enter(uid_t uid, gid_t gid, bool in_user_namespace) {
    if (in_user_namespace)
        map_ids(uid, gid);
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
#ifdef SYS_mount_setattr
    struct mount_attr read_only = {.attr_set =
                                       MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
    syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &read_only,
            sizeof read_only);
#endif
    static const char *const own[] = {"/dev/shm", "/tmp", "/var/tmp"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        mount("own", own[i], "tmpfs", MS_NOSUID | MS_NODEV,
              "size=64m,nr_inodes=1000,mode=1777");
    // Nobody's terminal, and no process but those in here.
    mount("none", "/dev/pts", "tmpfs", MS_RDONLY, "size=4k,nr_inodes=1");
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}
