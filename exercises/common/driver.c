// SPDX-License-Identifier: MIT
// The driver: main() of the process that holds the student's object.
//
// It starts with the channel to the judge as the descriptor named in argv[1]
// and serves calls until the judge hangs up. Nothing in this process is a
// secret or a verdict: the student's code shares its memory.
//
// Runs in: driver, and driver_task() in whatever process the student made.
#define _GNU_SOURCE
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// The channel sits high, out of the way of those who count descriptors.
#define HIGH_FD 200

static int channel = -1;
int driver_pass = -1;
int64_t driver_forks_left = -1;

_Noreturn static void give_up(const char *what) {
    bool full = errno == EMFILE;
    fprintf(stderr, "driver: %s: %s.\n%s\n", what, strerror(errno),
            full ? "Has your code left many descriptors open?"
                 : "Has your code closed a descriptor that it had not opened?");
    _exit(121);
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

static void send_or_give_up(const struct wire *message, int pass) {
    if (wire_send(channel, message, pass, 0) < 0)
        give_up("cannot reach the judge");
}

// Waits for the judge's answer and does what it says.
static int64_t obey(int fd) {
    for (;;) {
        struct wire go;
        int passed;
        pid_t sender;
        if (wire_receive(fd, &go, &passed, &sender, 0) <= 0)
            _exit(122); // the judge is gone, and this check is over
        if (go.value[0] == GO_DIE) {
            // A sanitizer's or the student's handler must not get in the way.
            signal((int)go.value[1], SIG_DFL);
            kill(getpid(), (int)go.value[1]);
        } else if (go.value[0] == GO_EXIT) {
            exit((int)go.value[1]);
        } else if (go.value[0] == GO_DEAF) {
            signal(SIGTERM, SIG_IGN);
        } else {
            return go.value[1];
        }
    }
}

int64_t driver_task(int64_t id) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        give_up("a task cannot make a socket pair");
    struct wire message = {.kind = WIRE_ENTER, .id = id};
    send_or_give_up(&message, pair[1]);
    close(pair[1]);
    int64_t answer = obey(pair[0]);
    close(pair[0]);
    message.kind = WIRE_LEAVE;
    send_or_give_up(&message, -1);
    return answer;
}

void driver_note(int64_t id, int64_t value, int64_t detail) {
    struct wire message = {
        .kind = WIRE_NOTE, .id = id, .count = 2, .value = {value, detail}};
    send_or_give_up(&message, -1);
}

_Noreturn static void serve(void) {
    static struct wire message;
    int passed;
    pid_t sender;
    while (wire_receive(channel, &message, &passed, &sender, 0) > 0) {
        if (passed >= 0)
            close(passed);
        if (message.id < 0 || message.id >= driver_call_count)
            break;
        driver_calls[message.id](&message);
        message.kind = WIRE_RETURN;
        send_or_give_up(&message, driver_pass);
        if (driver_pass >= 0)
            close(driver_pass);
        driver_pass = -1;
    }
    _exit(0);
}

int driver_fork_agent(void) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        give_up("cannot make a socket pair");
    pid_t pid = __real_fork();
    if (pid < 0)
        give_up("cannot fork");
    if (pid == 0) {
        close(pair[1]);
        if (dup2(pair[0], channel) < 0)
            give_up("cannot take over the channel");
        close(pair[0]);
        serve();
    }
    close(pair[0]);
    return pair[1];
}

int main(int argc, char **argv) {
    int given = argc == 2 ? atoi(argv[1]) : -1;
    if (given < 3 || fcntl(given, F_GETFD) < 0) {
        fprintf(stderr, "This is the driver of an exercise. The judge starts "
                        "it: make exercise1\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0); // what it printed survives a crash
    channel = fcntl(given, F_DUPFD_CLOEXEC, HIGH_FD);
    if (channel < 0)
        give_up("cannot move the channel");
    close(given);
    struct wire hello = {.kind = WIRE_HELLO};
    send_or_give_up(&hello, -1);
    serve();
}
