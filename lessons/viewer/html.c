// SPDX-License-Identifier: MIT
// Puts traces, viewer.css and viewer.js into viewer.html.
//
// The three files are inside of the program, so it needs nothing at run time. A
// trace is copied as it is but for "<", which JSON has only within its strings:
// there it may be written as an escape, and so no trace can end the <script>
// that it stands in. What is no JSON stays so, and the viewer says it.
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

static bool put_json(FILE *out, const struct html_trace *trace) {
    begin_trace(out, trace->name);
    for (int c; (c = getc(trace->file)) != EOF;)
        put_byte(out, c);
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
