// SPDX-License-Identifier: MIT
// The pool's ways to run tasks. With -DMINE this file is compiled once more,
// against a student's pool.h, and becomes the variants of that pool.
// Runs in: a measuring process, the client of its pool; and, for its timeline,
// the workers of a student's pool.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "passes.h"
#include "pool.h"

struct pool *pool;
static struct pool_result **handles;

struct pool *open_pool(size_t workers) {
    struct pool *made = pool_create(&(struct pool_options){.workers = workers});
    if (!made)
        die("pool_create: %s", strerror(errno));
    return made;
}

void check(int error, const char *what) {
    if (error)
        die("%s: %s", what, pool_strerror(error));
}

void pool_setup(const struct job *job) {
    pool = open_pool(job->workers);
    items_setup(job);
    handles = memory(job->n * sizeof *handles);
}

// Not pool_destroy() alone: it kills workers, and a profiler's worker that is
// killed writes no profile.
void pool_end(void) {
    check(pool_close(pool), "pool_close");
    check(pool_join(pool), "pool_join");
    pool_destroy(pool);
}

double run_apply(const struct job *job) {
    fill_items(job);
    double begin = now();
    for (size_t i = 0; i < job->n; i++)
        check(pool_apply(pool, task_of(job), &items[i], sizeof *items,
                         &results[i], sizeof *results),
              "pool_apply");
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

// Submit n, get each result, free each handle.
double run_async(const struct job *job) {
    fill_items(job);
    double begin = now();
    for (size_t i = 0; i < job->n; i++)
        check(pool_apply_async(pool, task_of(job), &items[i], sizeof *items,
                               sizeof *results, NULL, NULL, &handles[i]),
              "pool_apply_async");
    for (size_t i = 0; i < job->n; i++) {
        check(pool_result_get(handles[i], &results[i], sizeof *results,
                              POOL_FOREVER),
              "pool_result_get");
        pool_result_free(handles[i]);
    }
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

static double map(const struct job *job) {
    double begin = now();
    check(pool_map(pool, task_of(job), items, job->n, sizeof *items, results,
                   sizeof *results, job->chunk),
          "pool_map");
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

double run_map(const struct job *job) {
    fill_items(job);
    return map(job);
}

// One task in twenty is fifty times as long, and they come last.
double run_map_uneven(const struct job *job) {
    fill_items(job);
    size_t many = job->n / 20;
    for (size_t i = job->n - many; i < job->n; i++)
        items[i] = 50 * job->turns;
    return map(job);
}

#ifdef MINE
// This pool has no trace: its tasks note when they ran, and where.
struct noted_item {
    size_t number;
    uint64_t item;
};
static struct note {
    double begin, end;
    pid_t worker;
} * notes;
static task_fn *noted_task;

static int note(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    struct noted_item it;
    memcpy(&it, arg, arg_size);
    struct note *n = &notes[it.number];
    n->worker = getpid();
    n->begin = now();
    int status = noted_task(&it.item, sizeof it.item, result, result_size);
    n->end = now();
    return status;
}

// Lanes as in timeline.c: tasks, and from job->workers on lives of processes.
static double my_timeline(const struct job *job) {
    pid_t *worker = memory(job->workers * sizeof *worker);
    notes = shared_memory(job->n * sizeof *notes);
    noted_task = task_of(job);
    items_setup(job);
    fill_items(job);
    struct noted_item *noted = memory(job->n * sizeof *noted);
    for (size_t i = 0; i < job->n; i++)
        noted[i] = (struct noted_item){i, items[i]};
    double begin = now();
    pool = open_pool(job->workers);
    check(pool_map(pool, note, noted, job->n, sizeof *noted, results,
                   sizeof *results, 1),
          "pool_map");
    pool_end();
    double end = now();
    for (size_t i = 0; i < job->n; i++) {
        size_t lane = 0;
        while (lane < job->workers - 1 && worker[lane] &&
               worker[lane] != notes[i].worker)
            lane++;
        worker[lane] = notes[i].worker;
        report((struct sample){.x = notes[i].begin - begin,
                               .wall_ns = notes[i].end - notes[i].begin,
                               .lane = (long)lane});
    }
    for (size_t lane = 0; lane < job->workers; lane++)
        report((struct sample){.wall_ns = end - begin,
                               .lane = (long)(lane + job->workers)});
    check_items(job);
    return (end - begin) / (double)job->n;
}

// As many tasks as the exercise's own checks would find bearable.
#define MY_POOL(run)                                                           \
    .own = true, .setup = pool_setup, .pass = run, .end = pool_end

const struct variant mine_variants[] = {
    {"my pool_apply", MY_POOL(run_apply), .like = "pool_apply", .job.n = 1000},
    {"my pool_apply_async", MY_POOL(run_async), .like = "pool_apply_async",
     .job.n = 1000},
    {"my pool_map", MY_POOL(run_map), .like = "pool_map", .job.n = 10000},
    {"my pool", .own = true, .pass = my_timeline, .like = "a pool"},
    {0}};
#endif
