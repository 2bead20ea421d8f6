// SPDX-License-Identifier: MIT
// Runs another program and takes what it says, within limits.
//
// Runs in: workers, and the client before there are workers.
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "confine.h"
#include "sandbox.h"

void text_free(struct text *text) {
    free(text->bytes);
    *text = (struct text){0};
}

void spawn_adopt_orphans(void) { prctl(PR_SET_CHILD_SUBREAPER, 1); }

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// A session of its own: a terminal's Ctrl-C is for the grader only. It dies
// with the process that started it.
_Noreturn static void become(const struct spawn *it, pid_t parent, int out,
                             int err) {
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    int in = it->input >= 0 ? it->input : open("/dev/null", O_RDONLY);
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        _exit(127);
    char *environment[] = CONFINED_ENVIRONMENT;
    execve(it->argv[0], it->argv, environment);
    dprintf(2, "cannot start %s: %s", it->argv[0], strerror(errno));
    _exit(127);
}

// Takes what is there. False once there is too much.
static bool take(int *fd, struct text *text, size_t most) {
    char more[65536];
    ssize_t got = read(*fd, more, sizeof more);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (got <= 0) {
        close(*fd);
        *fd = -1;
        return true;
    }
    char *bytes = realloc(text->bytes, text->length + (size_t)got + 1);
    if (!bytes)
        return false;
    text->bytes = bytes;
    memcpy(bytes + text->length, more, (size_t)got);
    text->length += (size_t)got;
    bytes[text->length] = 0;
    return text->length <= most;
}

// Until both outputs are closed.
static enum spawn_end listen_to(struct spawn *it, int out, int err) {
    long until = now_ms() + it->wall_s * 1000L;
    enum spawn_end end = SPAWN_EXITED;
    while (end == SPAWN_EXITED && (out >= 0 || err >= 0)) {
        struct pollfd fd[2] = {{.fd = out, .events = POLLIN},
                               {.fd = err, .events = POLLIN}};
        long left = until - now_ms();
        if (it->wall_s && left <= 0)
            end = SPAWN_TOO_LONG;
        else if (poll(fd, 2, it->wall_s ? (int)left : -1) < 0 && errno != EINTR)
            end = SPAWN_FAILED;
        else if ((fd[0].revents && !take(&out, &it->out, it->most_out)) ||
                 (fd[1].revents && !take(&err, &it->err, it->most_err)))
            end = SPAWN_FLOODED;
    }
    if (out >= 0)
        close(out);
    if (err >= 0)
        close(err);
    return end;
}

// It has closed its outputs or is to end: now it does, and all below it.
static enum spawn_end reap(struct spawn *it, pid_t pid, enum spawn_end end) {
    int how = 0;
    if (end != SPAWN_EXITED)
        kill(-pid, SIGKILL);
    while (waitpid(pid, &how, 0) < 0 && errno == EINTR) {
    }
    kill(-pid, SIGKILL);
    // Orphans are on their way out: their process 1 died with its parent.
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
    }
    if (end != SPAWN_EXITED)
        return end;
    it->status = WIFEXITED(how) ? WEXITSTATUS(how) : WTERMSIG(how);
    return WIFEXITED(how) ? SPAWN_EXITED : SPAWN_KILLED;
}

enum spawn_end spawn(struct spawn *it) {
    int out[2], err[2] = {-1, -1};
    if (pipe2(out, O_CLOEXEC) < 0)
        return SPAWN_FAILED;
    pid_t parent = getpid(), pid = -1;
    if (pipe2(err, O_CLOEXEC) == 0)
        pid = fork();
    if (pid == 0)
        become(it, parent, out[1], err[1]);
    close(out[1]);
    if (err[1] >= 0)
        close(err[1]);
    if (pid < 0) {
        int why = errno;
        close(out[0]);
        if (err[0] >= 0)
            close(err[0]);
        errno = why;
        return SPAWN_FAILED;
    }
    return reap(it, pid, listen_to(it, out[0], err[0]));
}
