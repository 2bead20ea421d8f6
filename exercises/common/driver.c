// SPDX-License-Identifier: MIT
// The driver: main() of the process that holds the student's object.
//
// It starts with the channel to the judge and the judge's board (see wire.h) as
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

// Who writes beyond the end of a mapping made later must not come to the board.
#define GUARD ((size_t)1 << 20)

static int channel = -1;
static struct board *board;
static cpu_set_t processors; // that we may use; none if that is not known
int64_t driver_forks_left = -1;

_Noreturn static void give_up(const char *what) {
    bool full = errno == EMFILE;
    fprintf(stderr, "driver: %s: %s.\n%s\n", what, strerror(errno),
            full ? "Has your code left many descriptors open?"
                 : "Has your code closed a descriptor that it had not opened?");
    _exit(DRIVER_GIVES_UP);
}

// The linker sends the student's fork() here (--wrap=fork).
pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void) {
    if (driver_forks_left == 0) {
        errno = EAGAIN;
        return -1;
    }
    if (driver_forks_left > 0)
        driver_forks_left--;
    return __real_fork();
}

static void send_or_give_up(const struct wire *message) {
    if (wire_send(channel, message) < 0)
        give_up("cannot reach the judge");
}

int64_t driver_task(int64_t id) {
    uint32_t place = atomic_fetch_add(&board->next_place, 1) % BOARD_PLACES;
    uint32_t seen = atomic_load(&board->answer[place].news);
    struct wire message = {
        .kind = WIRE_ENTER, .id = id, .count = 1, .value = {place}};
    send_or_give_up(&message);
    for (;;) {
        seen = board_wait(&board->answer[place].news, seen);
        int64_t value = board->answer[place].value;
        switch (board->answer[place].go) {
        case GO_DIE:
            // A sanitizer's or the student's handler must not get in the way.
            signal((int)value, SIG_DFL);
            kill(getpid(), (int)value);
            break;
        case GO_EXIT:
            exit((int)value);
        case GO_DEAF:
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

void driver_note(int64_t id, int64_t value, int64_t detail) {
    struct wire message = {
        .kind = WIRE_NOTE, .id = id, .count = 2, .value = {value, detail}};
    send_or_give_up(&message);
}

void driver_crowd(int members) {
    atomic_store(&board->crowd.came, 0);
    atomic_store(&board->crowd.here, 0);
    atomic_store(&board->crowd.awake, 0);
    atomic_store(&board->crowd.members, (uint32_t)members);
    for (int i = 0; i < CROWD_ITEMS; i++)
        atomic_store(&board->crowd.times[i], 0);
    atomic_fetch_add(&board->crowd.number, 1);
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

void driver_meet(void) {
    static uint32_t met; // a child has its parent's, who has met nobody
    uint32_t number = atomic_load(&board->crowd.number);
    if (met == number)
        return;
    met = number;
    take_processor(atomic_fetch_add(&board->crowd.came, 1));
    board_tell(&board->crowd.here);
    uint32_t members = atomic_load(&board->crowd.members);
    for (uint32_t here; (here = atomic_load(&board->crowd.here)) < members;)
        board_wait(&board->crowd.here, here);
    // Nobody begins before the others are awake.
    atomic_fetch_add(&board->crowd.awake, 1);
    while (atomic_load(&board->crowd.awake) < members)
        sched_yield();
}

void driver_count(int64_t item) {
    if (item >= 0 && item < CROWD_ITEMS)
        atomic_fetch_add(&board->crowd.times[item], 1);
}

int64_t driver_odd(int64_t items) {
    int64_t odd = 0;
    for (int64_t i = 0; i < items && i < CROWD_ITEMS; i++)
        odd += atomic_load(&board->crowd.times[i]) != 1;
    return odd;
}

_Noreturn static void serve(int agent) {
    static struct wire message;
    for (uint32_t seen = 0;;) {
        seen = board_wait(&board->call[agent].news, seen);
        message = board->call[agent].message;
        driver_calls[message.id](&message);
        message.kind = WIRE_RETURN;
        message.id = agent;
        send_or_give_up(&message);
    }
}

void driver_fork_agent(int agent) {
    pid_t pid = __real_fork();
    if (pid < 0)
        give_up("cannot fork");
    if (pid == 0)
        serve(agent);
}

static void see_board(int fd) {
    char *place = mmap(NULL, GUARD + sizeof *board, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    board = MAP_FAILED;
    if (place != MAP_FAILED)
        board = mmap(place + GUARD, sizeof *board, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_FIXED, fd, 0);
    if (board == MAP_FAILED)
        give_up("cannot see the judge's board");
    close(fd);
}

int main(int argc, char **argv) {
    int given = argc == 3 ? atoi(argv[1]) : -1;
    if (given < 3 || fcntl(given, F_GETFD) < 0) {
        fprintf(stderr, "This is the driver of an exercise. The judge starts "
                        "it: make exercise1\n");
        return 2;
    }
    see_board(atoi(argv[2]));
    if (sched_getaffinity(0, sizeof processors, &processors) < 0)
        CPU_ZERO(&processors);
    setvbuf(stdout, NULL, _IOLBF, 0); // what it printed survives a crash
    channel = fcntl(given, F_DUPFD_CLOEXEC, HIGH_FD);
    if (channel < 0)
        give_up("cannot move the channel");
    close(given);
    struct wire hello = {.kind = WIRE_HELLO};
    send_or_give_up(&hello);
    serve(0);
}
