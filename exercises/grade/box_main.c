// SPDX-License-Identifier: MIT
// The sandbox: runs one command where it sees nothing and harms nobody.
//
//   sandbox [options] -- COMMAND [ARGUMENT …]
//
//   --uid N          as root: run the command as this user
//   --read FILE PATH the command sees FILE, read-only, as PATH
//   --bring          COMMAND is a file from outside: it becomes /box/command
//   --hide FOLDER    is not seen, wherever it lies
//   --orphans        what the command leaves behind lives on until somebody
//                    kills it, which the judge does; else it ends with it
//   --processes N    at once, threads included
//   --bwrap FILE     which bubblewrap
//   --unsafe         limits only, no sandbox
//
// It is a chain of three programs: this one writes bubblewrap's command line,
// bubblewrap builds the namespaces, and `sandbox --inside` (box_inside.c) sets
// limits from within and becomes the command. Descriptors stay as they are.
//
//   build/gcc/exercises/grade/sandbox -- sh     have a look round
//
// Bubblewrap needs no user namespace when root runs it. Then the command gets
// a user of its own inside, so that the kernel counts its processes apart.
//
// Runs in: the sandbox's process until exec.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "box.h"
#include "grade_limits.h"

#define MOST_ARGUMENTS 200

static char *line[MOST_ARGUMENTS];
static int words;

static void add(const char *word) {
    if (words + 1 >= MOST_ARGUMENTS)
        box_die("too many arguments");
    line[words++] = (char *)word;
}

#define ADD(...)                                                               \
    do {                                                                       \
        const char *all[] = {__VA_ARGS__};                                     \
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)                  \
            add(all[i]);                                                       \
    } while (0)

// The system: /usr, and what belongs to it where it is not merged into /usr.
static void add_system(void) {
    static const char *const part[] = {"/bin", "/lib", "/lib32", "/lib64",
                                       "/sbin"};
    ADD("--ro-bind", "/usr", "/usr");
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        static char target[5][PATH_MAX];
        ssize_t length = readlink(part[i], target[i], PATH_MAX - 1);
        struct stat about;
        if (length > 0)
            ADD("--symlink", target[i], part[i]);
        else if (stat(part[i], &about) == 0)
            ADD("--ro-bind", part[i], part[i]);
    }
    ADD("--perms", "0755", "--dir", "/etc", "--ro-bind-try",
        "/etc/alternatives", "/etc/alternatives", "--ro-bind-try",
        "/etc/ld.so.cache", "/etc/ld.so.cache");
}

static void add_empty_folder(const char *path, const char *mode,
                             const char *size) {
    ADD("--size", size, "--perms", mode, "--tmpfs", path);
}

// Our own files are not for the command's eyes, should they lie below /usr.
static void hide(const struct box *box) {
    static char real[BOX_HIDES][PATH_MAX];
    for (int i = 0; i < box->hides; i++)
        if (realpath(box->hide[i], real[i]) &&
            strncmp(real[i], "/usr/", 5) == 0)
            add_empty_folder(real[i], "0755", "4096");
}

// `--inside` repeats in the sandbox what it needs to know.
static void add_inside(const struct box *box) {
    static char uid[24], processes[24];
    snprintf(uid, sizeof uid, "%u", (unsigned)box->uid);
    snprintf(processes, sizeof processes, "%d", box->processes);
    ADD("--inside", "--processes", processes);
    if (getuid() == 0)
        ADD("--uid", uid);
    add("--");
}

_Noreturn static void enter(const struct box *box, const char *self) {
    static char size[24];
    snprintf(size, sizeof size, "%ld", LIMIT_BOX_TMP);
    ADD(box->bwrap, "--unshare-pid", "--unshare-net", "--unshare-ipc",
        "--unshare-uts", "--unshare-cgroup-try", "--hostname", "box");
    if (!box->orphans)
        add("--die-with-parent");
    if (getuid() == 0) // only until it has become another user
        ADD("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add",
            "CAP_SETGID", "--cap-add", "CAP_SETPCAP");
    add_system();
    hide(box);
    ADD("--proc", "/proc", "--dev", "/dev");
    add_empty_folder("/dev/pts", "0555", "4096"); // there are few terminals
    add_empty_folder("/dev/shm", "1777", size);
    add_empty_folder("/tmp", "1777", size);
    ADD("--perms", "0755", "--dir", "/box");
    for (int i = 0; i < box->reads; i++)
        ADD("--ro-bind", box->read[i].file, box->read[i].name);
    ADD("--ro-bind", self, "/box/.inside", "--remount-ro", "/dev",
        "--remount-ro", "/", "--chdir", "/tmp", "--", "/box/.inside");
    add_inside(box);
    for (char **word = box->command; *word; word++)
        add(*word);
    char *environment[] = BOX_ENVIRONMENT;
    execve(box->bwrap, line, environment);
    box_die("cannot start %s: %s", box->bwrap, strerror(errno));
}

static void read_options(struct box *box, int argc, char **argv) {
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *it = argv[i];
        int more = argc - i - 1;
        if (!strcmp(it, "--inside"))
            box->inside = true;
        else if (!strcmp(it, "--unsafe"))
            box->unsafe = true;
        else if (!strcmp(it, "--bring"))
            box->bring = true;
        else if (!strcmp(it, "--orphans"))
            box->orphans = true;
        else if (!strcmp(it, "--uid") && more > 0)
            box->uid = (uid_t)strtoul(argv[++i], NULL, 10);
        else if (!strcmp(it, "--processes") && more > 0)
            box->processes = atoi(argv[++i]);
        else if (!strcmp(it, "--bwrap") && more > 0)
            box->bwrap = argv[++i];
        else if (!strcmp(it, "--hide") && more > 0 && box->hides < BOX_HIDES)
            box->hide[box->hides++] = argv[++i];
        else if (!strcmp(it, "--read") && more > 1 && box->reads < BOX_READS) {
            box->read[box->reads].file = argv[++i];
            box->read[box->reads++].name = argv[++i];
        } else
            box_die("what is \"%s\"? See exercises/grade/box_main.c", it);
    }
    if (i + 1 >= argc)
        box_die("usage: sandbox [options] -- COMMAND [ARGUMENT ...]");
    box->command = argv + i + 1;
}

int main(int argc, char **argv) {
    static struct box box = {.uid = 65534,
                             .processes = LIMIT_BOX_PROCESSES,
                             .bwrap = "/usr/bin/bwrap"};
    read_options(&box, argc, argv);
    if (box.inside || box.unsafe)
        box_become(&box);
    static char self[PATH_MAX];
    if (!realpath("/proc/self/exe", self))
        box_die("cannot find myself: %s", strerror(errno));
    if (box.bring && box.reads < BOX_READS) {
        box.read[box.reads].file = box.command[0];
        box.read[box.reads++].name = "/box/command";
        box.command[0] = "/box/command";
    }
    enter(&box, self);
}
