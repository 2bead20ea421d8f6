// SPDX-License-Identifier: MIT
// Breadth first over all states: the first fault that comes up is one of the
// nearest. States lie in one array, in the order in which they were found; a
// hash table of their numbers tells whether one is new.
#include "search.h"
#include <stdlib.h>
#include <string.h>

struct seen {
    size_t size, n, limit, slots;
    uint8_t *states;
    uint32_t *table; // number + 1
    uint32_t *parent;
    struct move *by;
};

static bool seen_grow(struct seen *s, size_t limit) {
    size_t slots = s->slots ? 4 * s->slots : 4096;
    uint8_t *states = realloc(s->states, slots / 2 * s->size);
    uint32_t *parent = realloc(s->parent, slots / 2 * sizeof *parent);
    struct move *by = realloc(s->by, slots / 2 * sizeof *by);
    uint32_t *table = calloc(slots, sizeof *table);
    s->states = states ? states : s->states;
    s->parent = parent ? parent : s->parent;
    s->by = by ? by : s->by;
    if (!states || !parent || !by || !table) {
        free(table);
        return false;
    }
    free(s->table);
    s->table = table;
    s->slots = slots;
    s->limit = slots / 2 < limit ? slots / 2 : limit;
    return true;
}

static void seen_free(struct seen *s) {
    free(s->states);
    free(s->parent);
    free(s->by);
    free(s->table);
}

static size_t hash(const uint8_t *state, size_t size) {
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        h = (h ^ state[i]) * 1099511628211u;
    return (size_t)(h ^ h >> 29);
}

static uint32_t *slot_of(struct seen *s, const uint8_t *state) {
    size_t i = hash(state, s->size) & (s->slots - 1);
    while (s->table[i] &&
           memcmp(s->states + (s->table[i] - 1) * s->size, state, s->size))
        i = (i + 1) & (s->slots - 1);
    return &s->table[i];
}

// Adds a state; false if it is known, or there is no room (then s->limit is n).
static bool seen_add(struct seen *s, const uint8_t *state, size_t limit) {
    if (s->n == s->limit) {
        if (s->n == limit || !seen_grow(s, limit))
            return false;
        for (size_t i = 0; i < s->n; i++)
            *slot_of(s, s->states + i * s->size) = (uint32_t)i + 1;
    }
    uint32_t *slot = slot_of(s, state);
    if (*slot)
        return false;
    memcpy(s->states + s->n * s->size, state, s->size);
    *slot = (uint32_t)++s->n;
    return true;
}

static void add_move(struct moves *out, int proc, int choice, enum size size,
                     const struct step *step) {
    if (out->n < MAX_MOVES) {
        out->to[out->n] = *step;
        out->of[out->n++] = (struct move){(int8_t)proc, (int8_t)choice,
                                          (int8_t)step->victim, size};
    }
}

// Every step, and no larger move: they reach the same states.
static void search_steps(const struct model *m, const uint8_t *state,
                         struct moves *out) {
    struct steps steps;
    out->n = 0;
    for (int i = 0; i < m->nprocs; i++) {
        run_moves(m, state, i, ONE_STEP, &steps);
        for (int k = 0; k < steps.n; k++)
            add_move(out, i, k, ONE_STEP, &steps.of[k]);
    }
}

void search_moves(const struct model *model, const uint8_t *state,
                  struct moves *out) {
    static const enum size sizes[] = {ONE_STEP, ONE_FILE, TO_A_STOP};
    size_t size = (size_t)model->bytes;
    struct steps steps;
    out->n = 0;
    for (int i = 0; i < model->nprocs; i++) {
        run_moves(model, state, i, ONE_STEP, &steps);
        for (int k = 0; k < steps.n; k++) {
            struct step smaller = steps.of[k], step = smaller;
            run_enlarge(model, i, ONE_FILE, &step);
            add_move(out, i, k, ONE_FILE, &step);
            for (int s = 0; s < 3; s++) {
                struct step now = s == 0 ? smaller : step;
                run_enlarge(model, i, sizes[s], &now);
                if (memcmp(now.state, step.state, size))
                    add_move(out, i, k, sizes[s], &now);
            }
        }
    }
}

static void trace_back(const struct seen *s, size_t at, struct move last,
                       struct found *found) {
    size_t length = 0;
    for (size_t i = at; i != 0; i = s->parent[i])
        length++;
    found->length = (int)length;
    for (size_t i = at; i != 0; i = s->parent[i])
        if (--length < sizeof found->run / sizeof *found->run)
            found->run[length] = s->by[i];
    if (last.proc != NONE && found->length < 200)
        found->run[found->length++] = last;
}

// Looks at the state number `at`, and what follows it; true at a fault.
static bool expand(const struct model *m, struct seen *s, size_t at,
                   size_t limit, bool shortest, struct found *found) {
    static const struct move no_move = {NONE, 0, NONE, ONE_FILE};
    uint8_t state[MAX_STATE];
    struct moves moves;
    memcpy(state, s->states + at * s->size, s->size);
    if (shortest)
        search_moves(m, state, &moves);
    else
        search_steps(m, state, &moves);
    if (moves.n == 0) {
        found->failed = run_verdict(m, state);
        if (found->failed != NONE)
            trace_back(s, at, no_move, found);
        return found->failed != NONE;
    }
    for (int i = 0; i < moves.n; i++) {
        found->failed = moves.to[i].failed;
        if (found->failed != NONE) {
            trace_back(s, at, moves.of[i], found);
            return true;
        }
        if (seen_add(s, moves.to[i].state, limit)) {
            s->parent[s->n - 1] = (uint32_t)at;
            s->by[s->n - 1] = moves.of[i];
        } else if (s->n == s->limit && !*slot_of(s, moves.to[i].state)) {
            found->complete = false;
        }
    }
    return false;
}

static void search(const struct model *model, const uint8_t *from, long limit,
                   bool shortest, struct found *found) {
    struct seen s = {.size = (size_t)model->bytes};
    *found = (struct found){.complete = true, .failed = NONE};
    if (seen_grow(&s, (size_t)limit) && seen_add(&s, from, (size_t)limit))
        for (size_t at = 0; at < s.n && !found->broken; at++)
            found->broken =
                expand(model, &s, at, (size_t)limit, shortest, found);
    else
        found->complete = false;
    found->states = (long)s.n;
    seen_free(&s);
}

void search_any(const struct model *model, const uint8_t *from, long limit,
                struct found *found) {
    search(model, from, limit, false, found);
}

void search_break(const struct model *model, const uint8_t *from, long limit,
                  struct found *found) {
    search(model, from, limit, true, found);
}

// The last byte of a state here is how many processes there still are, init
// among them, which was the first: spin takes away only the youngest, when it has
// ended.
static bool reap_youngest(const struct model *m, uint8_t *state) {
    int last = state[m->bytes] - 2; // of procs[]; -1 is init
    if (last < -1 || (last >= 0 && !run_ended(m, state, last)))
        return false;
    if (last >= 0)
        memset(state + m->procs[last].at, 0,
               2 + (size_t)m->types[m->procs[last].type].bytes);
    state[m->bytes]--;
    return true;
}

static void count_state(const struct model *m, struct seen *s, size_t at,
                        size_t limit, struct count *count) {
    uint8_t state[MAX_STATE];
    struct steps steps;
    int any = 0;
    memcpy(state, s->states + at * s->size, s->size);
    for (int timeout = 0; timeout < 2 && !any; timeout++) {
        for (int i = 0; i < state[m->bytes] - 1; i++) {
            run_raw(m, state, i, timeout, &steps);
            any += steps.n;
            for (int k = 0; k < steps.n; k++) {
                count->transitions++;
                count->errors += steps.of[k].failed != NONE;
                steps.of[k].state[m->bytes] = state[m->bytes];
                if (!seen_add(s, steps.of[k].state, limit) && s->n == limit)
                    count->complete = false;
            }
        }
        if (reap_youngest(m, state)) {
            any++;
            count->transitions++;
            seen_add(s, state, limit);
            break;
        }
    }
}

void search_count(const struct model *model, long limit, struct count *count) {
    struct seen s = {.size = (size_t)model->bytes + 1};
    uint8_t start[MAX_STATE];
    *count = (struct count){.complete = true};
    memcpy(start, model->start, (size_t)model->bytes);
    start[model->bytes] = (uint8_t)(model->nprocs + 1);
    if (seen_grow(&s, (size_t)limit) && seen_add(&s, start, (size_t)limit))
        for (size_t at = 0; at < s.n; at++)
            count_state(model, &s, at, (size_t)limit, count);
    else
        count->complete = false;
    count->states = (long)s.n;
    seen_free(&s);
}
