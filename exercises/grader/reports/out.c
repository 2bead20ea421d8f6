// SPDX-License-Identifier: MIT
// Files that are written whole or not at all, and templates for HTML and XML.
//
// Runs in: reports.
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reports.h"

_Noreturn static void cannot_write(const struct out *out) {
    fprintf(stderr, "reports: cannot write %s: %s\n", out->path,
            strerror(errno));
    unlink(out->unfinished);
    exit(2);
}

// Folders on the way to a file; those that are there are fine.
static void make_folders(const char *path) {
    char *folder = must(strdup(path));
    for (char *slash = strchr(folder + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(folder, 0777);
        *slash = '/';
    }
    free(folder);
}

struct out out_open(const char *folder, const char *name) {
    struct out out = {.path = text_printf("%s/%s", folder, name),
                      .unfinished = text_printf("%s/%s.part", folder, name)};
    make_folders(out.path);
    out.f = fopen(out.unfinished, "we");
    if (!out.f)
        cannot_write(&out);
    return out;
}

void out_close(struct out *out) {
    bool bad = fflush(out->f) != 0 || ferror(out->f);
    if (fclose(out->f) != 0 || bad || rename(out->unfinished, out->path) != 0)
        cannot_write(out);
    free(out->path);
    free(out->unfinished);
}

void out_json(const char *folder, const char *name, json_t *json) {
    struct out out = out_open(folder, name);
    must(json);
    if (json_dumpf(json, out.f, JSON_INDENT(2)) != 0)
        cannot_write(&out);
    fputc('\n', out.f);
    out_close(&out);
    json_decref(json);
}

static void escaped(FILE *f, const char *text) {
    for (; *text; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", f);
            break;
        case '<':
            fputs("&lt;", f);
            break;
        case '>':
            fputs("&gt;", f);
            break;
        case '"':
            fputs("&quot;", f);
            break;
        case '\'':
            fputs("&#39;", f);
            break;
        default:
            fputc(*text, f);
        }
}

void html(FILE *f, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    for (const char *c = format; *c; c++) {
        if (*c != '%') {
            fputc(*c, f);
            continue;
        }
        switch (*++c) {
        case 's':
            escaped(f, va_arg(arguments, const char *));
            break;
        case 'd':
            fprintf(f, "%d", va_arg(arguments, int));
            break;
        case '%':
            fputc('%', f);
            break;
        default:
            abort(); // a template of ours is wrong
        }
    }
    va_end(arguments);
}

void html_url(FILE *f, const char *name) {
    for (; *name; name++)
        if (isalnum((unsigned char)*name) || strchr("-._~", *name))
            fputc(*name, f);
        else
            fprintf(f, "%%%02X", (unsigned char)*name);
}
