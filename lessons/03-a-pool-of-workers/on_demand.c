// SPDX-License-Identifier: MIT
// Lesson 3, part 2: a pool that starts its workers when they are needed.
// Runs in: client, except checksum(), which runs in workers.
#include "on_demand.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double cpu_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int checksum(const void *arg, size_t arg_size, void *result,
             size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct lesson_file *file = arg;
    struct check *check = result;
    double before = cpu_time();
    if (lesson_checksum(file->path, &check->crc) != 0)
        return pool_fail("%s cannot be read", file->path);
    check->pid = getpid();
    check->cpu = cpu_time() - before;
    return 0;
}

void on_demand(const struct lesson_files *in, size_t workers) {
    struct check *checks = lesson_calloc(in->count, sizeof *checks);
    size_t same = 0;

    lesson_part("On demand: a worker is started when a task finds none idle");
    struct pool *pool = lesson_have(pool_create(
        &(struct pool_options){.workers = workers, .on_demand = true}));
    lesson_must(pool_trace_start(pool, LESSON_TRACE));
    size_t before = pool_worker_pids(pool, NULL, 0);
    lesson_must(pool_apply(pool, checksum, in->file, sizeof *in->file, checks,
                           sizeof *checks));
    size_t after = pool_worker_pids(pool, NULL, 0);
    lesson_must(pool_map(pool, checksum, in->file, in->count, sizeof *in->file,
                         checks, sizeof *checks, 1));
    lesson_must(pool_close(pool));
    lesson_must(pool_join(pool));
    for (size_t i = 0; i < in->count; i++) {
        uint32_t crc;
        same += lesson_checksum(in->file[i].path, &crc) == 0 &&
                checks[i].crc == crc;
    }
    lesson_say(
        "Checksums of %zu files: of the first alone, then of all. This time "
        "%zu workers took part. A task that finds the pool full waits for a "
        "worker; no process is started for it.",
        in->distinct,
        lesson_processes(&checks->pid, in->count, sizeof *checks));
    lesson_claim(before == 0 && after == 1,
                 "no worker before the first task, and only one for it");
    lesson_claim(lesson_at_once(pool, 0, 0) <= workers,
                 "never more than %zu tasks ran at once; the others waited",
                 workers);
    lesson_claim(
        same == in->count,
        "the workers' checksums are those that the client finds itself");
    lesson_timeline(pool);
    pool_destroy(pool);
    free(checks);
}
