// SPDX-License-Identifier: MIT
// What every file of the guide stands on: its state, its settings, memory, the
// clock, and the sentence with which it refuses to go on.
// Runs in: the guide.
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct guide guide;

const char *guide_setting(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

void guide_refuse(const char *format, ...) {
    va_list args;
    fflush(stdout);
    fprintf(stderr, "lesson %d: ", guide_lesson.number);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    _exit(2);
}

void *guide_alloc(size_t count, size_t size) {
    return guide_grow(NULL, count, size);
}

// What is new in it is zero only where `array` is NULL.
void *guide_grow(void *array, size_t count, size_t size) {
    count = count ? count : 1;
    void *memory = array ? realloc(array, count * size) : calloc(count, size);
    if (!memory)
        guide_refuse("out of memory.");
    return memory;
}

uint64_t guide_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
