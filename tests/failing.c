// SPDX-License-Identifier: MIT
// Wrappers of what the library calls: they count, and fail when it is time.
//
// Runs in: any process of a test.
#define _GNU_SOURCE
#include "failing.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const failing_names[CALLS] = {
    "fork",        "mmap",          "mremap",
    "mprotect",    "madvise",       "eventfd",
    "signalfd",    "epoll_create1", "epoll_ctl",
    "pidfd_open",  "futex wait",    "poll",
    "read",        "write",         "waitpid",
    "waitid",      "close",         "prctl",
    "sigprocmask", "sigaction",     "sched_getaffinity",
    "malloc"};

static struct plan {
    pid_t watcher, client;
    struct failure failure;
    _Atomic int armed;
    _Atomic long counts[ROLES][CALLS];
    _Atomic long interruptible; // calls, for `interrupt`
} * plan;                       // shared by all processes of a run

void *__real_mmap(void *, size_t, int, int, int, off_t);

void failing_begin(void) {
    plan = __real_mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    plan->watcher = getpid();
}

void failing_end(void) {
    munmap(plan, sizeof *plan);
    plan = NULL;
}

void failing_arm(const struct failure *failure) {
    for (int r = 0; r < ROLES; r++)
        for (int c = 0; c < CALLS; c++)
            atomic_store(&plan->counts[r][c], 0);
    plan->client = getpid();
    plan->failure = *failure;
    atomic_store(&plan->armed, 1);
}

void failing_disarm(void) { atomic_store(&plan->armed, 0); }

long failing_count(enum failing_call call, enum failing_role role) {
    return atomic_load(&plan->counts[role][call]);
}

// In a coverage build: see coverage.c.
__attribute__((weak)) void coverage_note(void);
__attribute__((weak)) bool coverage_writes;

// Whether a signal comes just in this call.
static bool interrupted(const struct failure *failure, enum failing_call call) {
    static const bool can_be[CALLS] = {
        [CALL_FUTEX_WAIT] = true, [CALL_POLL] = true,  [CALL_READ] = true,
        [CALL_WRITE] = true,      [CALL_CLOSE] = true, [CALL_WAITPID] = true,
        [CALL_WAITID] = true,
    };
    return failure->interrupt && can_be[call] &&
           atomic_fetch_add(&plan->interruptible, 1) % failure->interrupt == 0;
}

static bool fails(enum failing_call call) {
    if (coverage_writes)
        return false;
    if (coverage_note && (call == CALL_POLL || call == CALL_FUTEX_WAIT))
        coverage_note();
    pid_t self = getpid();
    if (!plan || !atomic_load(&plan->armed) || self == plan->watcher)
        return false;
    const struct failure *failure = &plan->failure;
    enum failing_role role = self == plan->client ? ROLE_CLIENT : ROLE_OTHERS;
    long n = atomic_fetch_add(&plan->counts[role][call], 1) + 1;
    if (call == CALL_PIDFD_OPEN && failure->no_pidfd)
        return errno = ENOSYS, true;
    if (interrupted(failure, call))
        return errno = EINTR, true;
    if (call != failure->call || role != failure->role || failure->nth == 0 ||
        (failure->always ? n < failure->nth : n != failure->nth))
        return false;
    return errno = failure->error, true;
}

#define WRAP(type, name, failure, call, parameters, arguments)                 \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters {                                            \
        return fails(call) ? (failure) : __real_##name arguments;              \
    }

WRAP(pid_t, fork, -1, CALL_FORK, (void), ())
WRAP(void *, mmap, MAP_FAILED, CALL_MMAP,
     (void *at, size_t size, int prot, int flags, int fd, off_t offset),
     (at, size, prot, flags, fd, offset))
WRAP(void *, mremap, MAP_FAILED, CALL_MREMAP,
     (void *at, size_t old, size_t size, int flags), (at, old, size, flags))
WRAP(int, mprotect, -1, CALL_MPROTECT, (void *at, size_t size, int prot),
     (at, size, prot))
WRAP(int, madvise, -1, CALL_MADVISE, (void *at, size_t size, int advice),
     (at, size, advice))
WRAP(int, eventfd, -1, CALL_EVENTFD, (unsigned count, int flags),
     (count, flags))
WRAP(int, signalfd, -1, CALL_SIGNALFD, (int fd, const sigset_t *set, int flags),
     (fd, set, flags))
WRAP(int, epoll_create1, -1, CALL_EPOLL_CREATE, (int flags), (flags))
WRAP(int, epoll_ctl, -1, CALL_EPOLL_CTL,
     (int loop, int op, int fd, struct epoll_event *event),
     (loop, op, fd, event))
WRAP(int, poll, -1, CALL_POLL, (struct pollfd * fds, nfds_t count, int ms),
     (fds, count, ms))
WRAP(ssize_t, read, -1, CALL_READ, (int fd, void *to, size_t size),
     (fd, to, size))
WRAP(ssize_t, write, -1, CALL_WRITE, (int fd, const void *from, size_t size),
     (fd, from, size))
WRAP(pid_t, waitpid, -1, CALL_WAITPID, (pid_t pid, int *status, int flags),
     (pid, status, flags))
WRAP(int, waitid, -1, CALL_WAITID,
     (idtype_t type, id_t id, siginfo_t *info, int flags),
     (type, id, info, flags))
WRAP(int, sigprocmask, -1, CALL_SIGPROCMASK,
     (int how, const sigset_t *set, sigset_t *old), (how, set, old))
WRAP(int, sigaction, -1, CALL_SIGACTION,
     (int number, const struct sigaction *action, struct sigaction *old),
     (number, action, old))
WRAP(sighandler_t, signal, SIG_ERR, CALL_SIGACTION,
     (int number, sighandler_t handler), (number, handler))
WRAP(int, sched_getaffinity, -1, CALL_AFFINITY,
     (pid_t pid, size_t size, cpu_set_t *set), (pid, size, set))
WRAP(void *, malloc, NULL, CALL_MALLOC, (size_t size), (size))
WRAP(void *, calloc, NULL, CALL_MALLOC, (size_t count, size_t size),
     (count, size))
WRAP(char *, strdup, NULL, CALL_MALLOC, (const char *text), (text))
WRAP(char *, strndup, NULL, CALL_MALLOC, (const char *text, size_t size),
     (text, size))

// Linux closes the descriptor whatever it says, so nobody may try again.
int __real_close(int);
int __wrap_close(int);
int __wrap_close(int fd) {
    int rc = __real_close(fd);
    return fails(CALL_CLOSE) ? -1 : rc;
}

// Called with fewer arguments than they take, as prctl() and syscall()
// themselves are: what is handed on then means nothing to the kernel either.
int __real_prctl(int, long, long, long, long);
int __wrap_prctl(int, long, long, long, long);
int __wrap_prctl(int option, long a, long b, long c, long d) {
    return fails(CALL_PRCTL) ? -1 : __real_prctl(option, a, b, c, d);
}

long __real_syscall(long, long, long, long, long, long, long);
long __wrap_syscall(long, long, long, long, long, long, long);
long __wrap_syscall(long number, long a, long b, long c, long d, long e,
                    long f) {
    if (number == SYS_pidfd_open && fails(CALL_PIDFD_OPEN))
        return -1;
    if (number == SYS_futex && (b & FUTEX_CMD_MASK) == FUTEX_WAIT &&
        fails(CALL_FUTEX_WAIT))
        return -1;
    return __real_syscall(number, a, b, c, d, e, f);
}
