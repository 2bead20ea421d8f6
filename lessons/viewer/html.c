// SPDX-License-Identifier: MIT
// Puts traces, viewer.css and viewer.js into viewer.html.
//
// The three files are inside of the program, so it needs nothing at run time. A
// trace is copied as it is but for "<", which JSON has only within its strings:
// there it may be written as an escape, and so no trace can end the <script>
// that it stands in. What is no JSON stays so, and the viewer says it. Of a
// pool's own lines only what is shown is kept, and slices as columns of numbers:
// a browser takes longer to read a page's bytes than to do all the rest.
// Runs in: the guide; the viewer's tool.
#define _GNU_SOURCE
#include "html.h"

#include <math.h>
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

// Slices of one thread, of one kind and outcome, that are written together.
enum { BLOCK_SLICES = 1024, BLOCK_LISTS = 256 };
struct block {
    struct block *next;
    int pid, thread;
    bool runs;
    char outcome[16];
    size_t count;
    struct slice {
        double at, lasts; // microseconds
        unsigned long task, items, first;
    } slice[BLOCK_SLICES];
};

// The blocks that have room, in lists by thread, and what comes before an event.
struct blocks {
    struct block *list[BLOCK_LISTS];
    const char *comma;
};

// Each number of a block's columns; times in nanoseconds, as the trace has them.
static long long gap_of(const struct slice *slice, size_t i) {
    return llround((slice[i].at - slice[0].at) * 1000) -
           (i ? llround((slice[i - 1].at - slice[0].at) * 1000) : 0);
}
static long long lasts_of(const struct slice *slice, size_t i) {
    return llround(slice[i].lasts * 1000);
}
static long long task_of(const struct slice *slice, size_t i) {
    return (long long)(slice[i].task - (i ? slice[i - 1].task : 0));
}
static long long items_of(const struct slice *slice, size_t i) {
    return (long long)slice[i].items;
}
static long long first_of(const struct slice *slice, size_t i) {
    return (long long)slice[i].first;
}

// One number where all are the same.
static void put_column(FILE *out, const char *name, const struct block *block,
                       long long (*number)(const struct slice *, size_t)) {
    size_t same = 1;
    while (same < block->count &&
           number(block->slice, same) == number(block->slice, 0))
        same++;
    bool one = same == block->count;
    fprintf(out, ",\"%s\":", name);
    for (size_t i = 0; i < (one ? 1 : block->count); i++)
        fprintf(out, "%s%lld",
                i     ? ","
                : one ? ""
                      : "[",
                number(block->slice, i));
    fputs(one ? "" : "]", out);
}

// {"name":"slices"}: a list for each property. Begins and tasks are differences
// to the slice before.
static void put_block(FILE *out, struct block *block, struct blocks *blocks) {
    if (!block->count)
        return;
    fprintf(out, "%s{\"name\":\"slices\",\"pid\":%d,\"tid\":%d,\"ts\":%.3f",
            blocks->comma, block->pid, block->thread, block->slice[0].at);
    fprintf(out, ",\"of\":\"%s\",\"outcome\":\"%s\",\"count\":%zu",
            block->runs ? "run" : "submit", block->outcome, block->count);
    put_column(out, "gap", block, gap_of);
    put_column(out, "dur", block, lasts_of);
    put_column(out, "task", block, task_of);
    put_column(out, "items", block, items_of);
    put_column(out, "first", block, first_of);
    putc('}', out);
    block->count = 0;
    blocks->comma = ",\n";
}

static void put_blocks(FILE *out, struct blocks *blocks) {
    for (size_t i = 0; i < BLOCK_LISTS; i++)
        for (struct block *block; (block = blocks->list[i]);) {
            put_block(out, block, blocks);
            blocks->list[i] = block->next;
            free(block);
        }
}

// A block with room for a slice; NULL: no memory.
static struct block *block_for(FILE *out, struct blocks *blocks, int pid,
                               int thread, const char *outcome, bool runs) {
    struct block **list = &blocks->list[(unsigned)thread % BLOCK_LISTS];
    struct block *block = *list;
    while (block && (block->pid != pid || block->thread != thread ||
                     block->runs != runs || strcmp(block->outcome, outcome)))
        block = block->next;
    if (!block && (block = malloc(sizeof *block))) {
        block->pid = pid, block->thread = thread, block->runs = runs;
        snprintf(block->outcome, sizeof block->outcome, "%s", outcome);
        block->count = 0;
        block->next = *list;
        *list = block;
    }
    if (block && block->count == BLOCK_SLICES)
        put_block(out, block, blocks);
    return block;
}

// A line that the library writes for a slice goes into its block. False: it is
// another line.
static bool keep_slice(FILE *out, const char *line, struct blocks *blocks) {
    int pid, thread, end = 0;
    struct slice slice = {0};
    char outcome[16] = "";
    bool runs = sscanf(line,
                       "{\"ph\":\"X\",\"name\":\"run\",\"pid\":%d,\"tid\":%d,"
                       "\"ts\":%lf,\"dur\":%lf,\"args\":{\"task\":%lu,"
                       "\"first\":%lu,\"items\":%lu,\"worker\":%*d,"
                       "\"pid\":%*d,\"outcome\":\"%15[a-z ]\"}}%n",
                       &pid, &thread, &slice.at, &slice.lasts, &slice.task,
                       &slice.first, &slice.items, outcome, &end) == 8;
    if (!runs && sscanf(line,
                        "{\"ph\":\"X\",\"name\":\"submit\",\"pid\":%d,"
                        "\"tid\":%d,\"ts\":%lf,\"dur\":%lf,"
                        "\"args\":{\"task\":%lu,\"items\":%lu}}%n",
                        &pid, &thread, &slice.at, &slice.lasts, &slice.task,
                        &slice.items, &end) != 6)
        return false;
    if (end == 0 || line[end])
        return false;
    struct block *block = block_for(out, blocks, pid, thread, outcome, runs);
    if (block)
        block->slice[block->count++] = slice;
    return block;
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
    struct blocks blocks = {.comma = ""};
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
            if (!keep_slice(out, line, &blocks)) {
                fputs(blocks.comma, out);
                for (const char *at = line; *at; at++)
                    put_byte(out, *at);
                blocks.comma = ",\n";
            }
            continue;
        }
        put_blocks(out, &blocks);
        if (events && *blocks.comma) // the end of the list, or a line cut short
            fputs(line[0] == '{' ? ",\n" : "\n", out);
        events = !*blocks.comma && strcmp(line, head) == 0;
        blocks.comma = "";
        for (ssize_t i = 0; i < size; i++)
            put_byte(out, (unsigned char)line[i]);
    }
    put_blocks(out, &blocks);
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
