// SPDX-License-Identifier: MIT
// A page of cells: what view.c draws on, what terminal.c shows, and what is
// printed where there is no terminal. Plain ASCII, whatever is in a name.
//
// Runs in: client.
#include "play.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Empties it, and makes it that large. False: no memory.
bool screen_size(struct screen *screen, int rows, int columns) {
    size_t cells = (size_t)rows * (size_t)columns;
    struct cell *cell = realloc(screen->cell, cells * sizeof *cell);
    if (!cell)
        return false;
    for (size_t i = 0; i < cells; i++)
        cell[i] = (struct cell){' ', NORMAL};
    *screen = (struct screen){rows, columns, cell};
    return true;
}

static void put(struct screen *screen, int row, int column, enum look look,
                const char *text, size_t length) {
    for (size_t i = 0; i < length; i++, column++) {
        if (row < 0 || row >= screen->rows || column < 0 ||
            column >= screen->columns)
            continue;
        char c = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
        screen->cell[row * screen->columns + column] =
            (struct cell){c, (unsigned char)look};
    }
}

int screen_put(struct screen *screen, int row, int column, enum look look,
               const char *format, ...) {
    char text[LOG_TEXT + 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put(screen, row, column, look, text, strlen(text));
    return (int)strlen(text);
}

void screen_fill(struct screen *screen, int row, int from, int to,
                 enum look look) {
    for (int column = from; column < to; column++)
        put(screen, row, column, look, " ", 1);
}

// How much of a text goes on a line: up to a space, if there is one.
static size_t fitting(const char *text, size_t width) {
    size_t length = strlen(text);
    if (length <= width)
        return length;
    for (size_t i = width; i > width / 2; i--)
        if (text[i] == ' ')
            return i;
    return width;
}

int screen_wrap(struct screen *screen, int row, int column, int rows, int skip,
                enum look look, const char *text) {
    int width = screen->columns - column - 1, line = 0;
    while (*text && width > 0) {
        size_t length = fitting(text, (size_t)width);
        if (line >= skip && line - skip < rows)
            put(screen, row + line - skip, column, look, text, length);
        text += length;
        text += *text == ' ';
        line++;
    }
    return line;
}
