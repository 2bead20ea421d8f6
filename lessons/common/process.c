// SPDX-License-Identifier: MIT
// Processes, and memory that they share (see lesson.h).
// Runs in: client.
#include "lesson.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

void *lesson_shared(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        exit(lesson_failed("mmap", 0));
    return memory;
}

char lesson_state(pid_t pid) {
    char path[64], state = '-';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return '-';
    if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1 || state == 'X')
        state = '-'; // gone, or X: its parent is reaping it at this moment
    fclose(file);
    return state;
}

bool lesson_alive(pid_t pid) {
    char state = lesson_state(pid);
    return state != '-' && state != 'Z';
}

static int by_pid(const void *a, const void *b) {
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;
    return (x > y) - (x < y);
}

size_t lesson_processes(const pid_t *pids, size_t count, size_t stride) {
    size_t different = 0;
    pid_t *sorted = lesson_calloc(count, sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = *(const pid_t *)((const char *)pids + i * stride);
    qsort(sorted, count, sizeof *sorted, by_pid);
    for (size_t i = 0; i < count; i++)
        different += i == 0 || sorted[i] != sorted[i - 1];
    free(sorted);
    return different;
}
