// SPDX-License-Identifier: MIT
// Writes a picture as PNG (see lesson.h), without a library: the format allows
// data that are stored as they are, in "blocks" of which each row gets one.
// Runs in: client.
#include "common.h"
#include "lesson.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char *put32(unsigned char *at, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = (unsigned char)(value >> shift);
    return at;
}

static void chunk(FILE *file, const char *type, const void *data, size_t size) {
    unsigned char number[4];
    uint32_t crc = lesson_crc(lesson_crc(0, type, 4), data, size);
    fwrite(number, 1, (size_t)(put32(number, (uint32_t)size) - number), file);
    fwrite(type, 1, 4, file);
    fwrite(data, 1, size, file);
    fwrite(number, 1, (size_t)(put32(number, crc) - number), file);
}

static unsigned char between(int value) {
    return (unsigned char)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// From dark blue to white; the last one is black.
static void palette(unsigned char color[256][3]) {
    for (int i = 0; i < 255; i++) {
        color[i][0] = between(4 * i - 30);
        color[i][1] = between(4 * i);
        color[i][2] = between(7 * i + 60);
    }
    memset(color[255], 0, sizeof color[255]);
}

// zlib's wrapping of rows that are stored: header, a block a row, checksum.
static size_t store(unsigned char *out, const unsigned char *points,
                    size_t width, size_t height) {
    unsigned char *at = out;
    uint32_t low = 1, high = 0, size = (uint32_t)width + 1;
    *at++ = 0x78, *at++ = 0x01;
    for (size_t y = 0; y < height; y++) {
        *at++ = y + 1 == height; // the last block?
        *at++ = (unsigned char)size, *at++ = (unsigned char)(size >> 8);
        *at++ = (unsigned char)~size, *at++ = (unsigned char)(~size >> 8);
        *at = 0; // how the row is coded: not at all
        memcpy(at + 1, points + y * width, width);
        for (size_t i = 0; i < size; i++) {
            low = (low + at[i]) % 65521;
            high = (high + low) % 65521;
        }
        at += size;
    }
    return (size_t)(put32(at, high << 16 | low) - out);
}

void lesson_picture(const char *name, const unsigned char *points, size_t width,
                    size_t height) {
    unsigned char head[13] = {0}, colors[256][3];
    const char *folder = lesson_setting("LESSON_OUT");
    char path[PATH_MAX];

    if (!folder || width > 65534)
        return;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (!file)
        return;
    put32(put32(head, (uint32_t)width), (uint32_t)height);
    head[8] = 8, head[9] = 3; // 8 bits a point, looked up in the palette
    palette(colors);
    unsigned char *data = lesson_calloc(height, width + 6 + 6);
    fwrite("\x89PNG\r\n\x1a\n", 1, 8, file);
    chunk(file, "IHDR", head, sizeof head);
    chunk(file, "PLTE", colors, sizeof colors);
    chunk(file, "IDAT", data, store(data, points, width, height));
    chunk(file, "IEND", "", 0);
    free(data);
    if (fclose(file) == 0)
        printf("  As a picture: %s\n\n", path);
}
