// SPDX-License-Identifier: MIT
// Pipes, time and signals: calls that may wait for another process look first,
// without waiting, and give the turn away where they would have to.
//
// Runs in: every process of a run.
#define _GNU_SOURCE
#include "scenario.h"
#include "wrapped.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <threads.h>
#include <unistd.h>

static bool never_waits(int fd) {
    return __real_fcntl(fd, F_GETFL) & O_NONBLOCK;
}

// Waits until the descriptor can be used so. False: a signal came.
static bool await_descriptor(int fd, short events, uintptr_t where) {
    struct wait wait = {
        .kind = WAIT_DESCRIPTOR, .object = (uintptr_t)fd, .where = where};
    for (;;) {
        struct pollfd poll = {.fd = fd, .events = events};
        if (__real_poll(&poll, 1, 0) != 0 || never_waits(fd))
            return true;
        if (!turn_wait(&wait))
            return false;
    }
}

// What came of a call that reads or writes: a step, and others look again.
static ssize_t note(ssize_t count, const char *format, int fd,
                    uintptr_t where) {
    int error = errno;
    struct step *step = control_log(STEP_CALL, where);
    snprintf(step->words, sizeof step->words, format, count, fd);
    if (count > 0)
        turn_stir(WAIT_DESCRIPTOR, 0);
    errno = error;
    return count;
}

// Before a call that reads. False: a signal came.
static bool may_read(int fd, int flags, uintptr_t where) {
    turn_point();
    if (flags & MSG_DONTWAIT || await_descriptor(fd, POLLIN, where))
        return true;
    errno = EINTR;
    return false;
}

#define READS "reads %zd bytes from %d"
#define WRITES "writes %zd bytes to %d"

static ssize_t read_in_turn(int fd, void *bytes, size_t size, uintptr_t where) {
    if (self < 0)
        return __real_read(fd, bytes, size);
    if (!may_read(fd, 0, where))
        return -1;
    return note(__real_read(fd, bytes, size), READS, fd, where);
}
ssize_t __wrap_read(int fd, void *bytes, size_t size) {
    return read_in_turn(fd, bytes, size, WHERE);
}
ssize_t __wrap_readv(int fd, const struct iovec *parts, int count) {
    if (!may_read(fd, 0, WHERE))
        return -1;
    return note(__real_readv(fd, parts, count), READS, fd, WHERE);
}
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags) {
    if (!may_read(fd, flags, WHERE))
        return -1;
    return note(__real_recvmsg(fd, message, flags), READS, fd, WHERE);
}
ssize_t __wrap_recvfrom(int fd, void *bytes, size_t size, int flags,
                        struct sockaddr *from, socklen_t *length) {
    if (!may_read(fd, flags, WHERE))
        return -1;
    return note(__real_recvfrom(fd, bytes, size, flags, from, length), READS,
                fd, WHERE);
}
ssize_t __wrap_recv(int fd, void *bytes, size_t size, int flags) {
    if (!may_read(fd, flags, WHERE))
        return -1;
    return note(__real_recvfrom(fd, bytes, size, flags, NULL, NULL), READS, fd,
                WHERE);
}
int __wrap_eventfd_read(int fd, uint64_t *value) {
    return read_in_turn(fd, value, sizeof *value, WHERE) == sizeof *value ? 0
                                                                          : -1;
}

// A message on a socket goes whole, or not at all: when there is room for it.
static ssize_t send_in_turn(int fd, const struct msghdr *message, int flags,
                            uintptr_t where) {
    struct wait wait = {
        .kind = WAIT_DESCRIPTOR, .object = (uintptr_t)fd, .where = where};
    bool waits = !(flags & MSG_DONTWAIT) && !never_waits(fd);
    turn_point();
    for (;;) {
        ssize_t count = __real_sendmsg(fd, message, flags | MSG_DONTWAIT);
        if (count >= 0 || errno != EAGAIN || !waits)
            return note(count, WRITES, fd, where);
        if (!turn_wait(&wait)) {
            errno = EINTR;
            return -1;
        }
    }
}

// A stream takes what fits, and the rest later.
static ssize_t send_all(int fd, const void *bytes, size_t size, int flags,
                        uintptr_t where) {
    size_t done = 0;
    do {
        struct iovec part = {(char *)bytes + done, size - done};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        ssize_t count = send_in_turn(fd, &message, flags, where);
        if (count < 0)
            return done ? (ssize_t)done : -1;
        done += (size_t)count;
    } while (done < size && !(flags & MSG_DONTWAIT) && !never_waits(fd));
    return (ssize_t)done;
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags) {
    return send_in_turn(fd, message, flags, WHERE);
}
ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags) {
    return send_all(fd, bytes, size, flags, WHERE);
}
ssize_t __wrap_sendto(int fd, const void *bytes, size_t size, int flags,
                      const struct sockaddr *to, socklen_t length) {
    struct iovec part = {(void *)bytes, size};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_name = (void *)to,
                             .msg_namelen = length};
    return to ? send_in_turn(fd, &message, flags, WHERE)
              : send_all(fd, bytes, size, flags, WHERE);
}

// As much at a time as a pipe takes in one piece.
static ssize_t write_pipe(int fd, const void *bytes, size_t size,
                          uintptr_t where) {
    size_t done = 0;
    turn_point();
    do {
        if (!await_descriptor(fd, POLLOUT, where)) {
            errno = EINTR;
            return done ? (ssize_t)done : -1;
        }
        size_t part = size - done < PIPE_BUF ? size - done : PIPE_BUF;
        ssize_t count = note(__real_write(fd, (const char *)bytes + done, part),
                             WRITES, fd, where);
        if (count < 0)
            return done ? (ssize_t)done : -1;
        done += (size_t)count;
    } while (done < size);
    return (ssize_t)done;
}

static ssize_t write_in_turn(int fd, const void *bytes, size_t size,
                             uintptr_t where) {
    struct stat file;
    if (fstat(fd, &file) == 0 && S_ISSOCK(file.st_mode))
        return send_all(fd, bytes, size, 0, where);
    return write_pipe(fd, bytes, size, where);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size) {
    return self < 0 ? __real_write(fd, bytes, size)
                    : write_in_turn(fd, bytes, size, WHERE);
}
ssize_t __wrap_writev(int fd, const struct iovec *parts, int count) {
    char all[PIPE_BUF];
    size_t size = 0;
    for (int i = 0; i < count; i++) {
        if (size + parts[i].iov_len > sizeof all)
            scenario_cannot("schedules do not know so large a writev");
        __real_memcpy(all + size, parts[i].iov_base, parts[i].iov_len);
        size += parts[i].iov_len;
    }
    return self < 0 ? __real_writev(fd, parts, count)
                    : write_in_turn(fd, all, size, WHERE);
}
int __wrap_eventfd_write(int fd, uint64_t value) {
    return write_in_turn(fd, &value, sizeof value, WHERE) == sizeof value ? 0
                                                                          : -1;
}

int __wrap_close(int fd) {
    if (self < 0)
        return __real_close(fd);
    turn_point();
    int error = __real_close(fd);
    turn_stir(WAIT_DESCRIPTOR, 0);
    return error;
}

// What a call returns that has waited in vain: 0 when its time is over, else a
// signal came.
static int nothing_came(void) {
    if (control->slot[self].timed_out)
        return 0;
    errno = EINTR;
    return -1;
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
        if (!turn_wait(&wait))
            return nothing_came();
    }
}

static int epoll_in_turn(int epoll, struct epoll_event *events, int most,
                         int timeout, uintptr_t where) {
    struct wait wait = {.kind = WAIT_DESCRIPTOR,
                        .object = (uintptr_t)-1,
                        .timed = timeout > 0,
                        .where = where};
    turn_point();
    for (;;) {
        int ready = __real_epoll_wait(epoll, events, most, 0);
        if (ready != 0 || timeout == 0)
            return ready;
        if (!turn_wait(&wait))
            return nothing_came();
    }
}
int __wrap_epoll_pwait(int epoll, struct epoll_event *events, int most,
                       int timeout, const sigset_t *mask) {
    (void)mask;
    return epoll_in_turn(epoll, events, most, timeout, WHERE);
}
int __wrap_epoll_wait(int epoll, struct epoll_event *events, int most,
                      int timeout) {
    return epoll_in_turn(epoll, events, most, timeout, WHERE);
}

// Locks of a file: tried until they can be had.
int __wrap_fcntl(int fd, int command, ...) {
    va_list args;
    va_start(args, command);
    void *argument = va_arg(args, void *);
    va_end(args);
    if (self < 0 || (command != F_SETLKW && command != F_SETLK))
        return __real_fcntl(fd, command, argument);
    struct wait wait = {.kind = WAIT_LOCK, .where = WHERE};
    log_call(WHERE, "asks for a lock of descriptor %d", fd);
    for (;;) {
        int error = __real_fcntl(fd, F_SETLK, argument);
        if (error == 0)
            turn_stir(WAIT_LOCK, 0); // it may have been given back
        if (error == 0 || command == F_SETLK ||
            (errno != EAGAIN && errno != EACCES))
            return error;
        turn_wait(&wait);
    }
}
int __wrap_fcntl64(int fd, int command, ...)
    __attribute__((alias("__wrap_fcntl")));

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

static int select_in_turn(int count, fd_set *in, fd_set *out, fd_set *except,
                          bool waits, bool timed, uintptr_t where) {
    fd_set none, asked[3];
    fd_set *set[3] = {in ? in : &none, out ? out : &none,
                      except ? except : &none};
    FD_ZERO(&none);
    for (int i = 0; i < 3; i++)
        asked[i] = *set[i];
    struct wait wait = {.kind = WAIT_DESCRIPTOR,
                        .object = (uintptr_t)-1,
                        .timed = timed,
                        .where = where};
    turn_point();
    for (;;) {
        struct timeval now = {0, 0};
        int ready = __real_select(count, in, out, except, &now);
        if (ready != 0 || !waits)
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

int __wrap_select(int count, fd_set *in, fd_set *out, fd_set *except,
                  struct timeval *timeout) {
    bool waits = !timeout || timeout->tv_sec || timeout->tv_usec;
    return self < 0
               ? __real_select(count, in, out, except, timeout)
               : select_in_turn(count, in, out, except, waits, timeout, WHERE);
}
int __wrap_pselect(int count, fd_set *in, fd_set *out, fd_set *except,
                   const struct timespec *timeout, const sigset_t *mask) {
    (void)mask;
    bool waits = !timeout || timeout->tv_sec || timeout->tv_nsec;
    return select_in_turn(count, in, out, except, waits, timeout, WHERE);
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
void __wrap_thrd_yield(void) { __wrap_sched_yield(); }
int __wrap_thrd_sleep(const struct timespec *time, struct timespec *left) {
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

static int suspend_in_turn(const sigset_t *mask, uintptr_t where) {
    if (self < 0)
        return __real_sigsuspend(mask);
    struct wait wait = {.kind = WAIT_SIGNAL, .where = where};
    turn_point();
    while (!some_pending(mask, true))
        if (!turn_wait(&wait)) {
            errno = EINTR;
            return -1;
        }
    return __real_sigsuspend(mask);
}

int __wrap_sigsuspend(const sigset_t *mask) {
    return suspend_in_turn(mask, WHERE);
}

int __wrap_pause(void) {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return suspend_in_turn(&mask, WHERE);
}

static int await_signal(const sigset_t *set, siginfo_t *info,
                        const struct timespec *timeout, uintptr_t where) {
    if (self < 0)
        return __real_sigtimedwait(set, info, timeout);
    struct timespec now = {0, 0};
    struct wait wait = {
        .kind = WAIT_SIGNAL, .timed = timeout != NULL, .where = where};
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

int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *info,
                        const struct timespec *timeout) {
    return await_signal(set, info, timeout, WHERE);
}

int __wrap_sigwaitinfo(const sigset_t *set, siginfo_t *info) {
    return await_signal(set, info, NULL, WHERE);
}

int __wrap_sigwait(const sigset_t *set, int *sig) {
    int got = await_signal(set, NULL, NULL, WHERE);
    if (got < 0)
        return errno;
    *sig = got;
    return 0;
}
