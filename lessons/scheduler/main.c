// SPDX-License-Identifier: MIT
// Break the protocol, if you can: you are the scheduler.
//
//   scheduler LEVELS [LEVEL]     LEVELS: the folder; LEVEL: a number or a file
//   scheduler --prove FILE       what a search says of the level; and, all for
//             --page …           tests and the site, what is in export.c
//
// On a terminal a screen that is drawn again at each key; else the same keys are
// read from standard input, and each move is a line.
#include "../../exercises/colour.h"
#include "export.h"
#include "screen.h"
#include "tty.h"
#include <stdlib.h>
#include <string.h>

static struct game game;
static struct style style;
static bool on_terminal;

static void draw(void) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return;
    screen_draw(out, &game, &style);
    fclose(out);
    if (on_terminal)
        tty_clear();
    fwrite(text, 1, size, stdout);
    fflush(stdout);
    free(text);
}

static void busy(const char *what) {
    printf(" … %s\n", what);
    fflush(stdout);
}

// One level on the terminal; true: the player wants the next.
static bool play_screen(void) {
    while (!game.quit && !game.next) {
        draw();
        int key = tty_key();
        if (key == EOF)
            game.quit = true;
        else if (key)
            game_key(&game, key);
    }
    return game.next;
}

static bool play_lines(void) {
    int key, n = 0;
    printf("%s\n", game.level.title);
    printf("Goal: %s\n", game.level.goal);
    while (!game.quit && !game.next && (key = getchar()) != EOF) {
        if (key == '\n' || key == ' ')
            continue;
        game_key(&game, key);
        if (game.n == n + 1)
            screen_line(stdout, &game);
        else if (game.message[0])
            printf("     > %s\n", game.message);
        n = game.n;
    }
    putchar('\n');
    draw();
    return game.next;
}

static bool play(const char *file) {
    game.busy = on_terminal ? busy : NULL;
    const char *wrong = game_start(&game, file);
    if (wrong) {
        tty_close();
        fprintf(stderr, "scheduler: %s\n", wrong);
        exit(2);
    }
    return on_terminal ? play_screen() : play_lines();
}

// LEVEL is a number, or the file of a level of one's own.
static int level_number(const char *level) {
    char *end;
    long number = strtol(level, &end, 10);
    return *end || number < 1 || number > 99 ? 0 : (int)number;
}

static bool level_file(const char *folder, int number, char *file,
                       size_t size) {
    snprintf(file, size, "%s/%02d.level", folder, number);
    FILE *in = fopen(file, "r");
    return in && fclose(in) == 0;
}

int main(int argc, char **argv) {
    if (argc >= 3 && argv[1][0] == '-')
        return export_main(argc, argv);
    if (argc < 2) {
        fprintf(stderr, "usage: scheduler LEVELS [LEVEL]\n");
        return 2;
    }
    const char *level = argc > 2 && argv[2][0] ? argv[2] : "1";
    int number = level_number(level);
    char file[400];
    if (number && !level_file(argv[1], number, file, sizeof file)) {
        fprintf(stderr, "scheduler: there is no level %d\n", number);
        return 2;
    }
    on_terminal = tty_open();
    atexit(tty_close);
    screen_style(&style, on_terminal && colour_wanted(STDOUT_FILENO));
    if (!number) {
        play(level);
        return 0;
    }
    while (play(file) && level_file(argv[1], ++number, file, sizeof file))
        continue;
    return 0;
}
