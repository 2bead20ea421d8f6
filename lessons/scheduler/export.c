// SPDX-License-Identifier: MIT
// What tests and the page ask of a level: a search, its counts, its run for spin,
// walks.
#include "export.h"
#include "page.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct game game;

// Is it broken, by which shortest run? Or in how many states does it hold?
static int prove(void) {
    struct found *found = &game.found;
    char word[20];
    search_any(&game.model, game.states[0], SEARCH_LIMIT, found);
    if (found->broken)
        search_break(&game.model, game.states[0], SEARCH_LIMIT, found);
    printf("%s %d %ld", found->broken ? "broken" : "holds", found->length,
           found->states);
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

// As spin counts: it also has the state before init, and that of init's step.
static int count(void) {
    struct count found;
    search_count(&game.model, 4L * SEARCH_LIMIT, &found);
    printf("%ld %ld%s\n", found.states + 1, found.transitions + 2,
           found.complete ? "" : " INCOMPLETE");
    return 0;
}

// ---- The run as a never claim ------------------------------------------------

struct claim {
    uint8_t last[MAX_STATE];
    int n;
};

static void print_memory(const uint8_t *state) {
    const struct model *m = &game.model;
    const char *and = "";
    for (int v = 0; v < m->nvars; v++)
        for (int k = 0; k < m->vars[v].count; k++) {
            const struct variable *var = &m->vars[v];
            if (var->type != NONE || var->channel)
                continue;
            printf("%s%s", and, var->name);
            if (var->array)
                printf("[%d]", k);
            if (var->mtype)
                printf(" == %s", m->mtypes[state[var->at + k]]);
            else
                printf(" == %d", state[var->at + k]);
            and = " && ";
        }
}

// The memory is as it was, or it is this now: then the next such place.
static void print_state(void *user, const uint8_t *state) {
    struct claim *claim = user;
    size_t size = (size_t)game.model.shared_bytes;
    if (claim->n > 0 && !memcmp(claim->last, state, size))
        return;
    if (claim->n > 0) {
        printf(" :: (");
        print_memory(state);
        printf(") -> goto S%d\n od;\n", claim->n);
    }
    printf("S%d: do\n :: (", claim->n++);
    print_memory(state);
    printf(")\n");
    memcpy(claim->last, state, size);
}

// Spin may go only where the shared memory is, statement by statement, what it
// is in the level's run.
static int claim(void) {
    static struct game whole;
    struct claim claim = {.n = 0};
    char run[500];
    whole = game;
    snprintf(run, sizeof run, "%s %s", game.level.before, game.level.run);
    run_start(&whole.model, whole.states[0]);
    if (!game_play(&whole, run))
        return 2;
    printf("never {\n");
    print_state(&claim, whole.states[0]);
    for (int i = 0; i < whole.n; i++)
        run_replay(&whole.model, whole.states[i], whole.moves[i].proc,
                   (enum size)whole.moves[i].size, whole.moves[i].choice,
                   print_state, &claim);
    printf(" od\n}\n");
    return 0;
}

// ---- Random walks --------------------------------------------------------------

static uint64_t next_random(uint64_t *seed) { // xorshift
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

// How many of so many random walks end in a fault?
static int walk(int walks, uint64_t seed) {
    static struct moves moves;
    int broken = 0;
    long steps = 0;
    for (int w = 0; w < walks; w++) {
        uint8_t state[MAX_STATE];
        memcpy(state, game.states[0], sizeof state);
        int failed = NONE;
        for (int n = 0; n < 1000 && failed == NONE; n++, steps++) {
            search_moves(&game.model, state, &moves);
            if (moves.n == 0) {
                failed = run_verdict(&game.model, state);
                break;
            }
            size_t i = next_random(&seed) % (unsigned)moves.n;
            if (w % 2) // every other walk goes by single steps
                while (i > 0 && moves.of[i].size != ONE_STEP)
                    i--;
            failed = moves.to[i].failed;
            memcpy(state, moves.to[i].state, sizeof state);
        }
        broken += failed != NONE;
    }
    printf("%d of %d walks are broken, %ld moves\n", broken, walks, steps);
    return 0;
}

static int repair(int n) {
    game_repair(&game, n);
    printf("%s\n", game.message);
    return 0;
}

static int page(void) {
    page_write(&game);
    return 0;
}

int export_main(int argc, char **argv) {
    const char *wrong = game_start(&game, argv[2]);
    const char *what = argv[1];
    int number = argc > 3 ? atoi(argv[3]) : 0;
    if (wrong) {
        fprintf(stderr, "scheduler: %s\n", wrong);
        return 2;
    }
    return !strcmp(what, "--prove")    ? prove()
           : !strcmp(what, "--page")   ? page()
           : !strcmp(what, "--count")  ? count()
           : !strcmp(what, "--claim")  ? claim()
           : !strcmp(what, "--repair") ? repair(number)
           : !strcmp(what, "--walk")   ? walk(number, 0x9e3779b97f4a7c15)
                                       : 2;
}
