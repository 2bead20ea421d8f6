// SPDX-License-Identifier: MIT
// Puts traces, viewer.css and viewer.js into viewer.html.
//
// The three files are inside of the program, so it needs nothing at run time. A
// trace is copied as it is but for "<", which JSON has only within its strings:
// there it may be written as an escape, and so no trace can end the <script>
// that it stands in. What is no JSON stays so, and the viewer says it. Of a
// pool's own lines only what is shown is kept, in short: a browser takes longer
// to read a page's bytes than to do all the rest.
// Runs in: the guide; the viewer's tool.
#define _GNU_SOURCE
#include "html.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// The bytes of a file as the constant `name`, with a '\0' at the end.
#define INSIDE(name, path)                                                     \
    __asm__(".pushsection .rodata\n" #name ":\n"                               \
            ".incbin \"" path "\"\n.byte 0\n.popsection\n");                   \
    extern const char name[] __attribute__((visibility("hidden")))

INSIDE(viewer_page, "lessons/viewer/viewer.html");
INSIDE(viewer_style, "lessons/viewer/viewer.css");
INSIDE(viewer_script, "lessons/viewer/viewer.js");

// So begins a trace within a page.
#define TRACE_BEGIN "<script type=\"application/json\" class=\"trace\""

bool html_named(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot &&
           (strcasecmp(dot, ".html") == 0 || strcasecmp(dot, ".htm") == 0);
}

// The first byte that is no blank, or EOF.
static int skip_blanks(FILE *file) {
    int first;
    do
        first = getc(file);
    while (first == ' ' || first == '\n' || first == '\r' || first == '\t');
    return first;
}

const char *html_fault(FILE *file) {
    char *page = NULL;
    size_t size = 0;
    const char *fault = NULL;
    int first = skip_blanks(file);
    rewind(file);
    if (first == EOF)
        fault = "it is empty: a program writes its trace in pool_destroy()";
    else if (first == '<' && (getdelim(&page, &size, '\0', file) < 0 ||
                              !strstr(page, TRACE_BEGIN)))
        fault = "it is a page without a trace";
    else if (first != '{' && first != '[' && first != '<')
        fault = "it is neither a trace nor a page of one";
    rewind(file);
    free(page);
    return fault;
}

// Words as text or in an attribute; control characters are left out.
static void put_words(FILE *out, const char *words) {
    for (; *words; words++)
        if (strchr("<>&\"'", *words))
            fprintf(out, "&#%d;", *words);
        else if ((unsigned char)*words >= ' ' && *words != 127)
            fputc(*words, out);
}

static void begin_trace(FILE *out, const char *name) {
    fputs(TRACE_BEGIN " data-name=\"", out);
    put_words(out, name);
    fputs("\">", out);
}

// A byte of a trace.
static void put_byte(FILE *out, int byte) {
    if (byte == '<')
        fputs("\\u003c", out);
    else
        putc(byte, out);
}

// Whose slices follow in short, and from when on their times count.
struct base {
    int pid;
    double from;
};

// A line that the library writes for a slice, as
// [thread, time, duration, task, items, first item, outcome]. A submission ends
// with its items; "done" is left out. False: it is another line.
static bool put_slice(FILE *out, const char *line, struct base *base,
                      const char *comma) {
    int pid, thread, end = 0;
    double at, lasts;
    unsigned long task, items, first;
    char outcome[16];
    bool runs = sscanf(line,
                       "{\"ph\":\"X\",\"name\":\"run\",\"pid\":%d,\"tid\":%d,"
                       "\"ts\":%lf,\"dur\":%lf,\"args\":{\"task\":%lu,"
                       "\"first\":%lu,\"items\":%lu,\"worker\":%*d,"
                       "\"pid\":%*d,\"outcome\":\"%15[a-z ]\"}}%n",
                       &pid, &thread, &at, &lasts, &task, &first, &items,
                       outcome, &end) == 8;
    if (!runs && sscanf(line,
                        "{\"ph\":\"X\",\"name\":\"submit\",\"pid\":%d,"
                        "\"tid\":%d,\"ts\":%lf,\"dur\":%lf,"
                        "\"args\":{\"task\":%lu,\"items\":%lu}}%n",
                        &pid, &thread, &at, &lasts, &task, &items, &end) != 6)
        return false;
    if (end == 0 || line[end])
        return false;
    if (pid != base->pid) {
        *base = (struct base){pid, at};
        fprintf(out, "%s{\"name\":\"base\",\"pid\":%d,\"ts\":%.3f}", comma, pid,
                at);
        comma = ",\n";
    }
    fprintf(out, "%s[%d,%.3f,%.3f,%lu,%lu", comma, thread, at - base->from,
            lasts, task, items);
    if (runs)
        fprintf(out, strcmp(outcome, "done") ? ",%lu,\"%s\"" : ",%lu", first,
                outcome);
    putc(']', out);
    return true;
}

// Arrows and counters, which the viewer does not show.
static bool is_extra(const char *line) {
    return strncmp(line, "{\"ph\":\"", 7) == 0 && strchr("sfC", line[7]) &&
           line[8] == '"';
}

// Events, one a line as the library writes them; from the first other line on
// all is copied.
static bool put_json(FILE *out, const struct html_trace *trace) {
    static const char head[] =
        "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
    struct base base = {-1, 0};
    const char *comma = "";
    char *line = NULL;
    size_t room = 0;
    bool events = false;
    begin_trace(out, trace->name);
    for (ssize_t size; (size = getline(&line, &room, trace->file)) > 0;) {
        bool more = size > 2 && strcmp(line + size - 2, ",\n") == 0;
        bool whole = more || (size > 1 && strcmp(line + size - 2, "}\n") == 0);
        if (events && whole && strlen(line) == (size_t)size && line[0] == '{') {
            line[size - (more ? 2 : 1)] = '\0';
            if (is_extra(line))
                continue;
            if (!put_slice(out, line, &base, comma)) {
                fputs(comma, out);
                for (const char *at = line; *at; at++)
                    put_byte(out, *at);
            }
            comma = ",\n";
            continue;
        }
        if (events && *comma) // this line is the end of the list, or was cut
            fputs(line[0] == '{' ? ",\n" : "\n", out);
        events = !*comma && strcmp(line, head) == 0;
        comma = "";
        for (ssize_t i = 0; i < size; i++)
            put_byte(out, (unsigned char)line[i]);
    }
    free(line);
    fputs("</script>\n", out);
    return !ferror(trace->file);
}

// The traces of a page that was written before: from a script's begin to its
// end, of which there is none within.
static bool put_page(FILE *out, const struct html_trace *trace) {
    static const char end[] = "</script>";
    char *page = NULL;
    size_t size = 0;
    bool done = getdelim(&page, &size, '\0', trace->file) > 0;
    for (char *at = page; done && (at = strstr(at, TRACE_BEGIN));) {
        char *data = strchr(at, '>'), *stop = data ? strstr(data, end) : NULL;
        if (!stop)
            break;
        *stop = '\0';
        begin_trace(out, trace->name);
        for (data++; *data; data++)
            put_byte(out, *data);
        fputs("</script>\n", out);
        at = stop + 1;
    }
    free(page);
    return done;
}

static bool put_traces(FILE *out, const struct html_trace *trace,
                       size_t traces) {
    bool done = true;
    for (size_t i = 0; i < traces && done; i++) {
        int first = skip_blanks(trace[i].file);
        ungetc(first, trace[i].file);
        done =
            first == '<' ? put_page(out, &trace[i]) : put_json(out, &trace[i]);
    }
    return done;
}

bool html_write(FILE *out, const char *title, const struct html_trace *trace,
                size_t traces) {
    bool done = true;
    for (const char *at = viewer_page; *at && done; at++) {
        if (strncmp(at, "@TITLE@", 7) == 0)
            put_words(out, title), at += 6;
        else if (strncmp(at, "@CSS@", 5) == 0)
            fputs(viewer_style, out), at += 4;
        else if (strncmp(at, "@JS@", 4) == 0)
            fputs(viewer_script, out), at += 3;
        else if (strncmp(at, "@TRACES@", 8) == 0)
            done = put_traces(out, trace, traces), at += 7;
        else
            putc(*at, out);
    }
    return done && fflush(out) == 0 && !ferror(out);
}
