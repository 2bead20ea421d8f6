// SPDX-License-Identifier: MIT
// TRACE=: all runs of the lesson as Chrome trace JSON, for ui.perfetto.dev; or,
// where the name ends in .html, as a page with these data and a viewer inside.
//
// A run is a process there, its rows are threads: births, deaths, what each
// item was, and the letters of the screen. A submission is a slice, and an
// arrow leads from it to the run of its first item. Runs in: the guide.
#include "../viewer/html.h"
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void perfetto_check(void) {
    const char *name = guide_setting("TRACE");
    FILE *file = name ? fopen(name, "ae") : NULL;
    if (name && !file)
        guide_refuse("TRACE=%s: %s.", guide_print(name, 34), strerror(errno));
    if (file)
        fclose(file);
}

static const char *comma;

static void begin(FILE *file, const char *phase, int process, int thread,
                  uint64_t ns) {
    fprintf(file, "%s\n{\"ph\":\"%s\",\"pid\":%d,\"tid\":%d,\"ts\":%.3f", comma,
            phase, process, thread, (double)ns / 1000);
    comma = ",";
}

static void name(FILE *file, const char *what, int process, int thread,
                 const char *text) {
    begin(file, "M", process, thread, 0);
    fprintf(file, ",\"name\":\"%s\",\"args\":{\"name\":\"", what);
    for (; *text; text++)
        fprintf(file, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    fprintf(file, "\"}}");
}

// Viewers bind no arrow to an empty slice: it lasts a nanosecond at least.
static double duration(uint64_t begin, uint64_t end) {
    return end > begin ? (double)(end - begin) / 1000 : 0.001;
}

// One arrow leads from a submission (phase s) to the run of its first item (f).
// Both ends have the same number, and each lies at the begin of a slice.
static void write_arrow(FILE *file, const char *phase, int process, int thread,
                        uint64_t ns, int pool, uint64_t task) {
    begin(file, phase, process, thread, ns);
    fprintf(file,
            ",\"name\":\"task\",\"cat\":\"task\",\"bp\":\"e\","
            "\"id\":\"%d.%d.%llu\"}",
            process, pool, (unsigned long long)task);
}

static void write_bar(FILE *file, int process, const struct bar *b,
                      uint64_t start, bool pool) {
    bool done = !*b->how || strcmp(b->how, "done") == 0;
    begin(file, "X", process, b->row + 1, b->begin - start);
    fprintf(file,
            ",\"name\":\"%c%s%s\",\"cat\":\"%s\",\"dur\":%.3f,\"args\":{"
            "\"letter\":\"%c\",\"pool\":%d,\"task\":%llu,\"first\":%llu,"
            "\"items\":%u,\"pid\":%d,\"outcome\":\"%s\"}}",
            b->letter, done ? "" : " ", done ? "" : b->how,
            pool ? "run" : "process", duration(b->begin, b->end), b->letter,
            b->pool, (unsigned long long)b->task, (unsigned long long)b->first,
            b->items, (int)b->pid, b->how);
    if (pool && b->task && !b->first && strcmp(b->how, "run again") != 0)
        write_arrow(file, "f", process, b->row + 1, b->begin - start, b->pool,
                    b->task);
}

static void write_submissions(FILE *file, int process,
                              const struct guide_run *run, uint64_t start) {
    for (size_t i = 0; i < run->events; i++) {
        const struct guide_event *e = &run->event[i];
        if (e->kind != GUIDE_SUBMIT)
            continue;
        begin(file, "X", process, 0, e->begin - start);
        fprintf(file,
                ",\"name\":\"submit\",\"cat\":\"submit\",\"dur\":%.3f,"
                "\"args\":{\"pool\":%d,\"task\":%llu,\"items\":%u}}",
                duration(e->begin, e->end), e->pool,
                (unsigned long long)e->task, e->items);
        write_arrow(file, "s", process, 0, e->begin - start, e->pool, e->task);
    }
}

static void write_run(FILE *file, int number, const struct guide_run *run,
                      uint64_t start) {
    struct picture p = guide_picture(run);
    name(file, "process_name", number, 0,
         guide_text("part %d: %s", run->part, guide_print(run->command, 60)));
    name(file, "thread_name", number, 0,
         guide_text("your program %d", (int)run->process[0].pid));
    for (size_t i = 0; i < p.rows; i++)
        name(file, "thread_name", number, (int)i + 1, p.row[i].name);
    if (run->traced)
        write_submissions(file, number, run, start);
    for (size_t i = 0; i < p.bars; i++)
        write_bar(file, number, &p.bar[i], start, run->traced);
    for (size_t i = 0; i < p.marks; i++) {
        const struct mark *m = &p.mark[i];
        begin(file, "i", number, m->row + 1, m->when - start);
        fprintf(file,
                ",\"s\":\"t\",\"name\":\"%s\",\"args\":{\"pid\":%d,"
                "\"how\":\"%s\"}}",
                m->what == '^'   ? "born"
                : m->what == 'X' ? "killed"
                                 : "ended",
                (int)m->pid, m->how);
    }
    guide_picture_free(&p);
}

static void write_all(FILE *file) {
    comma = "";
    fprintf(file, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
    for (int i = 0; i < guide.runs; i++)
        write_run(file, i + 1, guide.run[i], guide.run[0]->begin);
    fprintf(file, "\n]}\n");
}

// The same, inside of a page.
static bool write_page(FILE *page) {
    FILE *file = tmpfile();
    if (!file)
        return false;
    write_all(file);
    rewind(file);
    const char *title =
        guide_text("Lesson %d: %s", guide_lesson.number, guide_lesson.title);
    bool done = html_write(page, title, &(struct html_trace){title, file}, 1);
    fclose(file);
    return done;
}

void perfetto_write(void) {
    if (!guide.trace)
        return;
    FILE *file = fopen(guide.trace, "we");
    bool page = html_named(guide.trace), done = file;
    if (file && page)
        done = write_page(file);
    else if (file)
        write_all(file);
    done = done && !ferror(file);
    if (!file || fclose(file) != 0 || !done) {
        guide_claim(0, strerror(errno), "the trace is in %s",
                    guide_print(guide.trace, 34));
        return;
    }
    guide_paragraph();
    printf("  %s: %s\n\n",
           page ? "All runs, for your browser, also offline"
                : "Trace for https://ui.perfetto.dev",
           guide_print(guide.trace, 34));
}
