// SPDX-License-Identifier: MIT
// TRACE=: all runs of the lesson as Chrome trace JSON, for ui.perfetto.dev.
//
// A run is a process there, its rows are threads: births, deaths, what each
// item was, and the letters of the screen. A submission is a slice, and an
// arrow leads from it to the run of its first item. Runs in: the guide.
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
                  double ns) {
    fprintf(file, "%s\n{\"ph\":\"%s\",\"pid\":%d,\"tid\":%d,\"ts\":%.3f", comma,
            phase, process, thread, ns / 1000);
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

static void write_bar(FILE *file, int process, const struct bar *b,
                      double shift, bool pool) {
    begin(file, "X", process, b->row + 1, shift + (double)b->begin);
    fprintf(file,
            ",\"name\":\"%c%s\",\"dur\":%.3f,\"args\":{\"letter\":\"%c\","
            "\"task\":%llu,\"first\":%llu,\"items\":%u,\"pid\":%d}}",
            b->letter, b->cut ? " (cut short)" : "",
            (double)(b->end - b->begin) / 1000, b->letter,
            (unsigned long long)b->task, (unsigned long long)b->first, b->items,
            (int)b->pid);
    if (!pool || b->first)
        return;
    begin(file, "f", process, b->row + 1, shift + (double)b->begin);
    fprintf(
        file,
        ",\"name\":\"task\",\"cat\":\"task\",\"bp\":\"e\",\"id\":\"%d.%llu\""
        "}",
        process, (unsigned long long)b->task);
}

// Slices of one row must not overlap, so each ends where the next begins.
static void write_submissions(FILE *file, int process,
                              const struct guide_run *run, double shift) {
    const struct guide_event *last = NULL;
    for (size_t i = run->events; i-- > 0;) {
        const struct guide_event *e = &run->event[i];
        if (e->kind != GUIDE_SUBMIT)
            continue;
        double room = last ? (double)(last->begin - e->begin) : 1000;
        room = room < 1000 ? room : 1000;
        begin(file, "X", process, 0, shift + (double)e->begin);
        fprintf(file,
                ",\"name\":\"submit\",\"dur\":%.3f,\"args\":{\"task\":%llu,"
                "\"items\":%u}}",
                room / 1000, (unsigned long long)e->task, e->items);
        begin(file, "s", process, 0, shift + (double)e->begin);
        fprintf(file, ",\"name\":\"task\",\"cat\":\"task\",\"id\":\"%d.%llu\"}",
                process, (unsigned long long)e->task);
        last = e;
    }
}

static void write_run(FILE *file, int number, const struct guide_run *run,
                      uint64_t start) {
    struct picture p = guide_picture(run);
    double shift = (double)(run->begin - start);
    name(file, "process_name", number, 0,
         guide_text("part %d: %s", run->part, guide_print(run->command, 60)));
    name(file, "thread_name", number, 0,
         guide_text("your program %d", (int)run->process[0].pid));
    for (size_t i = 0; i < p.rows; i++)
        name(file, "thread_name", number, (int)i + 1, p.row[i].name);
    if (run->traced)
        write_submissions(file, number, run, shift);
    for (size_t i = 0; i < p.bars; i++)
        write_bar(file, number, &p.bar[i], shift, run->traced);
    for (size_t i = 0; i < p.marks; i++) {
        const struct mark *m = &p.mark[i];
        begin(file, "i", number, m->row + 1, shift + (double)m->when);
        fprintf(file, ",\"s\":\"t\",\"name\":\"%s\",\"args\":{\"pid\":%d}}",
                m->what == '^'   ? "born"
                : m->what == 'X' ? "killed"
                                 : "ended",
                (int)m->pid);
    }
    if (!run->traced)
        for (size_t i = 0; i < run->processes; i++) {
            begin(file, "i", number, (int)i + 1,
                  shift +
                      (double)(run->process[i].born - run->process[0].born));
            fprintf(file,
                    ",\"s\":\"t\",\"name\":\"born\",\"args\":{\"pid\":%d,"
                    "\"parent\":%d}}",
                    (int)run->process[i].pid, (int)run->process[i].parent);
        }
    guide_picture_free(&p);
}

void perfetto_write(void) {
    if (!guide.trace)
        return;
    FILE *file = fopen(guide.trace, "we");
    comma = "";
    if (file) {
        fprintf(file, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
        for (int i = 0; i < guide.runs; i++)
            write_run(file, i + 1, guide.run[i], guide.run[0]->begin);
        fprintf(file, "\n]}\n");
    }
    if (!file || ferror(file) || fclose(file) != 0) {
        guide_claim(0, strerror(errno), "the trace is in %s",
                    guide_print(guide.trace, 34));
        return;
    }
    guide_paragraph();
    printf("  Trace for https://ui.perfetto.dev: %s\n\n",
           guide_print(guide.trace, 34));
}
