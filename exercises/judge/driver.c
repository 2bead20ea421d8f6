// SPDX-License-Identifier: MIT
// The driver: main() of the process that holds the student's object.
//
// It starts with the channel to the judge and the judge's page (see wire.h) as
// the descriptors named in argv[1] and argv[2], and serves calls until it is
// killed. Nothing in this process is a secret or a verdict: the student's code
// shares its memory.
//
// Runs in: driver, and driver_task() in whatever process the student made.
#define _GNU_SOURCE
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// The channel sits high, out of the way of those who count descriptors.
#define HIGH_FD 200

// Who writes beyond the end of a mapping made later must not come to the shared
// page.
#define GUARD ((size_t)1 << 20)

static int channel = -1;
static struct shared_page *page;
static cpu_set_t processors; // that we may use; none if that is not known
int64_t driver_calls_left[FAILING_KINDS] = {-1, -1, -1};

_Noreturn static void give_up(const char *what) {
    bool full = errno == EMFILE;
    fprintf(stderr, "driver: %s: %s.\n%s\n", what, strerror(errno),
            full ? "Has your code left many descriptors open?"
                 : "Has your code closed a descriptor that it had not opened?");
    _exit(DRIVER_GIVES_UP);
}

// Whether this call is to fail.
static bool fails(enum driver_failing kind) {
    if (driver_calls_left[kind] > 0)
        driver_calls_left[kind]--;
    else if (driver_calls_left[kind] == 0)
        return true;
    return false;
}

// The linker sends the student's calls here (--wrap=fork …).
pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void) {
    if (!fails(FAIL_FORK))
        return __real_fork();
    errno = EAGAIN;
    return -1;
}

int __real_pipe(int fd[2]);
int __wrap_pipe(int fd[2]);
int __wrap_pipe(int fd[2]) {
    if (!fails(FAIL_PIPE))
        return __real_pipe(fd);
    errno = EMFILE;
    return -1;
}

int __real_pipe2(int fd[2], int flags);
int __wrap_pipe2(int fd[2], int flags);
int __wrap_pipe2(int fd[2], int flags) {
    if (!fails(FAIL_PIPE))
        return __real_pipe2(fd, flags);
    errno = EMFILE;
    return -1;
}

int __real_socketpair(int domain, int type, int protocol, int fd[2]);
int __wrap_socketpair(int domain, int type, int protocol, int fd[2]);
int __wrap_socketpair(int domain, int type, int protocol, int fd[2]) {
    if (!fails(FAIL_PIPE))
        return __real_socketpair(domain, type, protocol, fd);
    errno = EMFILE;
    return -1;
}

void *__real_mmap(void *at, size_t length, int protection, int flags, int fd,
                  off_t offset);
void *__wrap_mmap(void *at, size_t length, int protection, int flags, int fd,
                  off_t offset);
void *__wrap_mmap(void *at, size_t length, int protection, int flags, int fd,
                  off_t offset) {
    if (!fails(FAIL_MMAP))
        return __real_mmap(at, length, protection, flags, fd, offset);
    errno = ENOMEM;
    return MAP_FAILED;
}

static void send_or_give_up(const struct wire *message) {
    if (wire_send(channel, message) < 0)
        give_up("cannot reach the judge");
}

int64_t driver_task(int64_t id) {
    uint32_t slot = atomic_fetch_add(&page->next_slot, 1) % PAGE_SLOTS;
    uint32_t seen = atomic_load(&page->answer[slot].sequence);
    struct wire message = {
        .kind = WIRE_ENTER, .id = id, .count = 1, .value = {slot}};
    send_or_give_up(&message);
    for (;;) {
        seen = sequence_wait(&page->answer[slot].sequence, seen);
        int64_t value = page->answer[slot].value;
        switch (page->answer[slot].command) {
        case COMMAND_DIE:
            // A sanitizer's or the student's handler must not get in the way.
            signal((int)value, SIG_DFL);
            kill(getpid(), (int)value);
            break;
        case COMMAND_EXIT:
            exit((int)value);
        case COMMAND_IGNORE_SIGTERM:
            signal(SIGTERM, SIG_IGN);
            break;
        default:
            message.kind = WIRE_LEAVE;
            message.count = 0;
            send_or_give_up(&message);
            return value;
        }
    }
}

void driver_event(int64_t id, int64_t value, int64_t detail) {
    struct wire message = {
        .kind = WIRE_EVENT, .id = id, .count = 2, .value = {value, detail}};
    send_or_give_up(&message);
}

void driver_race_test(int members) {
    atomic_store(&page->race.came, 0);
    atomic_store(&page->race.here, 0);
    atomic_store(&page->race.awake, 0);
    atomic_store(&page->race.members, (uint32_t)members);
    for (int i = 0; i < RACE_ITEMS; i++)
        atomic_store(&page->race.times[i], 0);
    atomic_fetch_add(&page->race.number, 1);
}

// Moves to the processor that is number `turn`, from the first again after the
// last. If that fails, any will do.
static void take_processor(uint32_t turn) {
    int count = CPU_COUNT(&processors), cpu = -1;
    if (count == 0)
        return;
    for (uint32_t left = turn % (uint32_t)count + 1; left > 0;)
        left -= CPU_ISSET(++cpu, &processors) ? 1 : 0;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
}

void driver_barrier(void) {
    static uint32_t met; // a child has its parent's, who has met nobody
    uint32_t number = atomic_load(&page->race.number);
    if (met == number)
        return;
    met = number;
    take_processor(atomic_fetch_add(&page->race.came, 1));
    sequence_advance(&page->race.here);
    uint32_t members = atomic_load(&page->race.members);
    for (uint32_t here; (here = atomic_load(&page->race.here)) < members;)
        sequence_wait(&page->race.here, here);
    // Nobody begins before the others are awake.
    atomic_fetch_add(&page->race.awake, 1);
    while (atomic_load(&page->race.awake) < members)
        sched_yield();
}

void driver_count(int64_t item) {
    if (item >= 0 && item < RACE_ITEMS)
        atomic_fetch_add(&page->race.times[item], 1);
}

int64_t driver_count_not_once(int64_t items) {
    int64_t odd = 0;
    for (int64_t i = 0; i < items && i < RACE_ITEMS; i++)
        odd += atomic_load(&page->race.times[i]) != 1;
    return odd;
}

static struct {
    pid_t ended, alive;
    int fd[2];
    struct stat file[2];
} spare;

static pid_t fork_spare(bool stays) {
    pid_t pid = __real_fork();
    if (pid < 0)
        give_up("cannot fork");
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (stays && getppid() != 1)
        pause();
    _exit(0);
}

void driver_spare_start(void) {
    siginfo_t info;
    if (__real_pipe2(spare.fd, O_CLOEXEC) < 0 ||
        fstat(spare.fd[0], &spare.file[0]) < 0 ||
        fstat(spare.fd[1], &spare.file[1]) < 0)
        give_up("cannot open descriptors");
    spare.ended = fork_spare(false);
    spare.alive = fork_spare(true);
    while (waitid(P_PID, (id_t)spare.ended, &info, WEXITED | WNOWAIT) < 0 &&
           errno == EINTR) {
    }
    struct wire message = {
        .kind = WIRE_SPARE, .count = 2, .value = {spare.ended, spare.alive}};
    send_or_give_up(&message);
}

static bool is_same(int fd, const struct stat *file) {
    struct stat now;
    return fstat(fd, &now) == 0 && now.st_dev == file->st_dev &&
           now.st_ino == file->st_ino;
}

int64_t driver_spare_end(void) {
    int64_t harm = 0;
    siginfo_t info = {0};
    for (int i = 0; i < 2; i++)
        if (!is_same(spare.fd[i], &spare.file[i]))
            harm |= SPARE_CLOSED;
        else
            close(spare.fd[i]);
    if (waitpid(spare.ended, NULL, WNOHANG) != spare.ended)
        harm |= SPARE_STATUS_TAKEN;
    if (waitid(P_PID, (id_t)spare.alive, &info, WEXITED | WNOHANG | WNOWAIT) <
            0 ||
        info.si_pid != 0)
        harm |= SPARE_CHILD_GONE;
    else
        kill(spare.alive, SIGKILL);
    while (waitpid(spare.alive, NULL, 0) < 0 && errno == EINTR) {
    }
    return harm;
}

_Noreturn static void serve(int server) {
    static struct wire message;
    for (uint32_t seen = 0;;) {
        seen = sequence_wait(&page->call[server].sequence, seen);
        message = page->call[server].message;
        if (message.id >= 0 && message.id < driver_call_count)
            driver_calls[message.id](&message);
        message.kind = WIRE_RETURN;
        message.id = server;
        send_or_give_up(&message);
    }
}

void driver_fork_server(int server) {
    pid_t pid = __real_fork();
    if (pid < 0)
        give_up("cannot fork");
    if (pid == 0)
        serve(server);
}

static void map_shared_page(int fd) {
    char *place = mmap(NULL, GUARD + sizeof *page, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page = MAP_FAILED;
    if (place != MAP_FAILED)
        page = mmap(place + GUARD, sizeof *page, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_FIXED, fd, 0);
    if (page == MAP_FAILED)
        give_up("cannot see the judge's shared page");
    close(fd);
}

int main(int argc, char **argv) {
    int given = argc == 3 ? atoi(argv[1]) : -1;
    if (given < 3 || fcntl(given, F_GETFD) < 0) {
        fprintf(stderr, "This is the driver of an exercise. The judge starts "
                        "it: make exercise1\n");
        return 2;
    }
    map_shared_page(atoi(argv[2]));
    if (sched_getaffinity(0, sizeof processors, &processors) < 0)
        CPU_ZERO(&processors);
    setvbuf(stdout, NULL, _IOLBF, 0); // what it printed survives a crash
    channel = fcntl(given, F_DUPFD_CLOEXEC, HIGH_FD);
    if (channel < 0)
        give_up("cannot move the channel");
    close(given);
    struct wire hello = {
        .kind = WIRE_HELLO, .count = 1, .value = {driver_call_count}};
    send_or_give_up(&hello);
    serve(0);
}
