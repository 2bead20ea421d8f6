// SPDX-License-Identifier: MIT
// Lesson 6's tasks: one that works, one that waits, one that never ends.
// Runs in: workers (checksum, patient, stubborn), client (the rest).
#include "tasks.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

int gate[2], news[2];
struct lesson_files files;

int checksum(const void *arg, size_t arg_size, void *result,
             size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct lesson_file *file = arg;
    return lesson_checksum(file->path, result) == 0
               ? 0
               : pool_fail("%s cannot be read", file->path);
}

int patient(const void *arg, size_t arg_size, void *result,
            size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    char byte;
    return read(gate[0], &byte, 1) == 1 ? 0 : pool_fail("no gate");
}

int stubborn(const void *arg, size_t arg_size, void *result,
             size_t result_size) {
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    pid_t pid = getpid();
    signal(SIGTERM, SIG_IGN);
    if (write(news[1], &pid, sizeof pid) != sizeof pid)
        return pool_fail("nobody to tell");
    for (;;)
        pause();
}

void ended(struct pool_result *result, void *user) {
    struct ends *ends = user;
    ends->calls++;
    ends->done += pool_result_status(result) == 0;
    ends->cancelled += pool_result_status(result) == POOL_ECANCELLED;
}

void submit(struct pool *pool, size_t count, struct ends *ends,
            struct pool_result **last) {
    for (size_t i = 0; i < count; i++)
        lesson_must(pool_apply_async(
            pool, checksum, &files.file[i], sizeof *files.file,
            sizeof(uint32_t), ended, ends, i == count - 1 ? last : NULL));
}

void occupy(struct pool *pool, struct ends *ends, pid_t *pids, size_t workers) {
    for (size_t i = 0; i < workers; i++)
        lesson_must(
            pool_apply_async(pool, stubborn, NULL, 0, 0, ended, ends, NULL));
    for (size_t i = 0; i < workers; i++)
        if (read(news[0], &pids[i], sizeof *pids) != sizeof *pids)
            exit(lesson_failed("read", 0));
}

void open_gate(size_t count) {
    while (count-- > 0)
        if (write(gate[1], "", 1) != 1)
            exit(lesson_failed("write", 0));
}
