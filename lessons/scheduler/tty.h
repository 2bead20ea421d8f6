// SPDX-License-Identifier: MIT
// The terminal, key by key, and given back as it was however the game ends
// (tty.c).
#ifndef SCHEDULER_TTY_H
#define SCHEDULER_TTY_H

#include <stdbool.h>

bool tty_open(void); // false: no terminal, or one that cannot move the cursor
void tty_close(void);
int tty_key(void); // a character, 0 if the screen must be drawn again, EOF
void tty_clear(void);

#endif
