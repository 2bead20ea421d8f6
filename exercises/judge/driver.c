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
#include <unistd.h>

// The channel sits high, out of the way of those who count descriptors.
#define HIGH_FD 200

// Who writes beyond the end of a mapping made later must not come to the shared
// page.
#define GUARD ((size_t)1 << 20)

static int channel = -1;
static struct shared_page *page;
static cpu_set_t processors; // that we may use; none if that is not known

_Noreturn static void give_up(const char *what) {
    bool full = errno == EMFILE;
    fprintf(stderr, "driver: %s: %s.\n%s\n", what, strerror(errno),
            full ? "Has your code left many descriptors open?"
                 : "Has your code closed a descriptor that it had not opened?");
    _exit(DRIVER_GIVES_UP);
}

static void tell(enum wire_kind kind, int64_t id, uint32_t count,
                 const int64_t *value) {
    if (wire_send(channel, kind, id, count, value) < 0)
        give_up("cannot reach the judge");
}

int64_t driver_task(int64_t id) {
    uint32_t slot = atomic_fetch_add(&page->next_slot, 1) % PAGE_SLOTS;
    uint32_t seen = atomic_load(&page->answer[slot].sequence);
    tell(WIRE_ENTER, id, 1, &(int64_t){slot});
    for (;;) {
        seen = sequence_wait(&page->answer[slot].sequence, seen);
        int64_t value = page->answer[slot].value;
        int32_t command = page->answer[slot].command;
        switch (command) {
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
            driver_fault[DIES_WRITING] = command == COMMAND_DIE_WRITING;
            driver_fault[STOPS_WRITTEN] = command == COMMAND_STOP_WRITTEN;
            tell(WIRE_LEAVE, id, 0, NULL);
            return value;
        }
    }
}

void driver_event(int64_t id, int64_t value, int64_t detail) {
    tell(WIRE_EVENT, id, 2, (int64_t[]){value, detail});
}

void driver_refused(enum refused what) {
    int error = errno;
    tell(WIRE_REFUSED, 0, 2, (int64_t[]){what, error});
    errno = error;
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

_Noreturn static void serve(int server) {
    static struct wire message;
    for (uint32_t seen = 0;;) {
        seen = sequence_wait(&page->call[server].sequence, seen);
        message = page->call[server].message;
        if (!caller_serves(&message) && message.id >= 0 &&
            message.id < driver_call_count)
            driver_calls[message.id](&message);
        tell(WIRE_RETURN, server, message.count, message.value);
    }
}

pid_t __real_fork(void);
void driver_fork_server(int server) {
    pid_t pid = __real_fork();
    if (pid < 0)
        driver_refused(REFUSED_FORK);
    if (pid == 0)
        serve(server);
}

// Its own mappings are no concern of memory.c.
void *__real_mmap(void *at, size_t length, int protection, int flags, int fd,
                  off_t offset);
static void map_shared_page(int fd) {
    char *place = __real_mmap(NULL, GUARD + sizeof *page, PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page = MAP_FAILED;
    if (place != MAP_FAILED)
        page = __real_mmap(place + GUARD, sizeof *page, PROT_READ | PROT_WRITE,
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
    tell(WIRE_HELLO, 0, 2,
         (int64_t[]){driver_call_count, driver_is_sanitized()});
    serve(0);
}
