// SPDX-License-Identifier: MIT
// One level being played: what has been done, and what a key does (game.c).
#ifndef SCHEDULER_GAME_H
#define SCHEDULER_GAME_H

#include "level.h"
#include "words.h"

enum { MAX_PLAYED = 500, SEARCH_LIMIT = 8000000 };

enum stage {
    ASKED,   // can it be broken? Not answered yet
    PLAYED,  // moves are made
    BROKEN,  // the fault is there: which line mends it?
    FINISHED // mended, or searched without a fault
};

struct game {
    struct level level;
    struct model model;
    struct cast cast;
    enum stage stage;
    uint8_t states[MAX_PLAYED + 1][MAX_STATE]; // [0] is where one begins
    struct move moves[MAX_PLAYED];
    int n, top;   // moves made; and those that can be done again
    int par;      // moves of the stored run
    int failed;   // the assertion that fell, or NONE
    int hints;    // how many were asked for here
    char prefix;  // x, g or k was pressed
    int tried;    // the repair whose break is shown, + 1; or 0
    int choosing; // the actor whose choice is awaited, or NONE
    bool said_yes, said_sure, answered, quit, next, show_help;
    void (*busy)(const char *what); // before a search
    struct found found;             // by the last search
    char message[500], fault[120];
};

// NULL, or what is wrong with the level.
const char *game_start(struct game *game, const char *file);
void game_key(struct game *game, int key);
// Plays "1 x2 k3": false at a word that is no move here.
bool game_play(struct game *game, const char *words);
bool game_can_die(const struct game *game); // the token is not used yet
const uint8_t *game_state(const struct game *game);

// What a repair does, by a search: "holds: all N states", or a new break.
void game_repair(struct game *game, int repair);

#endif
