// SPDX-License-Identifier: MIT
// Draws a game from nothing each time: the level, each process with the line of
// the library that comes next, the shared memory, and what one can do.
#include "screen.h"
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 80, LEFT = 40 };

void screen_style(struct style *style, bool colours) {
    static const struct style on = {"\033[1m", "\033[2m", "\033[1;7m",
                                    "\033[0m"};
    static const struct style off = {"", "", "", ""};
    *style = colours ? on : off;
}

// A text of several lines, broken at blanks where it is too wide.
static void draw_text(FILE *out, const char *text, const char *before) {
    int width = WIDTH - 1 - (int)strlen(before);
    while (*text) {
        int n = (int)strcspn(text, "\n");
        if (n > width) {
            n = width;
            while (n > 0 && text[n] != ' ')
                n--;
            n = n ? n : width;
        }
        fprintf(out, "%s%.*s\n", before, n, text);
        text += n;
        text += *text == ' ' || *text == '\n';
    }
}

// Two lines for each process, so that all fits; also where it has a choice.
static void draw_actor(FILE *out, const struct game *g, const struct style *s,
                       int actor) {
    char where[2][300], line[2][300], name[40];
    bool can[2];
    snprintf(name, sizeof name, "%d %s", actor + 1, g->cast.actors[actor].name);
    for (int i = 0; i < 2; i++)
        can[i] = words_next(&g->model, &g->cast, game_state(g), actor, i,
                            where[i], line[i], sizeof line[i]);
    if (!can[0]) {
        fprintf(out, " %-18s %s%s%s\n", name, s->faint, line[0], s->plain);
        return;
    }
    if (!can[1]) {
        fprintf(out, " %-18s %s%s%s\n%20s  %.57s\n", name, s->faint, where[0],
                s->plain, "", line[0]);
        return;
    }
    for (int i = 0; i < 2; i++)
        fprintf(out, " %-18s %c %-38.38s %s%.19s%s\n", i == 0 ? name : "",
                'a' + i, line[i], s->faint,
                strchr(where[i], ' ') ? strchr(where[i], ' ') + 1 : "",
                s->plain);
}

// Appends a value, marked if it has just changed; how many columns it took.
static int draw_value(FILE *out, const struct game *g, const struct style *s,
                      int var, int k, int width) {
    char value[40];
    const struct variable *v = &g->model.vars[var];
    const uint8_t *state = game_state(g);
    words_value(&g->model, &g->cast, state, var, k, value, sizeof value - 1);
    bool changed =
        g->n > 0 && g->states[g->n - 1][v->at + k] != state[v->at + k];
    int n = (int)strlen(value) + changed;
    fprintf(out, "%s%s%s%s", changed ? s->changed : "", value,
            changed ? "*" : "", changed ? s->plain : "");
    for (; n < width; n++)
        fputc(' ', out);
    return n;
}

// The next shared array of chunks (or of workers) from `var` on, or NONE.
static int next_array(const struct model *m, int var, bool chunks) {
    for (; var < m->nvars; var++)
        if (m->vars[var].type == NONE && !words_hidden(m, var) &&
            (words_per_chunk(m, var) ||
             (m->vars[var].count > 1 && !words_per_chunk(m, var))) &&
            words_per_chunk(m, var) == chunks)
            return var;
    return NONE;
}

static void draw_array(FILE *out, const struct game *g, const struct style *s,
                       int var) {
    int columns = 10;
    fprintf(out, " %-9.9s", g->model.vars[var].name);
    for (int k = 0; k < g->model.vars[var].count; k++)
        columns += draw_value(out, g, s, var, k, 10);
    for (; columns < LEFT; columns++)
        fputc(' ', out);
}

static void draw_heads(FILE *out, const struct game *g, int chunks,
                       int workers) {
    int columns = 10;
    fprintf(out, " %-9s", "");
    for (int k = 0; chunks != NONE && k < g->model.vars[chunks].count; k++)
        columns += fprintf(out, "%s %-4d", "chunk", k);
    for (; columns < LEFT; columns++)
        fputc(' ', out);
    fprintf(out, " %-9s", "");
    for (int i = 0; workers != NONE && i < g->cast.n; i++)
        if (g->cast.actors[i].proc != NONE &&
            g->model.procs[g->cast.actors[i].proc].me != NONE)
            fprintf(out, "%-10s", g->cast.actors[i].name);
    fputc('\n', out);
}

// Arrays of chunks at the left, of workers at the right, the rest below.
static void draw_memory(FILE *out, const struct game *g,
                        const struct style *s) {
    const struct model *m = &g->model;
    int chunks = next_array(m, 0, true), workers = next_array(m, 0, false);
    draw_heads(out, g, chunks, workers);
    while (chunks != NONE || workers != NONE) {
        if (chunks != NONE)
            draw_array(out, g, s, chunks);
        else
            fprintf(out, "%*s", LEFT, "");
        if (workers != NONE)
            draw_array(out, g, s, workers);
        fputc('\n', out);
        chunks = chunks == NONE ? NONE : next_array(m, chunks + 1, true);
        workers = workers == NONE ? NONE : next_array(m, workers + 1, false);
    }
    int columns = 0;
    for (int v = 0; v < m->nvars; v++)
        if (m->vars[v].type == NONE && m->vars[v].count == 1 &&
            !words_hidden(m, v) && !words_per_chunk(m, v)) {
            if (columns > 60) {
                fputc('\n', out);
                columns = 0;
            }
            columns += fprintf(out, " %s ", m->vars[v].name);
            columns += draw_value(out, g, s, v, 0, 0);
            columns += fprintf(out, "  ");
        }
    fputc('\n', out);
}

static void draw_help(FILE *out) {
    fputs(" 1 2 3 4   let this process go on, through one file of the library\n"
          " x2        only its next step: that something is two steps is found "
          "so\n"
          " g2        on until it sleeps, ends or has a choice\n"
          " 2a 2b     where it has a choice\n"
          " k2        kill it (a worker, once, where the level has a death)\n"
          " u r       undo, do again, as often as you like: par counts what "
          "stands\n"
          " h         a hint; again: a larger one\n"
          " n         \"it cannot be broken\": a search says whether that is "
          "so\n"
          " q         quit        ?  back\n",
          out);
}

static void draw_answer(FILE *out, const struct game *g) {
    if (g->answered)
        fprintf(out, " You said: %s, %s.\n",
                g->said_yes ? "it can be broken" : "it cannot be broken",
                g->said_sure ? "sure" : "unsure");
}

static void draw_repairs(FILE *out, const struct game *g,
                         const struct style *s) {
    const char *history = g->level.history;
    char broken[200];
    snprintf(broken, sizeof broken, "BROKEN in %d moves (par %d): %s.", g->n,
             g->par, g->fault);
    fputs(s->bold, out);
    draw_text(out, broken, " ");
    fputs(s->plain, out);
    if (history[0])
        draw_text(out, history, " ");
    draw_answer(out, g);
    if (g->level.nrepairs)
        fputs(" Which line mends it?\n", out);
    for (int i = 0; i < g->level.nrepairs; i++) {
        fprintf(out, "  %c  ", 'a' + i);
        fprintf(out, "%.*s\n", WIDTH - 6, g->level.repairs[i].line);
    }
    fputs(" u: undo   Enter: the next level   q: quit\n", out);
}

static void draw_foot(FILE *out, const struct game *g, const struct style *s) {
    if (g->stage == ASKED) {
        fputs(" Can it be broken? y: yes  n: no  (unsure)   Y: yes  N: no  "
              "(sure)\n",
              out);
        return;
    }
    if (g->stage == BROKEN) {
        draw_repairs(out, g, s);
    } else if (g->stage == FINISHED) {
        draw_answer(out, g);
        fputs(" Enter: the next level   u: undo   q: quit\n", out);
    } else {
        fprintf(out,
                " %s1-%d  x1 step  g1 to a stop%s  u r  h hint  n cannot be "
                "broken  ? q%s\n",
                s->faint, g->cast.n, game_can_die(g) ? "  k2 kill" : "",
                s->plain);
    }
    if (g->message[0])
        draw_text(out, g->message, " > ");
}

void screen_draw(FILE *out, const struct game *game,
                 const struct style *style) {
    fprintf(out, "%s %-58.58s%s moves %d, par %d\n", style->bold,
            game->level.title, style->plain, game->n, game->par);
    draw_text(out, game->level.goal, " Goal: ");
    if (game->tried)
        fprintf(out,
                " With line %c. r: through its break, a b c: another line\n",
                'a' + game->tried - 1);
    if (game->show_help) {
        draw_help(out);
        return;
    }
    if (game->stage == ASKED) {
        fputc('\n', out);
        draw_text(out, game->level.story, " ");
    }
    fputc('\n', out);
    if (game->stage != BROKEN)
        for (int i = 0; i < game->cast.n; i++)
            draw_actor(out, game, style, i);
    fputc('\n', out);
    if (game->stage != ASKED)
        draw_memory(out, game, style);
    fputc('\n', out);
    draw_foot(out, game, style);
}

// "  2  worker_reserve.c reserve_next: …   next 1, lo 0"
void screen_line(FILE *out, const struct game *game) {
    const struct model *m = &game->model;
    const uint8_t *before = game->states[game->n - 1];
    const struct move *move = &game->moves[game->n - 1];
    char word[20], where[300] = "", line[300] = "";
    words_move(m, &game->cast, before, move, word, sizeof word);
    int proc = move->victim == NONE ? move->proc : move->victim;
    int actor = words_actor(m, &game->cast, before, proc);
    if (move->victim == NONE)
        words_next(m, &game->cast, before, actor, move->choice, where, line,
                   sizeof line);
    fprintf(out, "%-4s %s%s%s%s\n", word, game->cast.actors[actor].name,
            move->victim == NONE ? ": " : " dies", where, where[0] ? ": " : "");
    if (line[0])
        fprintf(out, "       %s\n", line);
    const char *gap = "       ->";
    for (int v = 0; v < m->nvars; v++)
        for (int k = 0; k < m->vars[v].count && m->vars[v].type == NONE; k++) {
            int at = m->vars[v].at + k;
            char value[40];
            if (words_hidden(m, v) || before[at] == game_state(game)[at])
                continue;
            words_value(m, &game->cast, game_state(game), v, k, value,
                        sizeof value);
            fprintf(out, "%s %s", gap, m->vars[v].name);
            if (m->vars[v].array)
                fprintf(out, "[%d]", k);
            fprintf(out, " = %s", value);
            gap = ",";
        }
    fputs(*gap == ',' ? "\n" : "", out);
}
