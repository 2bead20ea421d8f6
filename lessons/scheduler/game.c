// SPDX-License-Identifier: MIT
// The rules of the game. A key is a character: the same ones come from a
// keyboard and from a pipe, where blanks between them do not count.
#include "game.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void say(struct game *g, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(g->message, sizeof g->message, format, args);
    va_end(args);
}

// "The client", "Worker 2": at the beginning of a sentence.
static const char *subject(const struct game *g, int actor) {
    static char name[MAX_NAME + 8];
    const char *own = g->cast.actors[actor].name;
    bool numbered = strpbrk(own, "0123456789") != NULL;
    snprintf(name, sizeof name, "%s%s", numbered ? "" : "The ", own);
    name[0] = (char)toupper((unsigned char)name[0]);
    return name;
}

const uint8_t *game_state(const struct game *game) {
    return game->states[game->n];
}

bool game_can_die(const struct game *game) {
    struct steps steps;
    if (game->cast.killer == NONE)
        return false;
    run_raw(&game->model, game_state(game), game->cast.killer, false, &steps);
    return steps.n > 0;
}

// Has the protocol fallen, by this step or because nobody can move?
static void judge(struct game *g, int failed) {
    const uint8_t *state = game_state(g);
    g->failed = failed;
    if (failed == NONE && run_stuck(&g->model, state))
        g->failed = run_verdict(&g->model, state);
    if (g->failed != NONE) {
        words_fault(&g->model, &g->cast, state, g->failed, g->fault,
                    sizeof g->fault);
        g->stage = BROKEN;
    } else if (run_stuck(&g->model, state)) {
        say(g, "Nobody can move, and all is as it should be. u: undo");
    }
}

static void make(struct game *g, const struct move *move,
                 const struct step *step) {
    if (g->n == MAX_PLAYED) {
        say(g, "That are %d moves: undo some.", MAX_PLAYED);
        return;
    }
    g->moves[g->n++] = *move;
    g->top = g->n;
    memcpy(g->states[g->n], step->state, sizeof step->state);
    g->hints = 0;
    judge(g, step->failed);
}

static bool kill_actor(struct game *g, int actor) {
    struct steps steps;
    int killer = g->cast.killer;
    if (killer == NONE) {
        say(g, "Nobody dies in this level.");
        return false;
    }
    run_moves(&g->model, game_state(g), killer, ONE_FILE, &steps);
    for (int i = 0; i < steps.n; i++)
        if (steps.of[i].victim == g->cast.actors[actor].proc) {
            struct move move = {(int8_t)killer, (int8_t)i,
                                (int8_t)steps.of[i].victim, ONE_FILE};
            make(g, &move, &steps.of[i]);
            return true;
        }
    say(g, steps.n ? "Only workers die." : "Your one death is used up.");
    return false;
}

// Choice NONE: there must be no choice, or it is asked for.
static bool move_actor(struct game *g, int actor, enum size size, int choice) {
    struct steps steps;
    char where[300], line[300];
    int proc = words_proc(&g->model, &g->cast, game_state(g), actor);
    steps.n = 0;
    if (proc != NONE)
        run_moves(&g->model, game_state(g), proc, size, &steps);
    if (steps.n == 0) {
        words_next(&g->model, &g->cast, game_state(g), actor, 0, where, line,
                   sizeof line);
        say(g, "%s cannot move: it %s.", subject(g, actor), line);
        return false;
    }
    if (steps.n > 1 && choice == NONE) {
        g->choosing = actor;
        g->prefix = size == ONE_STEP ? 'x' : size == TO_A_STOP ? 'g' : 0;
        say(g, "%s has a choice: %s?", subject(g, actor),
            steps.n == 2 ? "a or b" : "a, b or c");
        return true;
    }
    choice = choice == NONE ? 0 : choice;
    if (choice >= steps.n) {
        say(g, "There is no such choice.");
        return false;
    }
    struct move move = {(int8_t)proc, (int8_t)choice, NONE, (uint8_t)size};
    make(g, &move, &steps.of[choice]);
    return true;
}

static enum size size_of(char prefix) {
    return prefix == 'x' ? ONE_STEP : prefix == 'g' ? TO_A_STOP : ONE_FILE;
}

// Where can a fault still be reached? Goes back until it can.
static int undos_needed(struct game *g) {
    for (int n = g->n; n >= 0; n--) {
        search_any(&g->model, g->states[n], SEARCH_LIMIT, &g->found);
        if (g->found.broken)
            return g->n - n;
    }
    return NONE;
}

static void hint(struct game *g) {
    char word[20];
    if (g->busy)
        g->busy("looking ahead");
    int undos = undos_needed(g);
    if (undos == NONE) {
        say(g, "From here and from before: no fault can be reached.");
    } else if (undos > 0) {
        say(g, "No longer possible from here: undo %d.", undos);
    } else if (g->hints++ == 0) {
        say(g, "Still possible. h again: who moves next on a shortest way.");
    } else {
        search_break(&g->model, game_state(g), SEARCH_LIMIT, &g->found);
        const struct move *move = &g->found.run[0];
        int proc = move->victim == NONE ? move->proc : move->victim;
        int actor = words_actor(&g->model, &g->cast, game_state(g), proc);
        words_move(&g->model, &g->cast, game_state(g), move, word, sizeof word);
        if (g->hints == 2)
            say(g, "%s moves next on a shortest way. h again: the move.",
                subject(g, actor));
        else
            say(g, "Next on a shortest way: %s (%d moves to the end).", word,
                g->found.length);
    }
}

// "It cannot be broken": a search says whether that is so.
static void claim(struct game *g) {
    if (g->busy)
        g->busy("trying everything");
    search_any(&g->model, g->states[0], SEARCH_LIMIT, &g->found);
    if (g->found.broken) {
        say(g, "It can: a search has found a way. Go on, or h: a hint.");
        return;
    }
    if (g->found.complete)
        say(g, "You are right: it holds in all %ld states.", g->found.states);
    else
        say(g, "No fault in the first %ld states; there are more.",
            g->found.states);
    g->stage = FINISHED;
}

static void undo(struct game *g, int by) {
    int n = g->n + by;
    if (n < 0 || n > g->top) {
        say(g, by < 0 ? "This is the beginning." : "Nothing to do again.");
        return;
    }
    g->n = n;
    g->failed = NONE;
    g->hints = 0;
    g->stage = PLAYED;
    g->message[0] = '\0';
    if (n == g->top)
        judge(g, NONE);
}

// The question before the level; small letters are for the unsure.
static bool answer(struct game *g, int key) {
    if (!strchr("ynYN", key))
        return false;
    g->answered = true;
    g->said_yes = tolower(key) == 'y';
    g->said_sure = key == 'Y' || key == 'N';
    say(g, g->said_yes ? "Show it."
                       : "Then try; n again: every state is searched.");
    g->stage = PLAYED;
    return true;
}

static void command(struct game *g, int key) {
    switch (key) {
    case 'x':
    case 'g':
    case 'k':
        g->prefix = (char)key;
        break;
    case 'u':
        undo(g, -1);
        break;
    case 'r':
        undo(g, +1);
        break;
    case 'h':
        if (g->stage == PLAYED)
            hint(g);
        break;
    case 'n':
    case 'N':
        if (g->stage == PLAYED)
            claim(g);
        break;
    case '?':
        g->show_help = !g->show_help;
        break;
    case 'q':
        g->quit = true;
        break;
    case '\r':
    case '\n':
        if (g->stage == BROKEN || g->stage == FINISHED)
            g->next = true;
        break;
    default:
        say(g, "Not a key here. ?: help");
    }
}

static void digit(struct game *g, int actor) {
    char prefix = g->prefix;
    g->prefix = 0;
    if (actor < 0 || actor >= g->cast.n)
        say(g, "The processes are 1 to %d.", g->cast.n);
    else if (g->stage == BROKEN || g->stage == FINISHED)
        say(g, "This run is over. u: undo, Enter: the next level");
    else if (prefix == 'k')
        kill_actor(g, actor);
    else
        move_actor(g, actor, size_of(prefix), NONE);
}

void game_key(struct game *game, int key) {
    if (key == ' ' || key == '\t')
        return;
    if (key == '\n' && game->stage != BROKEN && game->stage != FINISHED)
        return;
    game->message[0] = '\0';
    if (game->choosing != NONE) {
        int actor = game->choosing, choice = key - 'a';
        char prefix = game->prefix;
        game->choosing = NONE;
        game->prefix = 0;
        if (choice >= 0 && choice < 3) {
            move_actor(game, actor, size_of(prefix), choice);
            return;
        }
    }
    if (game->stage == ASKED) {
        if (answer(game, key))
            return;
        if (!strchr("?q", key))
            game->stage = PLAYED;
    }
    if (isdigit(key))
        digit(game, key - '1');
    else if ((game->stage == BROKEN || game->tried) && key >= 'a' &&
             key < 'a' + game->level.nrepairs)
        game_repair(game, key - 'a');
    else
        command(game, key);
}

bool game_play(struct game *game, const char *words) {
    enum stage stage = game->stage;
    game->stage = PLAYED;
    for (const char *c = words; *c; c++) {
        int n = game->n;
        bool pending = strchr("xgk \n", *c) || isdigit((unsigned char)*c);
        game_key(game, *c);
        if (!pending && game->n == n)
            return false;
        if (game->message[0] && game->choosing == NONE && game->n == n)
            return false;
    }
    if (stage == ASKED && game->stage == PLAYED)
        game->stage = ASKED;
    return true;
}

static int count_moves(const char *run) {
    int n = 0;
    for (const char *c = run; *c; c++)
        n += isdigit((unsigned char)*c) != 0;
    return n;
}

// Takes the level's model, with a repair or without, to where the level begins.
// `otherwise`: why it cannot.
static const char *begin_level(struct game *g, const struct repair *repair,
                               const char *otherwise) {
    const char *wrong = level_model(&g->level, repair, &g->model);
    if (wrong)
        return wrong;
    words_cast(&g->model, &g->cast);
    run_start(&g->model, g->states[0]);
    return game_play(g, g->level.before) ? NULL : otherwise;
}

const char *game_start(struct game *game, const char *file) {
    void (*busy)(const char *) = game->busy;
    memset(game, 0, sizeof *game);
    game->busy = busy;
    game->failed = game->choosing = NONE;
    const char *wrong = level_read(&game->level, file);
    if (!wrong)
        wrong =
            begin_level(game, NULL, "the level's \"before\" cannot be played");
    if (wrong)
        return wrong;
    memcpy(game->states[0], game->states[game->n], sizeof game->states[0]);
    game->n = game->top = 0;
    game->par = count_moves(game->level.run);
    game->message[0] = '\0';
    game->stage = ASKED;
    return NULL;
}

// The new break is there to be gone through, with the model in which it is one.
static void show_break(struct game *g, struct game *trial, int repair) {
    char run[300] = "", word[20];
    memcpy(trial->states[0], game_state(trial), sizeof trial->states[0]);
    trial->n = trial->top = 0;
    for (int i = 0; i < g->found.length; i++) {
        size_t used = strlen(run);
        words_move(&trial->model, &trial->cast, game_state(trial),
                   &g->found.run[i], word, sizeof word);
        snprintf(run + used, sizeof run - used, " %s", word);
        if (!game_play(trial, word))
            break;
    }
    snprintf(trial->message, sizeof trial->message,
             "%c does not hold:%s (%d moves): %.100s.", 'a' + repair, run,
             trial->n, trial->fault);
    trial->busy = g->busy;
    trial->par = g->par;
    trial->answered = g->answered;
    trial->said_yes = g->said_yes;
    trial->said_sure = g->said_sure;
    trial->tried = repair + 1;
    trial->stage = PLAYED;
    trial->failed = NONE;
    trial->n = 0;
    *g = *trial;
}

void game_repair(struct game *game, int repair) {
    static struct game trial;
    if (game->busy)
        game->busy("trying everything with this line");
    memset(&trial, 0, sizeof trial);
    trial.level = game->level;
    trial.failed = trial.choosing = NONE;
    const char *wrong =
        begin_level(&trial, &game->level.repairs[repair],
                    "With this line, the level begins otherwise.");
    if (wrong) {
        say(game, "%s", wrong);
        return;
    }
    search_any(&trial.model, game_state(&trial), SEARCH_LIMIT, &game->found);
    if (!game->found.broken) {
        say(game, "%c holds: all %ld states.", 'a' + repair,
            game->found.states);
        game->stage = FINISHED;
        game->tried = 0;
        return;
    }
    search_break(&trial.model, game_state(&trial), SEARCH_LIMIT, &game->found);
    show_break(game, &trial, repair);
}
