// SPDX-License-Identifier: MIT
// The cell: starts a driver where it can do no harm, and ends all of it.
//
//   judge ── keeper ── [sandbox command] ── driver ── the student's processes
//
// The keeper is process 1 of a PID namespace of its own where that can be had,
// with an own /dev/shm; else a "subreaper". Either way orphans fall to it, so
// whatever the student starts stays below the keeper. When process 1 of a
// namespace is killed the kernel kills the rest with it. A judge that is root
// runs the driver as another user, without any capability.
//
// Runs in: judge; keeper; the driver's process until exec.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"

#define CHANNEL_FD 3 // in the driver, at exec

static bool namespaces_failed;

const char *cell_isolation(const struct cell_options *options) {
    if (options->prefix)
        return "sandbox command";
    return options->namespaces && !namespaces_failed
               ? "PID, IPC and mount namespaces, limits"
               : "limits only";
}

static void limit(int what, rlim_t value) {
    struct rlimit limit = {value, value};
    if (setrlimit(what, &limit) < 0 && errno == EPERM &&
        getrlimit(what, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max; // lower already
        setrlimit(what, &limit);
    }
}

static void set_limits(int tasks_of_user) {
    struct rlimit cpu = {LIMIT_CPU_S + 2, LIMIT_CPU_S + 3};
    setrlimit(RLIMIT_CPU, &cpu);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, LIMIT_FILE);
    limit(RLIMIT_NOFILE, LIMIT_FILES);
    // All of the user's processes count, so those he has anyway are added.
    limit(RLIMIT_NPROC, (rlim_t)tasks_of_user + 2 * LIMIT_PROCESSES);
#if !defined(__SANITIZE_ADDRESS__)
    limit(RLIMIT_AS, (rlim_t)1 << 30);
#endif
}

// How many processes and threads a user has now.
static int count_tasks(uid_t uid) {
    int count = 0;
    FILE *ps = popen("ps -eLo uid= 2>/dev/null", "re");
    if (!ps)
        return 2000;
    unsigned one;
    while (fscanf(ps, "%u", &one) == 1)
        count += one == uid;
    return pclose(ps) == 0 ? count : 2000;
}

static void drop_privileges(const struct cell_options *options) {
    bool root = getuid() == 0;
    if (root && !options->prefix) {
        for (int cap = 0; cap <= 63; cap++)
            prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
        if (setgroups(0, NULL) < 0 || setgid(options->uid) < 0 ||
            setuid(options->uid) < 0)
            _exit(126);
    }
    if (!options->prefix) // a sandbox command may have to gain some first
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

_Noreturn static void become_driver(const char *path, int program, int channel,
                                    int output, int tasks,
                                    const struct cell_options *options) {
    setsid();
    // The keeper blocks nothing, but whoever started the judge may have.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int s = 1; s < 32; s++)
        signal(s, SIG_DFL);
    int nothing = open("/dev/null", O_RDONLY);
    program = fcntl(program, F_DUPFD_CLOEXEC, 50);
    channel = fcntl(channel, F_DUPFD_CLOEXEC, 50);
    output = fcntl(output, F_DUPFD_CLOEXEC, 50);
    if (dup2(nothing, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
        dup2(channel, CHANNEL_FD) < 0 || chdir("/") < 0)
        _exit(126);
    for (int fd = CHANNEL_FD + 1; fd < 50; fd++)
        close(fd); // those the judge was started with
    set_limits(tasks);
    drop_privileges(options);
    char *environment[] = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8",
                           "ASAN_OPTIONS=detect_leaks=0", NULL};
    char *argv[64] = {0};
    int n = 0;
    for (char **p = options->prefix; p && *p && n < 60; p++)
        argv[n++] = *p;
    argv[n++] = (char *)path;
    argv[n++] = "3";
    if (options->prefix)
        execvpe(argv[0], argv, environment);
    else // by descriptor: the new user need not reach the path
        syscall(SYS_execveat, program, "", argv, environment, AT_EMPTY_PATH);
    dprintf(2, "judge: cannot start %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static void write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, text, strlen(text)) < 0) {
        // Not allowed here: goes on with less; cleaning up needs none of it.
    }
    if (fd >= 0)
        close(fd);
}

static void settle_in(uid_t uid, gid_t gid, bool in_user_namespace) {
    char line[64];
    if (in_user_namespace) {
        prctl(PR_SET_DUMPABLE, 1); // or these files are not ours to write
        write_file("/proc/self/setgroups", "deny");
        snprintf(line, sizeof line, "%u %u 1", uid, uid);
        write_file("/proc/self/uid_map", line);
        snprintf(line, sizeof line, "%u %u 1", gid, gid);
        write_file("/proc/self/gid_map", line);
    }
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    mount("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV,
          "size=64m,mode=1777");
}

// Kills all that is below a process, round by round until none is left: stopped
// first, so that they cannot fork meanwhile.
static void kill_below(pid_t ancestor) {
    struct processes list = {0};
    for (int round = 0; round < 200; round++) {
        proc_list(&list, ancestor, false);
        int alive = 0;
        for (int i = 0; i < list.count; i++)
            if (list.at[i].state != 'Z')
                alive += kill(list.at[i].pid, SIGSTOP) == 0;
        if (alive == 0)
            break;
        for (int i = 0; i < list.count; i++)
            kill(list.at[i].pid, SIGKILL);
    }
    free(list.at);
}

// Without a namespace: the judge has died, by Ctrl-C perhaps. Interrupts
// nothing but waitpid and pause, so it may do anything.
static void judge_is_gone(int sig) {
    (void)sig;
    kill_below(getpid());
    _exit(0);
}

// Starts the driver, then reaps orphans until it is killed.
_Noreturn static void keep(const char *path, int program, int channel,
                           int output, int status, int tasks, bool own,
                           const struct cell_options *options) {
    prctl(PR_SET_NAME, "keeper");
    signal(SIGTERM, judge_is_gone);
    prctl(PR_SET_PDEATHSIG, own ? SIGKILL : SIGTERM);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    // This process is a copy of the judge and knows the answers.
    prctl(PR_SET_DUMPABLE, 0);
    signal(SIGINT, SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
    pid_t driver = fork();
    if (driver == 0)
        become_driver(path, program, channel, output, tasks, options);
    close(channel);
    close(output);
    int how;
    for (;;) {
        pid_t pid = waitpid(-1, &how, 0);
        if (pid == driver && write(status, &how, sizeof how) < 0)
            _exit(1);
        if (pid < 0)
            pause(); // nothing left: wait to be ended
    }
}

static pid_t fork_with(unsigned long flags) {
    return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

bool cell_start(struct cell *cell, const char *driver,
                const struct cell_options *options) {
    int pair[2], output[2], status[2], on = 1;
    int program = open(driver, O_RDONLY | O_CLOEXEC);
    if (program < 0 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 ||
        setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ||
        pipe2(output, O_CLOEXEC) < 0 || pipe2(status, O_CLOEXEC) < 0)
        return false;
    bool root = getuid() == 0;
    uid_t uid = getuid();
    gid_t gid = getgid();
    static int tasks = -1;
    if (tasks < 0)
        tasks = count_tasks(root ? options->uid : uid);
    unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC;
    if (!root)
        flags |= CLONE_NEWUSER;
    bool own = options->namespaces && !options->prefix && !namespaces_failed;
    fflush(NULL);
    cell->keeper = own ? fork_with(flags) : -1;
    if (cell->keeper < 0) {
        namespaces_failed = own || namespaces_failed;
        own = false;
        cell->keeper = fork_with(0);
    }
    if (cell->keeper == 0) {
        close(pair[0]);
        close(output[0]);
        close(status[0]);
        if (own)
            settle_in(uid, gid, !root);
        keep(driver, program, pair[1], output[1], status[1], tasks, own,
             options);
    }
    close(program);
    close(pair[1]);
    close(output[1]);
    close(status[1]);
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    cell->own = own;
    cell->channel = pair[0];
    cell->output = output[0];
    cell->status = status[0];
    return cell->keeper > 0;
}

void cell_end(struct cell *cell) {
    if (!cell->own) // else the kernel does it
        kill_below(cell->keeper);
    kill(cell->keeper, SIGKILL);
    while (waitpid(cell->keeper, NULL, 0) < 0 && errno == EINTR) {
    }
    close(cell->channel);
    close(cell->output);
    close(cell->status);
}
