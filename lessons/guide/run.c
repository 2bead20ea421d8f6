// SPDX-License-Identifier: MIT
// Runs one of the lesson's programs and keeps what it prints.
//
// Its output is a terminal's (a pty), so that it comes in the order in which
// the reader would see it. Runs in: the guide; program() in the child.
#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define LIMIT_MS 60000
#define LIMIT_WORKER_MS 500 // more, for each worker that is to be forked
#define MOST_OUTPUT (4u << 20)
#define SHOW 16 // lines

struct child {
    char **args;
    char path[PATH_MAX];
    int output[2]; // what is read, what it writes
    int input, go[2];
    char folder[PATH_MAX]; // for the trace
    sigset_t mask;         // of before
};

// The program's files: both ends of its output, and what it reads.
static bool open_files(struct child *child, const struct guide_how *how) {
    if (how->pipe ||
        (child->output[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0 ||
        grantpt(child->output[0]) != 0 || unlockpt(child->output[0]) != 0 ||
        (child->output[1] = open(ptsname(child->output[0]),
                                 O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) {
        if (pipe2(child->output, O_CLOEXEC) != 0)
            return false;
    } else {
        struct termios mode;
        if (tcgetattr(child->output[1], &mode) == 0) {
            cfmakeraw(&mode); // "\n" stays "\n"
            tcsetattr(child->output[1], TCSANOW, &mode);
        }
    }
    fcntl(child->output[0], F_SETFL, O_NONBLOCK);
    child->input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (how->input) {
        int text[2];
        if (pipe2(text, O_CLOEXEC) != 0 || child->input < 0)
            return false;
        ssize_t done = write(text[1], how->input, strlen(how->input));
        close(text[1]);
        close(child->input);
        child->input = done < 0 ? -1 : text[0];
    }
    return child->input >= 0 && pipe2(child->go, O_CLOEXEC) == 0;
}

// Becomes the program, as soon as the guide watches.
static _Noreturn void program(const struct child *child,
                              const struct guide_how *how, pid_t guide_pid) {
    char byte;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != guide_pid)
        _exit(1);
    close(child->go[1]);
    while (read(child->go[0], &byte, 1) < 0 && errno == EINTR)
        ;
    dup2(child->input, 0);
    dup2(child->output[1], 1);
    dup2(child->output[1], 2);
    sigprocmask(SIG_SETMASK, &child->mask, NULL);
    static const char *const ours[] = {"WORKERS", "TASKS",          "INPUT",
                                       "PREDICT", "STEP",           "TRACE",
                                       "POOL",    "GUIDE_SANITIZE", NULL};
    for (int i = 0; ours[i]; i++)
        unsetenv(ours[i]);
    setenv("POOL_TRACE", guide_text("%s/%%p.json", child->folder), 1);
    if (how->ranks)
        mpi_settings(child->folder);
    const char *file = how->ranks ? child->args[0] : child->path;
    execvp(file, child->args);
    fprintf(stderr, "%s: %s\n", file, strerror(errno));
    _exit(127);
}

// Takes what has been printed; false: there will be no more.
static bool take_output(struct guide_run *run, int fd) {
    static size_t room, size;
    if (!run->output)
        room = size = 0;
    for (;;) {
        if (size + 4096 > room) {
            room = 2 * room + 8192;
            run->output = guide_grow(run->output, room, 1);
        }
        ssize_t got = read(fd, run->output + size, 4095);
        if (got > 0 && size < MOST_OUTPUT)
            size += (size_t)got;
        run->output[size] = '\0';
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        if (got < 0)
            return true;
    }
}

// Ctrl-C, and the like: ends what runs, leaves nothing behind, and dies of it.
static void interrupted(struct guide_run *run, struct child *child,
                        int signal_number) {
    watch_kill(run);
    while (watch_next(run))
        poll(NULL, 0, 1);
    guide_take_traces(NULL, child->folder);
    signal(signal_number, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal_number);
    raise(signal_number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    _exit(1);
}

// Follows the program to its end, and to that of all it made.
static void follow(struct guide_run *run, struct child *child, int limit_ms) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    int fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        guide_refuse("signalfd: %s.", strerror(errno));
    uint64_t until = run->begin + (uint64_t)limit_ms * 1000000u;
    bool open = true;
    while (watch_next(run)) {
        struct pollfd ready[] = {{fd, POLLIN, 0},
                                 {open ? child->output[0] : -1, POLLIN, 0}};
        uint64_t now = guide_now();
        int left = now >= until ? 0 : (int)((until - now) / 1000000u) + 1;
        int got = poll(ready, 2, run->late ? -1 : left);
        struct signalfd_siginfo info;
        while (read(fd, &info, sizeof info) == sizeof info)
            if (info.ssi_signo != SIGCHLD)
                interrupted(run, child, (int)info.ssi_signo);
        if (ready[1].revents)
            open = take_output(run, child->output[0]);
        if (got == 0 && !run->late) {
            run->late = true;
            watch_kill(run);
        }
    }
    run->end = guide_now();
    close(fd);
    // What nobody watched may still print, but not for long.
    struct pollfd more = {child->output[0], POLLIN, 0};
    while (open && poll(&more, 1, run->watched ? 0 : 200) > 0)
        open = take_output(run, child->output[0]);
}

static void start(struct guide_run *run, struct child *child,
                  const struct guide_how *how) {
    sigset_t block;
    sigemptyset(&block);
    sigaddset(&block, SIGCHLD);
    sigaddset(&block, SIGINT);
    sigaddset(&block, SIGTERM);
    sigaddset(&block, SIGHUP);
    sigprocmask(SIG_BLOCK, &block, &child->mask);
    const char *temp = guide_setting("TMPDIR");
    snprintf(child->folder, sizeof child->folder, "%s/guide-XXXXXX",
             temp ? temp : "/tmp");
    if (!mkdtemp(child->folder))
        guide_refuse("%s: %s.", child->folder, strerror(errno));
    if (!open_files(child, how))
        guide_refuse("no terminal or pipe for a program: %s.", strerror(errno));
    fflush(stdout);
    pid_t self = getpid(), pid = fork();
    if (pid < 0)
        guide_refuse("fork: %s.", strerror(errno));
    if (pid == 0)
        program(child, how, self);
    run->begin = guide_now();
    if (how->unwatched) {
        run->process = guide_alloc(1, sizeof *run->process);
        run->process[0] = (struct guide_process){.pid = pid};
        run->processes = 1;
    } else {
        watch_begin(run, pid);
    }
    close(child->output[1]);
    close(child->input);
    close(child->go[0]);
    close(child->go[1]); // it begins
}

static void cut_lines(struct guide_run *run) {
    if (!run->output)
        run->output = guide_alloc(1, 1);
    char *copy = guide_alloc(strlen(run->output) + 1, 1);
    strcpy(copy, run->output);
    for (const char *c = copy; *c; c++)
        run->lines += *c == '\n' || !c[1];
    run->line = guide_alloc(run->lines + 1, sizeof *run->line);
    for (size_t i = 0; i < run->lines; i++) {
        run->line[i] = copy;
        copy += strcspn(copy, "\n");
        *copy++ = '\0';
    }
}

static void show_output(const struct guide_run *run, size_t most) {
    size_t head = run->lines <= most ? run->lines : most - 3;
    for (size_t i = 0; i < head; i++)
        printf("    %s\n", guide_print(run->line[i], 75));
    if (head < run->lines) {
        printf("    ... %zu more lines\n", run->lines - head - 2);
        for (size_t i = run->lines - 2; i < run->lines; i++)
            printf("    %s\n", guide_print(run->line[i], 75));
    }
    putchar('\n');
}

// In as many lines as it takes; what has no blank for so long is cut.
static void show_command(const char *command) {
    const char *rest = guide_print(command, (int)strlen(command));
    size_t room = 74;
    printf("  %s$ ", guide_color("1"));
    for (; strlen(rest) > room; room = 70) {
        size_t length = room - 2;
        while (length > 0 && rest[length] != ' ')
            length--;
        if (length == 0)
            break;
        printf("%.*s \\\n        ", (int)length, rest);
        rest += length + 1;
    }
    printf("%s%s\n", guide_print(rest, (int)room), guide_color("0"));
}

// "./apply /usr/share/common-licenses/GPL-3 2", and the same as arguments.
static void arguments(struct guide_run *run, const struct guide_how *how,
                      struct child *child, va_list more) {
    size_t count = 0;
    const char *argument, *command;
    child->args = guide_alloc(32, sizeof *child->args);
    if (guide_python()) {
        child->args[count++] = (char *)"python3";
        child->args[count++] =
            (char *)guide_text("%s/%s.py", guide_setting("TWIN"), run->program);
        strcpy(child->path, "python3");
        command = guide_text("python3 %s.py", run->program);
    } else {
        snprintf(child->path, sizeof child->path, "%s/%s", guide.programs,
                 run->program);
        command = guide_text("./%s", run->program);
        if (how->ranks) {
            const char *ranks = guide_text("%zu", how->ranks);
            const char *mpirun[] = {"mpirun", "--oversubscribe", "-n", ranks};
            for (size_t i = 0; i < 4; i++)
                child->args[count++] = (char *)mpirun[i];
            command =
                guide_text("mpirun --oversubscribe -n %s %s", ranks, command);
        }
        child->args[count++] = (char *)(how->ranks ? child->path : command);
    }
    while ((argument = va_arg(more, const char *)) && count < 31) {
        child->args[count++] = (char *)argument;
        command = guide_text(
            *argument && !strpbrk(argument, " '\"\\*?") ? "%s %s" : "%s '%s'",
            command, argument);
    }
    // What it is joined to is told: typed alone it would do something else.
    run->command = guide_text("%s%s%s", how->input ? "... | " : "", command,
                              how->pipe ? how->pipe : "");
}

// What kept a program from being built on the student's pool.
static const char *lacking(const char *program) {
    char name[64] = "";
    FILE *from = fopen(guide_text("%s.lacks", program), "re");
    if (from && fscanf(from, "%63[a-z_]", name) == 1)
        program = guide_text("%s", name);
    else
        program = "more";
    if (from)
        fclose(from);
    return program;
}

// A program that has no twin in Python, needs more than POOL=mine has, or Open
// MPI where there is none.
static bool is_absent(struct guide_run *run, const struct guide_how *how,
                      const struct child *child) {
    bool mpi = !how->ranks || guide_python() || guide_mpi();
    if (mpi && access(guide_python() ? child->args[1] : child->path, R_OK) == 0)
        return false;
    if (guide_python())
        guide_say("(%s has no twin: Python has no such call, or would show "
                  "nothing new.)",
                  run->program);
    else if (guide_pool())
        guide_say("(%s needs %s, which your pool does not have: run the lesson "
                  "with the library, without POOL=.)",
                  run->program, lacking(child->path));
    else if (how->ranks)
        guide_say("(%s needs Open MPI, which is not here: apt install "
                  "openmpi-bin libopenmpi-dev, and make again.)",
                  run->program);
    else
        guide_refuse("%s is missing: make builds it.", child->path);
    run->output = guide_alloc(1, 1);
    run->line = guide_alloc(1, sizeof *run->line);
    run->process = guide_alloc(1, sizeof *run->process);
    guide.absent = true;
    return true;
}

struct guide_run *guide_run_as(const struct guide_how *how, const char *program,
                               ...) {
    static const struct guide_how usual;
    struct child child = {0};
    struct guide_run *run = guide_alloc(1, sizeof *run);
    va_list more;

    how = how ? how : &usual;
    run->program = program;
    run->part = guide.part;
    va_start(more, program);
    arguments(run, how, &child, more);
    va_end(more);
    guide_paragraph();
    if (is_absent(run, how, &child))
        return run;
    if (!how->quiet)
        show_command(run->command);
    start(run, &child, how);
    int limit_ms = how->limit_ms
                       ? how->limit_ms
                       : LIMIT_MS + LIMIT_WORKER_MS * (int)guide_workers();
    follow(run, &child, limit_ms);
    close(child.output[0]);
    guide_take_traces(run, child.folder);
    sigprocmask(SIG_SETMASK, &child.mask, NULL);
    cut_lines(run);
    if (!how->quiet)
        show_output(run, how->show ? how->show : SHOW);
    if (guide.runs < 64)
        guide.run[guide.runs++] = run;
    if (!run->late && !how->fails && WIFEXITED(run->status) &&
        WEXITSTATUS(run->status) == 2) // as the guide itself: a wrong knob
        guide_refuse("%s", run->lines
                               ? guide_print(run->line[run->lines - 1], 66)
                               : "the program refuses its arguments.");
    if (run->late)
        guide_claim(0, NULL, "%s ended by itself, within %d seconds", program,
                    limit_ms / 1000);
    else if (!guide_succeeded(run) && !how->fails)
        guide_claim(
            0,
            WIFEXITED(run->status)
                ? guide_text("exit status %d", WEXITSTATUS(run->status))
                : guide_text("killed by signal %d", WTERMSIG(run->status)),
            "%s succeeded", program);
    return run;
}
