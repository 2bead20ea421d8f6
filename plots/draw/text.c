// SPDX-License-Identifier: MIT
// Words and numbers around a chart.
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

void say(struct text *text, const char *format, ...) {
    size_t used = strlen(text->at);
    va_list args;
    va_start(args, format);
    vsnprintf(text->at + used, sizeof text->at - used, format, args);
    va_end(args);
}

static char *next_text(void) {
    static char texts[32][60];
    static int next;
    return texts[next++ % 32];
}

// Rounded once, to two significant digits: printf does it, and what it printed
// is what is shown.
const char *number_text(double value) {
    char rounded[40], digits[400], *text = next_text(), *to = text;
    snprintf(rounded, sizeof rounded, "%.1e", value);
    double r = strtod(rounded, NULL);
    int exponent = atoi(strchr(rounded, 'e') ? strchr(rounded, 'e') + 1 : "0");
    if (!isfinite(value) || exponent > 15) {
        snprintf(text, 60, "%.1e", value);
        return text;
    }
    snprintf(digits, sizeof digits, "%.*f", exponent > 0 ? 0 : 1 - exponent, r);
    int left = (int)strcspn(digits, "."); // digits before the point
    for (const char *c = digits; *c; c++) {
        *to++ = *c;
        if (--left > 0 && left % 3 == 0 && *c != '-')
            *to++ = ',';
    }
    *to = '\0';
    return text;
}

const char *whole_text(double value) {
    char *text = next_text();
    snprintf(text, 60, "%s", number_text(round(value)));
    text[strcspn(text, ".")] = '\0';
    return text;
}

const char *time_text(double ns) {
    static const char *const units[] = {"ns", "µs", "ms", "s"};
    char *text = next_text();
    int at = 0;
    for (; fabs(ns) >= 995 && at < 3; at++)
        ns /= 1000;
    snprintf(text, 60, "%s %s", number_text(ns), units[at]);
    return text;
}

const char *place_text(double ns) {
    char *text = next_text();
    const char *time = time_text(ns), *zero = strstr(time, ".0 ");
    snprintf(text, 60, "%.*s%s", zero ? (int)(zero - time) : 60, time,
             zero ? zero + 2 : "");
    return text;
}

const char *times_text(struct median r) {
    char *text = next_text();
    snprintf(text, 60, "%s times (%s … %s)", number_text(r.middle),
             number_text(r.low), number_text(r.high));
    return text;
}

// Bytes of a character beyond its first take no room.
static int width_of(const char *word, size_t bytes) {
    int width = 0;
    for (size_t i = 0; i < bytes; i++)
        width += (word[i] & 0xc0) != 0x80;
    return width;
}

int wrap(char *out, size_t size, const char *text, int width) {
    char *end = out + size - 2;
    int column = 0, lines = 0;
    out += strlen(out);
    while (*text) {
        size_t bytes = strcspn(text, " ");
        int wide = width_of(text, bytes);
        if (out + bytes + 1 >= end)
            break;
        if (column && column + 1 + wide > width) {
            *out++ = '\n';
            lines++;
            column = 0;
        } else if (column) {
            *out++ = ' ';
            column++;
        }
        memcpy(out, text, bytes);
        out += bytes;
        column += wide;
        text += bytes + strspn(text + bytes, " ");
    }
    if (column) {
        *out++ = '\n';
        lines++;
    }
    *out = '\0';
    return lines;
}
