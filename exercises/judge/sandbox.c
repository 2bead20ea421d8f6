// SPDX-License-Identifier: MIT
// The sandbox: starts a driver where it can do no harm, and ends all of it.
//
//   judge ── init ── [sandbox command] ── driver ── the student's processes
//
// Init is process 1 of a PID namespace of its own where that can be had,
// with an own view of the system (namespaces.c); else a "subreaper". Either
// way orphans fall to it, so whatever the student starts stays below the
// init; should he manage to kill that, the judge itself is next. When process
// 1 of a namespace is killed the kernel kills the rest with it. A judge that is
// root runs the driver as another user, without any capability.
//
// Runs in: judge; init; the driver's process until exec.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine.h"
#include "filter.h"
#include "judge.h"

#define CHANNEL_FD 3 // in the driver, at exec
#define PAGE_FD 4

static bool namespaces_failed, view_failed;

// What a init and its driver are started with.
struct start {
    const struct sandbox_options *options;
    const char *path;
    int program, channel, page, output, status;
    int tasks; // of the user, already there
    bool own;
};

bool sandbox_is_apart(const struct sandbox_options *options) {
    return options->namespaces && !options->prefix && !namespaces_failed;
}

const char *sandbox_isolation(const struct sandbox_options *options) {
    if (options->prefix)
        return "sandbox command";
    if (!options->namespaces || namespaces_failed)
        return "refused system calls, limits";
    return view_failed ? "namespaces (but no mounts), refused system calls, "
                         "limits"
                       : "namespaces, refused system calls, limits";
}

void sandbox_look(const struct sandbox *sandbox, pid_t driver) {
    view_failed = sandbox->own && !proc_has_own(driver, "tmp");
}

// `tasks_of_user` is negative where a sandbox command counts for itself.
static void set_limits(int tasks_of_user) {
    // The judge counts with more care; this is for when it cannot.
    struct rlimit cpu = {4 * LIMIT_CPU_S, 4 * LIMIT_CPU_S + 1};
    setrlimit(RLIMIT_CPU, &cpu);
    confine_limit(RLIMIT_CORE, 0);
    confine_limit(RLIMIT_FSIZE, LIMIT_FILE);
    confine_limit(RLIMIT_NOFILE, LIMIT_FILES);
    confine_limit(RLIMIT_STACK, LIMIT_STACK);
    confine_limit(RLIMIT_SIGPENDING, LIMIT_SIGNALS);
    // All of the user's processes count, so those he has anyway are added.
    if (tasks_of_user >= 0)
        confine_limit(RLIMIT_NPROC,
                      (rlim_t)tasks_of_user + 2 * LIMIT_PROCESSES);
    if (!SANITIZED) // AddressSanitizer maps terabytes
        confine_limit(RLIMIT_AS, LIMIT_ADDRESSES);
}

const char *sandbox_lacks(void) {
    static const struct {
        int what;
        uint64_t least;
        char letter;
    } limit[] = {{RLIMIT_NOFILE, LIMIT_FILES, 'n'},
                 {RLIMIT_AS, LIMIT_ADDRESSES, 'v'},
                 {RLIMIT_DATA, LIMIT_ADDRESSES, 'd'},
                 {RLIMIT_STACK, LIMIT_STACK, 's'},
                 {RLIMIT_FSIZE, LIMIT_FILE, 'f'},
                 {RLIMIT_CPU, 4 * LIMIT_CPU_S + 1, 't'}};
    for (size_t i = 0; i < sizeof limit / sizeof *limit; i++) {
        struct rlimit is;
        if (getrlimit((__rlimit_resource_t)limit[i].what, &is) == 0 &&
            is.rlim_max < limit[i].least)
            return text("ulimit -H%c is too low", limit[i].letter);
    }
    return NULL;
}

// How many processes and threads a user has now.
static int count_tasks(uid_t uid) {
    int count = proc_tasks_of(uid);
    return count < 0 ? 2000 : count;
}

// A sandbox command may have to gain privileges first; it does all this itself.
static bool give_up_privileges(const struct sandbox_options *options,
                               bool own) {
    if (options->prefix)
        return true;
    return confine_drop_rights(options->uid) && filter_load(own);
}

// Nothing that the judge was started with gets through.
static void close_the_rest(int first) {
    DIR *dir = opendir("/proc/self/fd");
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (atoi(entry->d_name) >= first)
            fcntl(atoi(entry->d_name), F_SETFD, FD_CLOEXEC);
    if (dir)
        closedir(dir);
}

static bool set_descriptors(const struct start *start) {
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const struct sandbox_options *options = start->options;
    bool schedules = options->schedules != NULL;
    int source = options->source < 0 ? nothing : options->source;
    int channel =
        fcntl(schedules ? start->program : start->channel, F_DUPFD_CLOEXEC, 50);
    int page = fcntl(schedules ? source : start->page, F_DUPFD_CLOEXEC, 50);
    int output = fcntl(start->output, F_DUPFD_CLOEXEC, 50);
    close_the_rest(PAGE_FD + 1);
    bool terminal = options->debug; // a debugger keeps it
    return (terminal || (dup2(nothing, 0) >= 0 && dup2(output, 1) >= 0 &&
                         dup2(output, 2) >= 0)) &&
           dup2(channel, CHANNEL_FD) >= 0 && dup2(page, PAGE_FD) >= 0;
}

_Noreturn static void become_driver(const struct start *start) {
    const struct sandbox_options *options = start->options;
    confine_reset_signals();
    int program = fcntl(start->program, F_DUPFD_CLOEXEC, 50);
    if (!options->debug) {
        setsid();
        confine_offer_to_oom();
        set_limits(start->tasks);
    }
    // The same addresses each time; and a fork copies fewer tables of pages,
    // since libraries and stack lie near each other.
    personality(ADDR_NO_RANDOMIZE);
    if (!set_descriptors(start) || chdir("/") < 0 ||
        !give_up_privileges(options, start->own)) {
        dprintf(2, "the driver cannot be confined: %s\n", strerror(errno));
        _exit(DRIVER_NOT_CONFINED);
    }
    char *environment[] = CONFINED_ENVIRONMENT;
    char *argv[64] = {0};
    int n = 0;
    for (char **p = options->prefix; p && *p && n < 60; p++)
        argv[n++] = *p;
    argv[n++] = (char *)start->path;
    static const char *const ends[] = {"3", "4", NULL}; // CHANNEL_FD, PAGE_FD
    const char *const *words = options->schedules ? options->schedules : ends;
    for (; *words && n < 63; words++)
        argv[n++] = (char *)*words;
    if (options->prefix)
        execvpe(argv[0], argv, options->debug ? environ : environment);
    else // by descriptor: the new user need not reach the path
        syscall(SYS_execveat, program, "", argv, environment, AT_EMPTY_PATH);
    dprintf(2, "%s cannot be started: %s\n", argv[0], strerror(errno));
    _exit(127);
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

static pid_t judge;

// Without a namespace: the judge has died, by Ctrl-C perhaps. Interrupts
// nothing but waitpid and pause, so it may do anything. A shell's SIGCONT,
// while the judge lives, is none of its business.
static void judge_is_gone(int sig) {
    (void)sig;
    if (getppid() == judge)
        return;
    kill_below(getpid());
    _exit(0);
}

// Starts the driver, then reaps orphans until it is killed.
_Noreturn static void run_init(const struct start *start) {
    prctl(PR_SET_NAME, "init");
    // The judge may die just when it has stopped all, init too, to kill
    // them: SIGCONT is the one signal besides SIGKILL that reaches it then.
    signal(SIGCONT, judge_is_gone);
    prctl(PR_SET_PDEATHSIG, start->own ? SIGKILL : SIGCONT);
    // Has the judge died before that? Then nobody reads what we write.
    struct pollfd reader = {.fd = start->status};
    if (poll(&reader, 1, 0) > 0)
        _exit(0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    // This process is a copy of the judge and knows the answers.
    prctl(PR_SET_DUMPABLE, 0);
    signal(SIGINT, SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
    pid_t driver = fork();
    if (driver == 0)
        become_driver(start);
    int how = DRIVER_NOT_CONFINED << 8;
    if (driver < 0) {
        dprintf(start->output, "the driver cannot be forked: %s\n",
                strerror(errno));
        if (write(start->status, &how, sizeof how) < 0)
            _exit(1);
    }
    close(start->channel);
    close(start->page);
    close(start->output);
    for (;;) {
        pid_t pid = waitpid(-1, &how, 0);
        if (pid == driver && write(start->status, &how, sizeof how) < 0)
            _exit(1);
        if (pid < 0)
            pause(); // nothing left: wait to be ended
    }
}

static pid_t fork_with(unsigned long flags) {
    return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

static bool make_ends(int pair[2], int output[2], int status[2]) {
    int on = 1;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0 &&
           setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0 &&
           pipe2(output, O_CLOEXEC) == 0 && pipe2(status, O_CLOEXEC) == 0;
}

// Sealed, for whoever can make it shorter can kill whoever writes there.
static int make_shared_page(struct sandbox *sandbox) {
    int fd = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    sandbox->page = MAP_FAILED;
    if (ftruncate(fd, sizeof *sandbox->page) == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        sandbox->page = mmap(NULL, sizeof *sandbox->page,
                             PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (sandbox->page != MAP_FAILED)
        return fd;
    close(fd);
    return -1;
}

bool sandbox_start(struct sandbox *sandbox, const char *driver,
                   const struct sandbox_options *options) {
    int pair[2], output[2], status[2];
    struct start start = {.options = options, .path = driver};
    start.program = open(driver, O_RDONLY | O_CLOEXEC);
    if (start.program < 0 || fstat(start.program, &sandbox->program) < 0 ||
        (start.page = make_shared_page(sandbox)) < 0 ||
        !make_ends(pair, output, status))
        return false;
    bool root = getuid() == 0;
    uid_t uid = getuid();
    gid_t gid = getgid();
    static int tasks = -1;
    if (tasks < 0 && !options->prefix)
        tasks = count_tasks(root ? options->uid : uid);
    start.tasks = tasks;
    start.channel = pair[1];
    start.output = output[1];
    start.status = status[1];
    start.own = options->namespaces && !options->prefix && !namespaces_failed;
    judge = getpid();
    fflush(NULL);
    sandbox->init = start.own ? fork_with(namespace_flags(root)) : -1;
    if (sandbox->init < 0) {
        namespaces_failed = start.own || namespaces_failed;
        start.own = false;
        sandbox->init = fork_with(0);
    }
    if (sandbox->init == 0) {
        close(pair[0]);
        close(output[0]);
        close(status[0]);
        if (start.own)
            namespace_enter(uid, gid, !root);
        run_init(&start);
    }
    close(start.program);
    close(start.page);
    close(pair[1]);
    close(output[1]);
    close(status[1]);
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    sandbox->own = start.own;
    sandbox->channel = pair[0];
    sandbox->output = output[0];
    sandbox->status = status[0];
    return sandbox->init > 0;
}

bool sandbox_is_whole(const struct sandbox *sandbox) {
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)sandbox->init, &info, WEXITED | WNOHANG | WNOWAIT) <
        0)
        return errno != ECHILD; // it cannot be asked for: nothing is known
    return info.si_pid == 0;
}

void sandbox_end(struct sandbox *sandbox) {
    if (!sandbox->own) // else the kernel does it
        kill_below(getpid());
    kill(sandbox->init, SIGKILL);
    while (waitpid(sandbox->init, NULL, 0) < 0 && errno == EINTR)
        continue;
    // What /proc did not show below init (hidepid) is ours now.
    if (!sandbox->own)
        kill_below(getpid());
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
        // Init, and what fell to the judge if it was killed before.
    }
    if (sandbox->channel >= 0)
        close(sandbox->channel);
    if (sandbox->output >= 0)
        close(sandbox->output);
    close(sandbox->status);
    munmap(sandbox->page, sizeof *sandbox->page);
}
