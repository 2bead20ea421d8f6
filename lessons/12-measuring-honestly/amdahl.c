// SPDX-License-Identifier: MIT
// Lesson 12, part 4: a job of which a part can be done by one process only.
// Runs in: client, and processes that measure_cell() forks; tasks in workers.
#include "lesson.h"
#include "repeat.h"

#include "pool.h"

#include <stdio.h>

#define SERIAL 25     // per cent of the job
#define WORK_NS 4e6   // of the job
#define LITTLE_NS 5e4 // of a job that needs no pool
#define MANY 64       // workers that are made for it

// One timed pass: first the part for one, in the client, then a map of the
// rest.
static double serial_pass(const struct job *job) {
    struct job rest = *job;
    rest.turns -= job->turns * SERIAL / 100;
    uint64_t turns = job->n * (job->turns - rest.turns), result;
    double begin = now();
    spin(&turns, sizeof turns, &result, sizeof result);
    return (now() - begin) / (double)job->n + run_map(&rest);
}

static const struct variant serial = {.name = "serial",
                                      .setup = pool_setup,
                                      .pass = serial_pass,
                                      .end = pool_end};

// The job in this process, twice: the first time warms up.
static void timeline(const struct job *job) {
    // 1 create the pool
    pool_setup(job);
    lesson_must(pool_trace_start(pool, LESSON_TRACE));
    // 2 submit
    serial_pass(job);
    serial_pass(job);
    // 3 close
    lesson_must(pool_close(pool));
    // 4 join
    lesson_must(pool_join(pool));
    lesson_timeline(pool);
    pool_destroy(pool);
}

// Rows for 1, 2, 4 … workers. Returns the last of these numbers.
static double show_speeds(const struct groups *groups, const struct cell *cells,
                          size_t count) {
    double last = 0;
    for (size_t i = 0; i < count; i++) {
        char limit[40];
        if (cells[i].variant != &serial)
            continue;
        last = cells[i].x;
        snprintf(limit, sizeof limit, "Amdahl: %.2f",
                 100 / (SERIAL + (100 - SERIAL) / last));
        row("workers", last,
            times_as_fast(groups, "iterative", 0, "serial", last), limit);
    }
    putchar('\n');
    return last;
}

void how_many_workers(size_t workers, size_t tasks) {
    size_t most = workers > 4 ? 2 * workers : 8, count = 0;
    struct job job = {.n = tasks, .workers = 1};
    struct cell cells[16];
    cells[count++] = cell_of(STEADY, "iterative", 0, job, WORK_NS);
    cells[count++] = cell_of(WHOLE, "pool_map", 1, job, LITTLE_NS);
    job.workers = MANY;
    cells[count++] = cell_of(WHOLE, "pool_map", MANY, job, LITTLE_NS);
    for (job.workers = 1; job.workers <= most; job.workers *= 2) {
        double x = (double)job.workers;
        cells[count] = cell_of(STEADY, "pool_map", x, job, WORK_NS);
        cells[count++].variant = &serial;
    }
    lesson_say("%d %% of a job can only be done by one process. Speed beside a "
               "loop, and what Amdahl allows:",
               SERIAL);
    struct groups groups = repeat(cells, count, REPETITIONS);
    double last = show_speeds(&groups, cells, count);
    struct median r = times_as_fast(&groups, "iterative", 0, "serial", last);
    bool slower = r.high < last;
    r = times_as_fast(&groups, "serial", last / 2, "serial", last);
    lesson_say("In this run it is %s that %.0f workers are not %.0f times as "
               "fast. Beside %.0f they are: %s.",
               slower ? "clear" : "not clear", last, last, last / 2,
               verdict(r));
    lesson_say("A pool made for %.0f us of work, beside a pool of 1 made for "
               "it:",
               LITTLE_NS / 1e3);
    r = times_as_fast(&groups, "pool_map", 1, "pool_map", MANY);
    row("workers", MANY, r, verdict(r));
    putchar('\n');
    lesson_say("In this run it is %s that for so little work %d workers take "
               "longer than one.",
               r.high < 1 ? "clear" : "not clear", MANY);
    free_groups(&groups);
    timeline(&(struct job){
        .n = tasks, .workers = workers, .turns = cells[0].job.turns});
}
