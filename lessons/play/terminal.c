// SPDX-License-Identifier: MIT
// The terminal: shows a page of cells, and reads keys. The only file that knows
// ncurses. Colours are pairs of foreground and background, or the terminal's
// own two: so they can be read on light and on dark ones.
//
// Runs in: client; terminal_restore() in the guardian.
#include "../../exercises/colour.h"
#include "play.h"

#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

#undef columns // a macro of term.h

static attr_t looks[LOOKS] = {
    [STRONG] = A_BOLD,         [TITLE] = A_REVERSE,   [KEYCAP] = A_BOLD,
    [LOOK_BUSY] = A_REVERSE,   [LOOK_NEW] = A_BOLD,   [LOOK_GONE] = A_REVERSE,
    [LOOK_STOP] = A_UNDERLINE, [LOOK_YOURS] = A_BOLD,
};

static void pair(enum look look, short foreground, short background) {
    init_pair((short)(look + 1), foreground, background);
    looks[look] = (attr_t)COLOR_PAIR(look + 1);
}

static void choose_colours(void) {
    if (!colour_wanted(STDOUT_FILENO) || !has_colors())
        return;
    start_color();
    use_default_colors();
    pair(LOOK_BUSY, COLOR_BLACK, COLOR_GREEN);
    pair(LOOK_NEW, COLOR_BLACK, COLOR_CYAN);
    pair(LOOK_GONE, COLOR_WHITE, COLOR_RED);
    pair(LOOK_STOP, COLOR_BLACK, COLOR_YELLOW);
    looks[LOOK_GONE] |= A_BOLD;
}

// Whether this terminal can place what it shows.
bool terminal_can(void) {
    int error;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
        setupterm(NULL, STDOUT_FILENO, &error) != OK)
        return false;
    const char *place = tigetstr("cup");
    return place && place != (char *)-1;
}

bool terminal_begin(void) {
    if (!newterm(NULL, stdout, stdin))
        return false;
    cbreak(); // Ctrl-C and Ctrl-Z stay signals
    noecho();
    nonl();
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    set_escdelay(50);
    curs_set(0);
    choose_colours();
    return true;
}

void terminal_size(int *rows, int *columns) {
    getmaxyx(stdscr, *rows, *columns);
}

void terminal_show(const struct screen *screen, bool whole) {
    if (whole)
        clearok(stdscr, TRUE);
    for (int row = 0; row < screen->rows; row++)
        for (int column = 0; column < screen->columns; column++) {
            const struct cell *cell =
                &screen->cell[row * screen->columns + column];
            mvaddch(row, column, (chtype)cell->c | looks[cell->look]);
        }
    refresh();
}

int terminal_key(void) {
    int key = getch();
    switch (key) {
    case ERR:
        return -1;
    case KEY_UP:
        return KEY_ARROW_UP;
    case KEY_DOWN:
        return KEY_ARROW_DOWN;
    case KEY_RESIZE:
        return KEY_REDRAW;
    case KEY_ENTER:
        return '\n';
    case 12:
        clearok(stdscr, TRUE);
        return KEY_REDRAW; // Ctrl-L
    default:
        return key;
    }
}

void terminal_end(void) {
    erase(); // where there is no second screen to leave
    refresh();
    endwin();
}

// As it was before, for a client that could not do it itself. What tcsetattr(3)
// restores is guard.c's.
void terminal_restore(void) {
    static const char *const names[] = {"sgr0", "cnorm", "rmkx", "rmcup"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = tigetstr(names[i]);
        if (text && text != (char *)-1)
            putp(text);
    }
    fflush(stdout);
}
