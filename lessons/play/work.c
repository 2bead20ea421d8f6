// SPDX-License-Identifier: MIT
// The work that the pool does: an item is a file, its result the number of
// words in it. That is done in a moment; then the task waits until its item has
// taken as long as the player wants, so that eyes can follow.
//
// The shared page tells which item of its chunk a worker is at; the trace knows
// only the chunk until that ends. Nothing but the screen reads it.
//
// Runs in: worker (work_count); client, before the pool (work_prepare).
#include "play.h"

#include "files.h"
#include <ctype.h>
#include <errno.h>
#include <sys/mman.h>
#include <time.h>

struct work work;

uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

static int by_path(const void *a, const void *b) { return strcmp(a, b); }

void work_prepare(const char *folder) {
    struct files found = find_files(folder);
    work.path = calloc(found.count, sizeof *work.path);
    work.page = mmap(NULL, sizeof *work.page, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!work.path || work.page == MAP_FAILED) {
        perror("play");
        exit(1);
    }
    for (size_t i = 0; i < found.count; i++)
        strcpy(work.path[i], found.file[i].path);
    work.files = found.count;
    qsort(work.path, work.files, sizeof *work.path, by_path);
    free(found.file);
}

const char *work_path(uint64_t item) { return work.path[item % work.files]; }

static bool count_words(const char *path, uint64_t *words) {
    FILE *file = fopen(path, "re");
    bool inside = false;
    if (!file)
        return false;
    for (int c; (c = getc_unlocked(file)) != EOF;) {
        bool letter = isalpha(c) != 0;
        *words += letter && !inside;
        inside = letter;
    }
    int error = ferror(file) ? errno : 0;
    fclose(file);
    errno = error;
    return error == 0;
}

static void wait_until(uint64_t end) {
    struct timespec time = {.tv_sec = (time_t)(end / SECOND),
                            .tv_nsec = (long)(end % SECOND)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) ==
           EINTR)
        ;
}

int work_count(const void *arg, size_t arg_size, void *result,
               size_t result_size) {
    const struct item *item = arg;
    int slot = pool_worker_index();
    uint64_t begun = now_ns(), words = 0;
    if (arg_size != sizeof *item || result_size != sizeof words)
        return pool_fail("wrong sizes");
    atomic_store(&work.page->slot[slot].begun_ns, begun);
    atomic_store(&work.page->slot[slot].item, item->number + 1);
    bool good = count_words(work_path(item->number), &words);
    int error = errno;
    wait_until(begun + atomic_load(&work.page->item_ms) * MILLISECOND);
    atomic_store(&work.page->slot[slot].item, 0);
    if (!good)
        return pool_fail("%s", strerror(error));
    *(uint64_t *)result = words;
    return 0;
}
