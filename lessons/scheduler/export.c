// SPDX-License-Identifier: MIT
// What tests ask of a level: a search, its counts, its run for spin.
#include "export.h"
#include "game.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct game game;

static int prove(void) {
    struct found *found = &game.found;
    char word[20];
    search_any(&game.model, game.states[0], SEARCH_LIMIT, found);
    if (found->broken)
        search_break(&game.model, game.states[0], SEARCH_LIMIT, found);
    printf("%s states %ld length %d run", found->broken ? "broken" : "holds",
           found->states, found->length);
    for (int i = 0; i < found->length; i++) {
        words_move(&game.model, &game.cast, game_state(&game), &found->run[i],
                   word, sizeof word);
        printf(" %s", word);
        if (!game_play(&game, word))
            break;
    }
    printf("%s\n", found->complete ? "" : " INCOMPLETE");
    return 0;
}

int export_main(int argc, char **argv) {
    const char *wrong = game_start(&game, argv[2]);
    if (wrong) {
        fprintf(stderr, "scheduler: %s\n", wrong);
        return 2;
    }
    if (!strcmp(argv[1], "--repair") && argc == 4) {
        game_repair(&game, atoi(argv[3]));
        printf("%s\n", game.message);
        return 0;
    }
    if (!strcmp(argv[1], "--prove"))
        return prove();
    return 2;
}
