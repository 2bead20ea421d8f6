// SPDX-License-Identifier: MIT
// The pool at rest: what a pending task costs in time and memory while all
// workers are held up, what an idle pool costs; what creating one costs, and
// how well items of uneven length are spread.
// Runs in: a measuring process, the client of its pool.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "passes.h"
#include "pool.h"

static struct pool_result **handles;

// --- holding the workers up: each runs a task that waits at the gate

// Both words only ever grow: a worker that is late to leave the gate of one
// round must not be caught by the next.
struct gate {
    uint32_t arrived; // workers, of all rounds
    uint32_t open;    // how many rounds have been let go
};
static struct gate *gate;
static uint32_t round_now;

struct passage {
    struct gate *gate;
    uint32_t round;
};

static int wait_at_gate(const void *arg, size_t arg_size, void *result,
                        size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    const struct passage *passage = arg;
    __atomic_add_fetch(&passage->gate->arrived, 1, __ATOMIC_ACQ_REL);
    wake(&passage->gate->arrived);
    wait_while(&passage->gate->open, passage->round);
    return 0;
}

static void hold_workers(const struct job *job) {
    struct passage passage = {.gate = gate, .round = round_now};
    for (size_t w = 0; w < job->workers; w++)
        check(pool_apply_async(pool, wait_at_gate, &passage, sizeof passage, 0,
                               NULL, NULL, NULL),
              "pool_apply_async");
    uint32_t all = (uint32_t)((round_now + 1) * job->workers), arrived;
    while ((arrived = __atomic_load_n(&gate->arrived, __ATOMIC_ACQUIRE)) != all)
        wait_while(&gate->arrived, arrived);
}

static void release_workers(void) {
    __atomic_store_n(&gate->open, ++round_now, __ATOMIC_RELEASE);
    wake(&gate->open);
}

void held_setup(const struct job *job) {
    pool_setup(job);
    handles = memory(job->n * sizeof *handles);
    gate = pool_alloc(pool, sizeof *gate);
    if (!gate)
        die("pool_alloc: %s", strerror(errno));
}

static void submit(size_t n) {
    for (size_t i = 0; i < n; i++)
        check(pool_apply_async(pool, tiny, &items[i], sizeof *items,
                               sizeof *results, NULL, NULL, &handles[i]),
              "pool_apply_async");
}

static void collect(size_t n) {
    for (size_t i = 0; i < n; i++) {
        check(pool_result_get(handles[i], &results[i], sizeof *results,
                              POOL_FOREVER),
              "pool_result_get");
        pool_result_free(handles[i]);
    }
}

// Time for submitting, running and collecting one task when n are pending.
// Small n are repeated, so that each pass has about a hundred thousand tasks.
double pending(const struct job *job) {
    size_t rounds = job->n < 1000 ? 100 : 1 + 99999 / job->n;
    double time = 0;
    for (size_t round = 0; round < rounds; round++) {
        fill_items(job);
        hold_workers(job);
        double begin = now();
        submit(job->n);
        release_workers();
        collect(job->n);
        time += now() - begin;
        check_items(job);
    }
    return time / (double)(rounds * job->n);
}

// --- memory: what grows in this process while n tasks are pending

static double status_number(pid_t pid, const char *field) {
    char path[40], line[200];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        die("%s: %s", path, strerror(errno));
    double number = -1;
    size_t length = strlen(field);
    while (number < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, field, length) == 0)
            sscanf(line + length, ": %lf", &number);
    fclose(file);
    if (number < 0)
        die("%s has no line '%s'", path, field);
    return number;
}

static double bytes(bool shared_too) {
    double kilobytes = status_number(getpid(), "RssAnon");
    if (shared_too)
        kilobytes += status_number(getpid(), "RssShmem");
    return kilobytes * 1024;
}

static double growth(const struct job *job, bool shared_too) {
    fill_items(job);
    hold_workers(job);
    double before = bytes(shared_too);
    submit(job->n);
    double after = bytes(shared_too);
    release_workers();
    collect(job->n);
    check_items(job);
    return (after - before) / (double)job->n;
}

double memory_all(const struct job *job) { return growth(job, true); }
double memory_private(const struct job *job) { return growth(job, false); }

// --- an idle pool: one second after its last task

void idle_setup(const struct job *job) {
    held_setup(job);
    fill_items(job);
    submit(job->n);
    collect(job->n);
    check_items(job);
    // A moment to come to rest.
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
}

static double cpu_time(pid_t pid) {
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) < 0)
        die("no CPU time of process %d", (int)pid);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double switches(pid_t pid) {
    return status_number(pid, "voluntary_ctxt_switches") +
           status_number(pid, "nonvoluntary_ctxt_switches");
}

// Sum over the supervisor and the workers.
static double sum(double (*of)(pid_t), size_t workers) {
    pid_t pids[POOL_MAX_WORKERS];
    struct pool_stats stats;
    check(pool_stats(pool, &stats), "pool_stats");
    if (pool_worker_pids(pool, pids, POOL_MAX_WORKERS) != workers)
        die("the pool has not %zu workers", workers);
    double total = of(stats.supervisor);
    for (size_t w = 0; w < workers; w++)
        total += of(pids[w]);
    return total;
}

static double second_of_rest(const struct job *job, double (*of)(pid_t)) {
    if (status_number(getpid(), "Threads") != 1)
        die("the client has a hidden thread");
    double before = sum(of, job->workers);
    nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    return sum(of, job->workers) - before;
}

double idle_time(const struct job *job) {
    return second_of_rest(job, cpu_time);
}
double idle_switches(const struct job *job) {
    return second_of_rest(job, switches);
}

// --- creation: the workers and the first task's result; the end is outside
// the clock

double create(const struct job *job) {
    uint64_t item = 1, result = 0;
    double begin = now();
    struct pool *made = open_pool(job->n);
    check(pool_apply(made, tiny, &item, sizeof item, &result, sizeof result),
          "pool_apply");
    double end = now();
    pool_destroy(made);
    if (result != 4)
        die("wrong result of the first task");
    return end - begin;
}

// --- items of uneven length, the library's own chunks

static double run_uneven(const struct job *job, bool long_ones_last) {
    uneven_lengths(items, job->n, long_ones_last);
    memset(results, 0xff, job->n * sizeof *results);
    double begin = now();
    check(pool_map(pool, spin, items, job->n, sizeof *items, results,
                   sizeof *results, 0),
          "pool_map");
    double end = now();
    check_items(&(struct job){.n = job->n, .turns = 1});
    return (end - begin) / (double)job->n;
}

double uneven(const struct job *job) { return run_uneven(job, false); }
double uneven_long_last(const struct job *job) { return run_uneven(job, true); }
