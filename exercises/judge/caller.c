// SPDX-License-Identifier: MIT
// The student's functions have a caller, who has things of his own: children,
// descriptors, signal handlers. Here he lends some to a check, and looks
// afterwards whether they are unharmed. And here system calls of the student's
// misbehave as a check wants it: they fail, or move few bytes. Those that take
// memory are in memory.c.
//
// The linker sends the student's calls here (--wrap, in link.options).
//
// Runs in: driver, and whatever process the student made.
#define _GNU_SOURCE
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENT 6     // descriptors
#define STATUS 42  // of the child that is lent
#define SIGNALS 32 // those below are looked at

int64_t driver_fault[FAULTS] = {
    [FAIL_FORK] = -1, [FAIL_PIPE] = -1, [FAIL_MMAP] = -1, [FAIL_MALLOC] = -1};

static pid_t caller, child;
static int lent[LENT];
static struct stat was[LENT];
static struct sigaction action[SIGNALS];
static sigset_t mask;
static int64_t closed_twice = -1, killed_gone; // a descriptor; a pid
static fd_set packets; // pipes in which what was written at once stays together

bool driver_fails(enum fault kind) {
    if (driver_fault[kind] > 0)
        driver_fault[kind]--;
    else if (driver_fault[kind] == 0)
        return true;
    return false;
}

pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void) {
    if (driver_fails(FAIL_FORK)) {
        errno = EAGAIN;
        return -1;
    }
    pid_t pid = __real_fork();
    if (pid < 0)
        driver_refused(REFUSED_FORK);
    if (pid == 0)
        driver_fault[FAIL_MALLOC] = -1; // a worker has memory
    return pid;
}

// What a call for two descriptors is to give: -1 if it is to fail; and what it
// gave. That all of the system's are taken is not the student's doing.
static int two_descriptors(int given) {
    if (given < 0 && errno == ENFILE)
        driver_refused(REFUSED_DESCRIPTORS);
    return given;
}

static bool pipe_fails(void) {
    bool it = driver_fails(FAIL_PIPE);
    if (it)
        errno = EMFILE;
    return it;
}

int __real_pipe2(int fd[2], int flags);
int __wrap_pipe2(int fd[2], int flags);
int __wrap_pipe2(int fd[2], int flags) {
    int failed = pipe_fails() ? -1 : two_descriptors(__real_pipe2(fd, flags));
    for (int i = 0; i < 2 && !failed; i++)
        if (flags & O_DIRECT)
            FD_SET(fd[i], &packets); // the end to read from does not tell
        else
            FD_CLR(fd[i], &packets);
    return failed;
}

int __wrap_pipe(int fd[2]);
int __wrap_pipe(int fd[2]) { return __wrap_pipe2(fd, 0); }

int __real_socketpair(int domain, int type, int protocol, int fd[2]);
int __wrap_socketpair(int domain, int type, int protocol, int fd[2]);
int __wrap_socketpair(int domain, int type, int protocol, int fd[2]) {
    return pipe_fails()
               ? -1
               : two_descriptors(__real_socketpair(domain, type, protocol, fd));
}

// Names of shared memory live in /dev/shm, which not every machine has.
static void see_shm(bool given) {
    if (!given && (errno == ENOENT || errno == EACCES) &&
        access("/dev/shm", W_OK | X_OK) < 0) {
        errno = ENOENT;
        driver_refused(REFUSED_SHM);
    }
}

int __real_shm_open(const char *name, int flags, mode_t mode);
int __wrap_shm_open(const char *name, int flags, mode_t mode);
int __wrap_shm_open(const char *name, int flags, mode_t mode) {
    int fd = __real_shm_open(name, flags, mode);
    see_shm(fd >= 0);
    return fd;
}

sem_t *__real_sem_open(const char *name, int flags, ...);
sem_t *__wrap_sem_open(const char *name, int flags, mode_t mode,
                       unsigned value);
sem_t *__wrap_sem_open(const char *name, int flags, mode_t mode,
                       unsigned value) {
    sem_t *it = __real_sem_open(name, flags, mode, value);
    see_shm(it != SEM_FAILED);
    return it;
}

// Whether what is written there may be read in pieces: not where messages are
// whole, as in a pipe of packets, and not the number of an eventfd.
static bool is_stream(int fd) {
    int type = 0;
    socklen_t length = sizeof type;
    struct stat is;
    if (fstat(fd, &is) == 0 && S_ISFIFO(is.st_mode))
        return !FD_ISSET(fd, &packets);
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
           type == SOCK_STREAM;
}

// How many bytes are moved at most.
static size_t piece(int fd, size_t size, int64_t most) {
    return most <= 0 || size <= (size_t)most || !is_stream(fd) ? size
                                                               : (size_t)most;
}

// How much of it a process writes before it is killed, that is to be killed
// writing; 0: it is not, or this cannot be written in part.
static size_t part_before_death(int fd, size_t size) {
    size_t part = size > 1 ? piece(fd, size, size > 3 ? 3 : 1) : size;
    return driver_fault[DIES_WRITING] && part < size ? part : 0;
}

// What a write or send gave, of so many bytes. The process may have to stop.
static ssize_t written(ssize_t given, size_t size) {
    int error = errno;
    if (driver_fault[STOPS_WRITTEN] && given == (ssize_t)size) {
        driver_fault[STOPS_WRITTEN] = 0;
        kill(getpid(), SIGSTOP);
    }
    errno = error;
    return given;
}

ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size) {
    return __real_read(fd, bytes, piece(fd, size, driver_fault[SMALL_PIECES]));
}

ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size) {
    size_t part = part_before_death(fd, size);
    if (part > 0) {
        __real_write(fd, bytes, part);
        kill(getpid(), SIGKILL);
    }
    size = piece(fd, size, driver_fault[SMALL_PIECES]);
    return written(__real_write(fd, bytes, size), size);
}

ssize_t __real_send(int fd, const void *bytes, size_t size, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags) {
    size_t part = part_before_death(fd, size);
    if (part > 0) {
        __real_send(fd, bytes, part, flags);
        kill(getpid(), SIGKILL);
    }
    size = piece(fd, size, driver_fault[SMALL_PIECES]);
    return written(__real_send(fd, bytes, size, flags), size);
}

ssize_t __real_recv(int fd, void *bytes, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t size, int flags) {
    return __real_recv(fd, bytes,
                       flags & MSG_WAITALL
                           ? size
                           : piece(fd, size, driver_fault[SMALL_PIECES]),
                       flags);
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd) {
    int failed = __real_close(fd);
    if (failed && errno == EBADF && fd >= 0 && getpid() == caller)
        closed_twice = fd;
    return failed;
}

int __real_kill(pid_t pid, int sig);
int __wrap_kill(pid_t pid, int sig);
int __wrap_kill(pid_t pid, int sig) {
    int failed = __real_kill(pid, sig);
    if (failed && errno == ESRCH && pid > 0 && getpid() == caller)
        killed_gone = pid;
    return failed;
}

// A signal that dumps core says so in the status, where a core may be dumped.
static void dump(pid_t pid, int *status) {
    if (driver_fault[CORE_DUMPS] && pid > 0 && status && WIFSIGNALED(*status) &&
        (WTERMSIG(*status) == SIGSEGV || WTERMSIG(*status) == SIGABRT))
        *status |= WCOREFLAG;
}

pid_t __real_wait4(pid_t pid, int *status, int options, struct rusage *usage);
pid_t __wrap_wait4(pid_t pid, int *status, int options, struct rusage *usage);
pid_t __wrap_wait4(pid_t pid, int *status, int options, struct rusage *usage) {
    pid_t got = __real_wait4(pid, status, options, usage);
    dump(got, status);
    return got;
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options) {
    return __wrap_wait4(pid, status, options, NULL);
}

pid_t __wrap_wait(int *status);
pid_t __wrap_wait(int *status) { return __wrap_wait4(-1, status, 0, NULL); }

pid_t __wrap_wait3(int *status, int options, struct rusage *usage);
pid_t __wrap_wait3(int *status, int options, struct rusage *usage) {
    return __wrap_wait4(-1, status, options, usage);
}

int __real_waitid(idtype_t kind, id_t id, siginfo_t *info, int options);
int __wrap_waitid(idtype_t kind, id_t id, siginfo_t *info, int options);
int __wrap_waitid(idtype_t kind, id_t id, siginfo_t *info, int options) {
    int failed = __real_waitid(kind, id, info, options);
    if (!failed && driver_fault[CORE_DUMPS] && info &&
        info->si_code == CLD_KILLED &&
        (info->si_status == SIGSEGV || info->si_status == SIGABRT))
        info->si_code = CLD_DUMPED;
    return failed;
}

// What the caller has. --------------------------------------------------------

static void no_more_than_interrupt(int sig) { (void)sig; }

static void lend(struct wire *message) {
    siginfo_t ended;
    sigaction(SIGUSR1,
              &(struct sigaction){.sa_handler = no_more_than_interrupt}, NULL);
    caller = getpid();
    child = __real_fork();
    if (child < 0)
        driver_refused(REFUSED_FORK);
    if (child == 0)
        _exit(STATUS);
    while (child > 0 &&
           __real_waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT) < 0 &&
           errno == EINTR)
        continue;
    for (int i = 0; i < LENT; i++) {
        lent[i] = dup(STDERR_FILENO);
        fstat(lent[i], &was[i]);
    }
    for (int i = 1; i < SIGNALS; i++)
        sigaction(i, NULL, &action[i]);
    sigprocmask(SIG_SETMASK, NULL, &mask);
    closed_twice = -1;
    killed_gone = 0;
    message->count = 0;
}

static enum harm find_harm(int64_t *detail) {
    int status = 0;
    if (__real_wait4(child, &status, WNOHANG, NULL) != child ||
        WEXITSTATUS(status) != STATUS)
        return HARM_CHILD;
    for (int i = 0; i < LENT; i++) {
        struct stat is;
        *detail = lent[i];
        if (fstat(lent[i], &is) < 0 || is.st_ino != was[i].st_ino ||
            is.st_dev != was[i].st_dev)
            return HARM_DESCRIPTOR;
    }
    if ((*detail = closed_twice) >= 0)
        return HARM_CLOSED_TWICE;
    if ((*detail = killed_gone) > 0)
        return HARM_KILLED_GONE;
    for (int i = 1; i < SIGNALS; i++) {
        struct sigaction is;
        sigset_t blocked;
        *detail = i;
        sigaction(i, NULL, &is);
        sigprocmask(SIG_SETMASK, NULL, &blocked);
        int flags = is.sa_flags ^ action[i].sa_flags;
        if (is.sa_handler != action[i].sa_handler ||
            (flags & (SA_RESTART | SA_SIGINFO | SA_NOCLDWAIT | SA_ONSTACK)) !=
                0)
            return HARM_HANDLER;
        if (sigismember(&blocked, i) != sigismember(&mask, i))
            return HARM_MASK;
    }
    return HARM_NONE;
}

static void take_back(struct wire *message) {
    message->value[1] = 0;
    message->value[0] = find_harm(&message->value[1]);
    message->count = 2;
    caller = 0;
    for (int i = 0; i < LENT; i++)
        __real_close(lent[i]);
}

bool caller_serves(struct wire *message) {
    switch (message->id) {
    case CALL_FAULT:
        if (message->value[0] >= 0 && message->value[0] < FAULTS)
            driver_fault[message->value[0]] = message->value[1];
        message->count = 0;
        return true;
    case CALL_LEND:
        lend(message);
        return true;
    case CALL_TAKE_BACK:
        take_back(message);
        return true;
    case CALL_DESTROY_ALL:
        driver_destroy_all();
        message->count = 0;
        return true;
    default:
        return false;
    }
}
