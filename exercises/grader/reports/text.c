// SPDX-License-Identifier: MIT
// Texts for the reports. Bytes that a student's program printed, and the names
// of files, can be anything. Here they become text that every format may hold:
// UTF-8, without what XML forbids and without what changes the direction or the
// colour of what stands around it. What was there stays visible: ESC becomes
// U+241B, a byte that is no UTF-8 becomes U+FFFD.
//
// Runs in: reports.
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reports.h"
#include "shown.h"

void *must(void *memory) {
    if (memory)
        return memory;
    fprintf(stderr, "reports: out of memory\n");
    exit(2);
}

char *text_printf(const char *format, ...) {
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        must(NULL);
    va_end(arguments);
    return text;
}

// The character at s and how many of the n bytes it takes; U+FFFD for one that
// is no UTF-8.
static size_t decode(const unsigned char *s, size_t n, uint32_t *character) {
    size_t takes = shown_decode((const char *)s, n, character);
    if (takes > 0)
        return takes;
    *character = 0xfffd;
    return 1;
}

static char *encode(char *to, uint32_t c) {
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    *to++ = (char)((0xff00 >> (more + 1) & 0xff) | c >> (6 * more));
    while (more-- > 0)
        *to++ = (char)(0x80 | (c >> (6 * more) & 0x3f));
    return to;
}

static uint32_t made_visible(uint32_t c, bool one_line) {
    if (c < 0x20 && (one_line || (c != '\n' && c != '\t')))
        return 0x2400 + c; // the pictures of the control characters
    if (c == 0x7f)
        return 0x2421;
    return c == '\n' || c == '\t' || shown_is(c) ? c : 0xfffd;
}

static char *cleaned(const char *bytes, size_t size, bool one_line) {
    char *text = must(malloc(3 * size + 1)), *to = text;
    for (size_t i = 0; i < size;) {
        uint32_t c;
        i += decode((const unsigned char *)bytes + i, size - i, &c);
        if (c == '\r' && i < size && bytes[i] == '\n')
            continue;
        to = encode(to, made_visible(c, one_line));
    }
    *to = '\0';
    return text;
}

char *text_one_line(const char *text) {
    return cleaned(text, strlen(text), true);
}

char *text_cut(const char *text, size_t units, const char *more) {
    size_t size = strlen(text), used = 0, i = 0, end = 0, left = 0;
    for (const char *m = more; *m; m++)
        left++;
    while (i < size && used <= units) {
        uint32_t c;
        i += decode((const unsigned char *)text + i, size - i, &c);
        used += c > 0xffff ? 2 : 1;
        if (used + left <= units)
            end = i;
    }
    if (used <= units)
        return must(strdup(text));
    return text_printf("%.*s%s", (int)end, text, more);
}

// JSON ------------------------------------------------------------------------

static json_t *clean_json(json_t *value) {
    const char *key;
    json_t *item;
    size_t i;
    if (json_is_string(value)) {
        char *text =
            cleaned(json_string_value(value), json_string_length(value), false);
        json_t *string = must(json_string(text));
        free(text);
        return string;
    }
    if (json_is_object(value)) {
        json_t *object = must(json_object());
        json_object_foreach(value, key, item)
            json_object_set_new(object, key, clean_json(item));
        return object;
    }
    if (json_is_array(value)) {
        json_t *array = must(json_array());
        json_array_foreach(value, i, item)
            json_array_append_new(array, clean_json(item));
        return array;
    }
    return json_incref(value);
}

char *read_file(const char *path, size_t *size) {
    FILE *f = fopen(path, "re");
    char *bytes = NULL;
    size_t room = 0;
    *size = 0;
    if (!f)
        return NULL;
    do {
        room = room ? 2 * room : 65536;
        bytes = must(realloc(bytes, room + 1));
        *size += fread(bytes + *size, 1, room - *size, f);
    } while (*size == room);
    bool bad = ferror(f);
    int error = errno;
    fclose(f);
    errno = error;
    if (bad) {
        free(bytes);
        return NULL;
    }
    bytes[*size] = '\0';
    return bytes;
}

// Bytes that are no UTF-8 would make the whole file unreadable: they are
// replaced before it is parsed.
static char *mended(const char *bytes, size_t size, size_t *mended_size) {
    char *text = must(malloc(3 * size + 1)), *to = text;
    for (size_t i = 0; i < size;) {
        uint32_t c;
        i += decode((const unsigned char *)bytes + i, size - i, &c);
        to = encode(to, c);
    }
    *mended_size = (size_t)(to - text);
    return text;
}

json_t *read_json(const char *path, char *why, size_t why_size) {
    size_t size, text_size;
    char *bytes = read_file(path, &size);
    if (!bytes) {
        snprintf(why, why_size, "%s", strerror(errno));
        return NULL;
    }
    char *text = mended(bytes, size, &text_size);
    json_error_t error;
    json_t *json = json_loadb(text, text_size, JSON_ALLOW_NUL, &error), *clean;
    free(bytes);
    free(text);
    if (!json_is_object(json)) {
        snprintf(why, why_size, "line %d: %s", json ? 1 : error.line,
                 json ? "not an object" : error.text);
        json_decref(json);
        return NULL;
    }
    clean = clean_json(json);
    json_decref(json);
    return clean;
}

const char *field(const json_t *object, const char *name) {
    const char *it = json_string_value(json_object_get(object, name));
    return it ? it : "";
}

int number(const json_t *object, const char *name) {
    return (int)json_number_value(json_object_get(object, name));
}
