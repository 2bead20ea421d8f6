// SPDX-License-Identifier: MIT
// Linux calls that every role uses, with their EINTR loops and fallbacks.
//
// Runs in: any process.
#include "internal.h"

#include <sched.h>
#include <sys/syscall.h>

// The kernel's headers are not everywhere (musl-gcc goes without them).
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1 };

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

uint64_t sys_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// What is left of a timeout that began at `start_ns`: 0 when it has passed,
// POOL_FOREVER for ever.
int sys_ms_left(uint64_t start_ns, int timeout_ms) {
    if (timeout_ms < 0)
        return POOL_FOREVER;
    uint64_t gone = (sys_now_ns() - start_ns) / 1000000;
    return gone < (uint64_t)timeout_ms ? timeout_ms - (int)gone : 0;
}

// CPUs this process may run on, which can be fewer than the machine has.
unsigned sys_cpu_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return (unsigned)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN); // more CPUs than a cpu_set_t
    return online > 0 ? (unsigned)online : 1;
}

// Sleeps while *word is `value`; wakes early for signals and for no reason, so
// callers look again.
void sys_futex_wait(_Atomic uint32_t *word, uint32_t value, int timeout_ms) {
    struct timespec limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
    syscall(SYS_futex, word, FUTEX_WAIT, value, timeout_ms < 0 ? NULL : &limit);
}

void sys_futex_wake(_Atomic uint32_t *word) {
    syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

bool sys_event_signal(int fd) {
    static const uint64_t one = 1;
    ssize_t n;
    while ((n = write(fd, &one, sizeof one)) < 0 && errno == EINTR)
        continue;
    return n == (ssize_t)sizeof one || errno == EAGAIN; // full: it is readable
}

void sys_event_drain(int fd) {
    uint64_t count;
    while (read(fd, &count, sizeof count) < 0 && errno == EINTR)
        continue;
}

int sys_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// Zeroed memory of this process alone, taken only as it is touched.
void *sys_map_private(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

// Signals are blocked around the fork so that no handler of the program runs in
// the child before it has set its own; the child keeps them blocked.
pid_t sys_fork(sigset_t *saved_mask) {
    sigset_t all;
    sigfillset(&all);
    if (sigprocmask(SIG_BLOCK, &all, saved_mask) != 0)
        return -1;
    pid_t pid = fork();
    if (pid != 0)
        sigprocmask(SIG_SETMASK, saved_mask, NULL); // leaves errno as it is
    return pid;
}

pid_t sys_reap(pid_t pid, int *status, int flags) {
    pid_t reaped;
    while ((reaped = waitpid(pid, status, flags)) < 0 && errno == EINTR)
        continue;
    return reaped;
}

void sys_close(int *fd) {
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
