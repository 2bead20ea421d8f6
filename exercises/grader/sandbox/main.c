// SPDX-License-Identifier: MIT
// The sandbox: runs one command where it sees nothing and harms nobody.
//
//   sandbox [options] -- COMMAND [ARGUMENT …]
//
//   --uid N          as root: run the command as this user
//   --read FILE PATH the command sees FILE, read-only, as PATH
//   --bring          COMMAND is a file from outside: it becomes
//   /sandbox/command
//   --hide FOLDER    is not seen, wherever it lies
//   --orphans        what the command leaves behind lives on until somebody
//                    kills it, which the judge does; else it ends with it
//   --processes N    at once, threads included
//   --bwrap FILE     which bubblewrap
//   --unsafe         limits only, no sandbox
//
// It is a chain of three programs: this one writes bubblewrap's command line,
// bubblewrap builds the namespaces, and `sandbox --confine` (confine.c) sets
// limits from within and becomes the command. Descriptors stay as they are.
//
//   build/gcc/exercises/grader/sandbox/sandbox -- sh     have a look round
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
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine.h"
#include "grader_limits.h"
#include "sandbox.h"

#define MOST_ARGUMENTS 200

static char *line[MOST_ARGUMENTS];
static int words;

static void add(const char *word) {
    if (words + 1 >= MOST_ARGUMENTS)
        sandbox_die("too many arguments");
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
static void hide(const struct sandbox *sandbox) {
    static char real[SANDBOX_HIDES][PATH_MAX];
    for (int i = 0; i < sandbox->hides; i++)
        if (realpath(sandbox->hide[i], real[i]) &&
            strncmp(real[i], "/usr/", 5) == 0)
            add_empty_folder(real[i], "0755", "4096");
}

// `--confine` repeats in the sandbox what it needs to know.
static void add_confine(const struct sandbox *sandbox) {
    static char uid[24], processes[24];
    snprintf(uid, sizeof uid, "%u", (unsigned)sandbox->uid);
    snprintf(processes, sizeof processes, "%d", sandbox->processes);
    ADD("--confine", "--processes", processes);
    if (getuid() == 0)
        ADD("--uid", uid);
    add("--");
}

// Bubblewrap reads its options from a descriptor: process 1 in the sandbox is
// bubblewrap, too, and its command line is for everybody there to read.
static int options_in_a_file(int first) {
    int fd = memfd_create("options", 0);
    if (fd < 0)
        sandbox_die("no memory for options: %s", strerror(errno));
    for (int i = first; i < words; i++) {
        size_t length = strlen(line[i]) + 1;
        if (write(fd, line[i], length) != (ssize_t)length)
            sandbox_die("cannot write options: %s", strerror(errno));
    }
    if (lseek(fd, 0, SEEK_SET) < 0)
        sandbox_die("cannot write options: %s", strerror(errno));
    return fd;
}

_Noreturn static void enter(const struct sandbox *sandbox, const char *self) {
    static char size[24];
    snprintf(size, sizeof size, "%ld", LIMIT_SANDBOX_TMP);
    ADD(sandbox->bwrap, "--unshare-pid", "--unshare-net", "--unshare-ipc",
        "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox");
    if (!sandbox->orphans)
        add("--die-with-parent");
    if (getuid() == 0) // only until it has become another user
        ADD("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add",
            "CAP_SETGID", "--cap-add", "CAP_SETPCAP");
    add_system();
    hide(sandbox);
    ADD("--proc", "/proc", "--dev", "/dev");
    add_empty_folder("/dev/pts", "0555", "4096"); // there are few terminals
    add_empty_folder("/dev/shm", "1777", size);
    add_empty_folder("/tmp", "1777", size);
    ADD("--perms", "0755", "--dir", "/sandbox");
    for (int i = 0; i < sandbox->reads; i++)
        ADD("--ro-bind", sandbox->read[i].file, sandbox->read[i].name);
    ADD("--ro-bind", self, "/sandbox/.confine", "--remount-ro", "/dev",
        "--remount-ro", "/", "--chdir", "/tmp");
    static char options[12];
    snprintf(options, sizeof options, "%d", options_in_a_file(1));
    words = 1;
    ADD("--args", options, "--", "/sandbox/.confine");
    add_confine(sandbox);
    for (char **word = sandbox->command; *word; word++)
        add(*word);
    line[words] = NULL;
    char *environment[] = CONFINED_ENVIRONMENT;
    execve(sandbox->bwrap, line, environment);
    sandbox_die("cannot start %s: %s", sandbox->bwrap, strerror(errno));
}

static void read_options(struct sandbox *sandbox, int argc, char **argv) {
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *it = argv[i];
        int more = argc - i - 1;
        if (!strcmp(it, "--confine"))
            sandbox->confine = true;
        else if (!strcmp(it, "--unsafe"))
            sandbox->unsafe = true;
        else if (!strcmp(it, "--bring"))
            sandbox->bring = true;
        else if (!strcmp(it, "--orphans"))
            sandbox->orphans = true;
        else if (!strcmp(it, "--uid") && more > 0)
            sandbox->uid = (uid_t)strtoul(argv[++i], NULL, 10);
        else if (!strcmp(it, "--processes") && more > 0)
            sandbox->processes = atoi(argv[++i]);
        else if (!strcmp(it, "--bwrap") && more > 0)
            sandbox->bwrap = argv[++i];
        else if (!strcmp(it, "--hide") && more > 0 &&
                 sandbox->hides < SANDBOX_HIDES)
            sandbox->hide[sandbox->hides++] = argv[++i];
        else if (!strcmp(it, "--read") && more > 1 &&
                 sandbox->reads < SANDBOX_READS) {
            sandbox->read[sandbox->reads].file = argv[++i];
            sandbox->read[sandbox->reads++].name = argv[++i];
        } else
            sandbox_die("what is \"%s\"? See exercises/grader/sandbox/main.c",
                        it);
    }
    if (i + 1 >= argc)
        sandbox_die("usage: sandbox [options] -- COMMAND [ARGUMENT ...]");
    sandbox->command = argv + i + 1;
}

int main(int argc, char **argv) {
    static struct sandbox sandbox = {.uid = 65534,
                                     .processes = LIMIT_SANDBOX_PROCESSES,
                                     .bwrap = "/usr/bin/bwrap"};
    read_options(&sandbox, argc, argv);
    if (sandbox.confine || sandbox.unsafe)
        sandbox_become(&sandbox);
    static char self[PATH_MAX];
    if (!realpath("/proc/self/exe", self))
        sandbox_die("cannot find myself: %s", strerror(errno));
    if (sandbox.bring && sandbox.reads < SANDBOX_READS) {
        sandbox.read[sandbox.reads].file = sandbox.command[0];
        sandbox.read[sandbox.reads++].name = "/sandbox/command";
        sandbox.command[0] = "/sandbox/command";
    }
    enter(&sandbox, self);
}
