// SPDX-License-Identifier: MIT
// The timeline: who ran what when, as text, SVG and Chrome trace (see
// lesson.h). Runs in: client.
//
// Everything is drawn from pool_trace_event records: those of the pool's own
// trace, or those that a lesson without a pool made itself.
#include "common.h"
#include "lesson.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CELLS 58    // columns of the drawing
#define MOST_ROWS 8 // more workers than these are only counted

static unsigned drawn; // timelines so far

struct picture {
    const struct pool_trace_event *events;
    size_t count;
    uint64_t begin, end; // first and last moment
    uint64_t first_task; // smallest number of a submission
    int rows;            // workers
    const char *row;     // what a row is
};

// What was cut short ended with its worker; events come in the order of time.
static uint64_t end_of(const struct picture *p,
                       const struct pool_trace_event *event) {
    const struct pool_trace_event *e = event;
    if (event->end_ns)
        return event->end_ns;
    while (++e < p->events + p->count)
        if (e->kind == POOL_TRACE_DEATH && e->worker == event->worker)
            return e->begin_ns;
    return p->end;
}

static struct picture
frame(const char *row, const struct pool_trace_event *events, size_t count) {
    struct picture p = {events, count, UINT64_MAX, 0, UINT64_MAX, 0, row};
    for (const struct pool_trace_event *e = events; e < events + count; e++) {
        if (e->kind == POOL_TRACE_DEATH && !e->status)
            continue; // it left in peace, and is not drawn
        if (e->begin_ns < p.begin)
            p.begin = e->begin_ns;
        if (e->begin_ns > p.end)
            p.end = e->begin_ns;
        if (e->end_ns > p.end)
            p.end = e->end_ns;
        if (e->task && e->task < p.first_task)
            p.first_task = e->task;
        if (e->worker >= p.rows)
            p.rows = e->worker + 1;
    }
    return p;
}

// A task's letter. Items of a map count on from its first one.
static char letter(const struct picture *p, const struct pool_trace_event *e) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWYZ"; // X: a death
    return letters[(e->task - p->first_task + e->first) % 51];
}

// One row: a letter where one task ran, '#' where several shared a column,
// '^' where a worker started, 'X' where one died.
static void draw_row(const struct picture *p, int worker) {
    char cells[CELLS + 1];
    uint64_t span = p->end - p->begin + 1;
    size_t items = 0;

    memset(cells, ' ', CELLS);
    cells[CELLS] = '\0';
    for (size_t i = 0; i < p->count; i++) {
        const struct pool_trace_event *e = &p->events[i];
        if (e->worker != worker)
            continue;
        size_t from =
            (size_t)((double)(e->begin_ns - p->begin) * CELLS / (double)span);
        size_t to =
            (size_t)((double)(end_of(p, e) - p->begin) * CELLS / (double)span);
        if (e->kind == POOL_TRACE_RUN) {
            items += e->count;
            for (size_t c = from; c <= to && c < CELLS; c++)
                // The column a task ends in is the next one's, if it is busy;
                // one that a worker died in stays marked.
                if ((c == from || c < to) && cells[c] != 'X')
                    cells[c] =
                        cells[c] == ' ' || cells[c] == '^' ? letter(p, e) : '#';
        } else if (e->kind == POOL_TRACE_DEATH && e->status) {
            cells[from] = 'X';
        } else if (e->kind == POOL_TRACE_START && cells[from] == ' ') {
            cells[from] = '^';
        }
    }
    printf("  %-7.7s%3d|%s|%6zu\n", p->row, worker, cells, items);
}

static void draw_text(const struct picture *p) {
    double column = (double)(p->end - p->begin + 1) / CELLS / 1e3;
    bool ms = column >= 1000;

    column /= ms ? 1000 : 1;
    lesson_paragraph();
    printf("  Timeline, from left to right. A column is about %.*f %s, a letter"
           "\n  a task, # several, ^ a start, X a death.\n\n",
           column < 10, column, ms ? "ms" : "us");
    printf("  %-10s|%-*s| items\n", "", CELLS, "");
    for (int row = 0; row < p->rows && row < MOST_ROWS; row++)
        draw_row(p, row);
    if (p->rows > MOST_ROWS)
        printf("  ... and %d more rows\n", p->rows - MOST_ROWS);
    putchar('\n');
}

static bool has_gnuplot(void) {
    const char *path = getenv("PATH");
    char file[PATH_MAX];

    for (; path && *path; path += strspn(path, ":")) {
        size_t length = strcspn(path, ":");
        snprintf(file, sizeof file, "%.*s/gnuplot", (int)length, path);
        if (access(file, X_OK) == 0)
            return true;
        path += length;
    }
    return false;
}

// Writes build/…/lessonN.svg through gnuplot, where there is one.
static void draw_svg(const struct picture *p) {
    const char *folder = lesson_setting("LESSON_OUT");
    char file[PATH_MAX];

    if (!folder || !has_gnuplot())
        return;
    snprintf(file, sizeof file, "%s/lesson%d%s%.0u.svg", folder,
             lesson_number(), drawn > 1 ? "-" : "", drawn > 1 ? drawn : 0);
    FILE *plot = popen("gnuplot >/dev/null 2>&1", "w");
    if (!plot)
        return;
    fprintf(plot, "set terminal svg size 900,%d mouse standalone\n",
            140 + 24 * p->rows);
    fprintf(plot, "set output '%s'\n$runs << EOD\n", file);
    for (size_t i = 0; i < p->count; i++) {
        const struct pool_trace_event *e = &p->events[i];
        double begin = (double)(e->begin_ns - p->begin) / 1e6;
        double end = (double)(end_of(p, e) - p->begin) / 1e6;
        if (e->kind == POOL_TRACE_RUN)
            fprintf(plot, "%f %d %f %f %d %d %" PRIu64 "\n", (begin + end) / 2,
                    e->worker, begin, end, e->worker, letter(p, e) % 8,
                    e->task);
    }
    fprintf(plot,
            "EOD\n"
            "set title 'Lesson %d: who ran what when'\n"
            "set xlabel 'time (ms)'\nset ylabel '%s'\nunset key\n"
            "unset colorbox\nset ytics 1\nset yrange [%d.6:-0.6]\n"
            "set style fill solid 0.7 border -1\n"
            "plot $runs using 1:2:3:4:($5-0.4):($5+0.4):6 "
            "with boxxyerror lc variable\n",
            lesson_number(), p->row, p->rows - 1);
    if (pclose(plot) == 0)
        printf("  As a picture: %s\n\n", file);
}

// TRACE=name.json, name-2.json for the second timeline; NULL: not wanted.
static const char *trace_name(char *file, size_t size) {
    const char *name = lesson_setting("TRACE");
    if (!name || drawn < 2)
        return name;
    size_t stem = strlen(name);
    if (stem > 5 && strcmp(name + stem - 5, ".json") == 0)
        stem -= 5;
    snprintf(file, size, "%.*s-%u.json", (int)stem, name, drawn);
    return file;
}

void lesson_check_trace(void) {
    const char *name = lesson_setting("TRACE");
    FILE *file = name ? fopen(name, "ae") : NULL;
    if (name && !file)
        lesson_refuse("TRACE=%s: %s.", lesson_print(name, 34), strerror(errno));
    if (file)
        fclose(file);
}

// Chrome trace of events that no pool recorded: bars only.
static int write_events(const struct picture *p, FILE *file) {
    const char *comma = "";
    fprintf(file, "{\"traceEvents\":[");
    for (size_t i = 0; i < p->count; i++) {
        const struct pool_trace_event *e = &p->events[i];
        if (e->kind != POOL_TRACE_RUN)
            continue;
        fprintf(file,
                "%s\n{\"ph\":\"X\",\"name\":\"task %" PRIu64 "\",\"ts\":%.3f,"
                "\"dur\":%.3f,\"pid\":1,\"tid\":%d}",
                comma, e->task, (double)(e->begin_ns - p->begin) / 1e3,
                (double)(end_of(p, e) - e->begin_ns) / 1e3, e->worker);
        comma = ",";
    }
    fprintf(file, "\n]}\n");
    return ferror(file) ? POOL_ESYS : 0;
}

static void draw(struct pool *pool, const char *row,
                 const struct pool_trace_event *events, size_t count) {
    struct picture p = frame(row, events, count);
    char room[PATH_MAX];

    drawn++;
    if (!count) {
        lesson_say("(Nothing was recorded, so there is no timeline.)");
        return;
    }
    draw_text(&p);
    draw_svg(&p);
    const char *name = trace_name(room, sizeof room);
    if (!name)
        return;
    FILE *file = fopen(name, "we");
    int error = !file  ? POOL_ESYS
                : pool ? pool_trace_write(pool, file)
                       : write_events(&p, file);
    if (file && fclose(file) != 0)
        error = POOL_ESYS;
    if (error < 0)
        lesson_claim(false, "the trace is in %s: %s", lesson_print(name, 34),
                     strerror(errno));
    else
        printf("  Trace for https://ui.perfetto.dev: %s\n\n",
               lesson_print(name, 34));
}

void lesson_timeline_of(const char *row, const struct pool_trace_event *events,
                        size_t count) {
    draw(NULL, row, events, count);
}

struct pool_trace_event lesson_event(enum pool_trace_kind kind, size_t row,
                                     uint64_t task) {
    return (struct pool_trace_event){.kind = kind,
                                     .worker = (int32_t)row,
                                     .task = task,
                                     .count = 1,
                                     .begin_ns = lesson_now()};
}

// The pool's trace, copied out; the caller frees it.
static struct pool_trace_event *read_trace(struct pool *pool, size_t *count) {
    *count = pool_trace_read(pool, NULL, 0);
    struct pool_trace_event *events = lesson_calloc(*count, sizeof *events);
    size_t now = pool_trace_read(pool, events, *count);
    if (now < *count)
        *count = now;
    return events;
}

void lesson_timeline(struct pool *pool) {
    size_t count;
    struct pool_trace_event *events = read_trace(pool, &count);
    draw(pool, "worker", events, count);
    free(events);
}

// A moment at which the number of running items changes.
struct edge {
    uint64_t when;
    int change;
};

static int by_time(const void *a, const void *b) {
    const struct edge *x = a, *y = b;
    if (x->when != y->when)
        return x->when < y->when ? -1 : 1;
    return x->change - y->change; // an end before a start
}

size_t lesson_at_once(struct pool *pool, uint64_t from, uint64_t to) {
    size_t count, edges = 0;
    struct pool_trace_event *events = read_trace(pool, &count);
    struct edge *edge = lesson_calloc(2 * count, sizeof *edge);
    long now = 0, most = 0;

    for (size_t i = 0; i < count; i++) {
        const struct pool_trace_event *e = &events[i];
        if (e->kind != POOL_TRACE_RUN ||
            (to && (e->task < from || e->task > to)))
            continue;
        edge[edges++] = (struct edge){e->begin_ns, 1};
        edge[edges++] = (struct edge){e->end_ns ? e->end_ns : UINT64_MAX, -1};
    }
    qsort(edge, edges, sizeof *edge, by_time);
    for (size_t i = 0; i < edges; i++) {
        now += edge[i].change;
        if (now > most)
            most = now;
    }
    free(edge);
    free(events);
    return (size_t)most;
}
