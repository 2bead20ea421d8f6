// SPDX-License-Identifier: MIT
// Pipes, time and signals: calls that may wait for another process look first,
// without waiting, and give the turn away where they would have to.
//
// Runs in: every process of a run.
#define _GNU_SOURCE
#include "wrapped.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

// Waits until the descriptor can be used so. False: a signal came.
static bool await_descriptor(int fd, short events, uintptr_t where) {
    struct wait wait = {
        .kind = WAIT_DESCRIPTOR, .object = (uintptr_t)fd, .where = where};
    for (;;) {
        struct pollfd poll = {.fd = fd, .events = events};
        if (__real_poll(&poll, 1, 0) != 0 || fcntl(fd, F_GETFL) & O_NONBLOCK)
            return true;
        if (!turn_wait(&wait))
            return false;
    }
}

ssize_t __wrap_read(int fd, void *bytes, size_t size) {
    if (self < 0)
        return __real_read(fd, bytes, size);
    turn_point();
    if (!await_descriptor(fd, POLLIN, WHERE)) {
        errno = EINTR;
        return -1;
    }
    ssize_t count = __real_read(fd, bytes, size);
    int error = errno;
    struct step *step = control_log(STEP_CALL, WHERE);
    snprintf(step->words, sizeof step->words, "reads %zd bytes from %d", count,
             fd);
    if (count > 0)
        turn_stir(WAIT_DESCRIPTOR, 0);
    errno = error;
    return count;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size) {
    if (self < 0)
        return __real_write(fd, bytes, size);
    turn_point();
    struct step *step = control_log(STEP_CALL, WHERE);
    snprintf(step->words, sizeof step->words, "writes %zu bytes to %d", size,
             fd);
    size_t done = 0;
    do { // as much at a time as a pipe takes in one piece
        if (!await_descriptor(fd, POLLOUT, WHERE)) {
            errno = EINTR;
            return done ? (ssize_t)done : -1;
        }
        size_t part = size - done < PIPE_BUF ? size - done : PIPE_BUF;
        ssize_t count = __real_write(fd, (const char *)bytes + done, part);
        if (count < 0)
            return done ? (ssize_t)done : -1;
        done += (size_t)count;
        turn_stir(WAIT_DESCRIPTOR, 0);
    } while (done < size);
    return (ssize_t)done;
}

int __wrap_close(int fd) {
    if (self < 0)
        return __real_close(fd);
    turn_point();
    int error = __real_close(fd);
    turn_stir(WAIT_DESCRIPTOR, 0);
    return error;
}

static int poll_in_turn(struct pollfd *fds, nfds_t count, bool waits,
                        bool timed, uintptr_t where) {
    struct wait wait = {.kind = WAIT_DESCRIPTOR,
                        .object =
                            count == 1 ? (uintptr_t)fds[0].fd : (uintptr_t)-1,
                        .timed = timed,
                        .where = where};
    turn_point();
    for (;;) {
        int ready = __real_poll(fds, count, 0);
        if (ready != 0 || !waits)
            return ready;
        if (turn_wait(&wait))
            continue;
        if (control->slot[self].timed_out)
            return 0;
        errno = EINTR;
        return -1;
    }
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout) {
    if (self < 0)
        return __real_poll(fds, count, timeout);
    return poll_in_turn(fds, count, timeout != 0, timeout > 0, WHERE);
}

int __wrap_ppoll(struct pollfd *fds, nfds_t count,
                 const struct timespec *timeout, const sigset_t *mask) {
    (void)mask;
    bool waits = !timeout || timeout->tv_sec || timeout->tv_nsec;
    return poll_in_turn(fds, count, waits, timeout != NULL, WHERE);
}

int __wrap_select(int count, fd_set *in, fd_set *out, fd_set *except,
                  struct timeval *timeout) {
    if (self < 0)
        return __real_select(count, in, out, except, timeout);
    fd_set none, asked[3];
    fd_set *set[3] = {in ? in : &none, out ? out : &none,
                      except ? except : &none};
    FD_ZERO(&none);
    for (int i = 0; i < 3; i++)
        asked[i] = *set[i];
    struct wait wait = {.kind = WAIT_DESCRIPTOR,
                        .object = (uintptr_t)-1,
                        .timed = timeout != NULL,
                        .where = WHERE};
    turn_point();
    for (;;) {
        struct timeval now = {0, 0};
        int ready = __real_select(count, in, out, except, &now);
        if (ready != 0 || (timeout && !timeout->tv_sec && !timeout->tv_usec))
            return ready;
        bool again = turn_wait(&wait);
        if (!again && control->slot[self].timed_out)
            return 0;
        if (!again) {
            errno = EINTR;
            return -1;
        }
        for (int i = 0; i < 3; i++)
            if (set[i] != &none)
                *set[i] = asked[i];
    }
}

// Time: all others come first, and no time passes.
int __wrap_sched_yield(void) {
    if (self >= 0)
        turn_yield();
    return 0;
}
int __wrap_usleep(useconds_t time) {
    (void)time;
    return __wrap_sched_yield();
}
unsigned __wrap_sleep(unsigned time) {
    (void)time;
    return (unsigned)__wrap_sched_yield();
}
int __wrap_nanosleep(const struct timespec *time, struct timespec *left) {
    (void)time, (void)left;
    return __wrap_sched_yield();
}
int __wrap_clock_nanosleep(clockid_t clock, int flags,
                           const struct timespec *time, struct timespec *left) {
    (void)clock, (void)flags, (void)time, (void)left;
    return __wrap_sched_yield();
}

// Signals -------------------------------------------------------------------

static bool some_pending(const sigset_t *wanted, bool inverted) {
    sigset_t pending;
    sigpending(&pending);
    for (int sig = 1; sig < NSIG; sig++)
        if (sigismember(&pending, sig) == 1 &&
            (sigismember(wanted, sig) == 1) != inverted)
            return true;
    return false;
}

int __wrap_sigsuspend(const sigset_t *mask) {
    if (self < 0)
        return __real_sigsuspend(mask);
    struct wait wait = {.kind = WAIT_SIGNAL, .where = WHERE};
    turn_point();
    while (!some_pending(mask, true))
        if (!turn_wait(&wait)) {
            errno = EINTR;
            return -1;
        }
    return __real_sigsuspend(mask);
}

int __wrap_pause(void) {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return __wrap_sigsuspend(&mask);
}

int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *info,
                        const struct timespec *timeout) {
    if (self < 0)
        return __real_sigtimedwait(set, info, timeout);
    struct timespec now = {0, 0};
    struct wait wait = {
        .kind = WAIT_SIGNAL, .timed = timeout != NULL, .where = WHERE};
    turn_point();
    for (;;) {
        int sig = __real_sigtimedwait(set, info, &now);
        if (sig > 0 || errno != EAGAIN)
            return sig;
        if (!turn_wait(&wait) && control->slot[self].timed_out) {
            errno = EAGAIN;
            return -1;
        }
    }
}

int __wrap_sigwaitinfo(const sigset_t *set, siginfo_t *info) {
    return __wrap_sigtimedwait(set, info, NULL);
}

int __wrap_sigwait(const sigset_t *set, int *sig) {
    int got = __wrap_sigtimedwait(set, NULL, NULL);
    if (got < 0)
        return errno;
    *sig = got;
    return 0;
}
