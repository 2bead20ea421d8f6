// SPDX-License-Identifier: MIT
// Keys come one by one, without echo; Ctrl-C, Ctrl-Z and Ctrl-\ do what they
// always do, after the terminal is as it was.
#include "tty.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static volatile sig_atomic_t is_open, redraw;

static void send(const char *text) {
    ssize_t ignored = write(STDOUT_FILENO, text, strlen(text));
    (void)ignored;
}

static void enter(void) {
    struct termios raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    send("\033[?1049h\033[?25l"); // another screen, no cursor
    is_open = 1;
}

void tty_close(void) {
    if (!is_open)
        return;
    is_open = 0;
    send("\033[?25h\033[?1049l");
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

// All calls here may be made in a signal handler.
static void leave(int number) {
    int old = errno;
    bool stopped = number == SIGTSTP;
    tty_close();
    signal(number, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &set, NULL); // dies, or stops, here
    if (stopped) {
        struct sigaction action = {.sa_handler = leave};
        sigaction(number, &action, NULL);
        enter();
        redraw = 1;
    }
    errno = old;
}

static void resized(int number) {
    (void)number;
    redraw = 1;
}

bool tty_open(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    const char *term = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !term ||
        !strcmp(term, "dumb") || tcgetattr(STDIN_FILENO, &before) < 0)
        return false;
    struct sigaction action = {.sa_handler = leave};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
    action.sa_handler = resized;
    sigaction(SIGWINCH, &action, NULL);
    enter();
    return true;
}

int tty_key(void) {
    unsigned char key;
    redraw = 0;
    ssize_t got = read(STDIN_FILENO, &key, 1);
    if (got == 1)
        return key == 4 ? EOF : key; // Ctrl-D
    return got < 0 && errno == EINTR ? 0 : EOF;
}

void tty_clear(void) { send("\033[H\033[2J"); }
