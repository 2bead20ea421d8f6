// SPDX-License-Identifier: MIT
// The guardian: the client's parent, which gives the terminal back however the
// client ends, by SIGSEGV and SIGKILL too. If the guardian is killed, the
// client is told by SIGTERM and does it itself.
//
// Runs in: guardian; the fork's other side goes on as the client.
#include "play.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static volatile pid_t client;

static void pass_on(int number) {
    (void)number;
    if (client > 0)
        kill(client, SIGTERM);
}

static void stay(int number) { (void)number; }

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    sigaction(number, &action, NULL);
}

static _Noreturn void wait_for_client(const struct termios *before) {
    int status = 0;
    while (waitpid(client, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    signal(SIGTTOU, SIG_IGN); // perhaps in the background by now
    tcsetattr(STDIN_FILENO, TCSADRAIN, before);
    terminal_restore();
    fprintf(stderr,
            "play: ended by signal %d (%s). The terminal is as it was; the "
            "pool ends\nby itself, because its supervisor sees that its client "
            "is gone.\n",
            WTERMSIG(status), strsignal(WTERMSIG(status)));
    _exit(128 + WTERMSIG(status));
}

void guard(void) {
    struct termios before;
    pid_t guardian = getpid();
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return;
    fflush(NULL);
    client = fork();
    if (client < 0) {
        perror("fork");
        exit(1);
    }
    if (client == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != guardian)
            exit(1);
        return;
    }
    handle(SIGINT, stay); // the client answers these
    handle(SIGQUIT, stay);
    handle(SIGTERM, pass_on);
    handle(SIGHUP, pass_on);
    wait_for_client(&before);
}
