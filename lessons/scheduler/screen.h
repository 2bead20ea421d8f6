// SPDX-License-Identifier: MIT
// What the player sees: a screen of 80 by 24 characters (screen.c), or plain
// lines where there is no terminal.
#ifndef SCHEDULER_SCREEN_H
#define SCHEDULER_SCREEN_H

#include "game.h"
#include <stdio.h>

struct style {
    const char *bold, *faint, *changed, *plain; // empty without colours
};

void screen_style(struct style *style, bool colours);
void screen_draw(FILE *out, const struct game *game, const struct style *style);
// One line for the move that was just made, and what it changed.
void screen_line(FILE *out, const struct game *game);

#endif
