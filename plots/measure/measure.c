// SPDX-License-Identifier: MIT
// One measurement, in a process of its own: a crash or a hang is a row that
// says so, and nothing else.
// Runs in: the measuring program and the process that it forks.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "passes.h"

enum { PATIENCE_MS = 120000 };

static int to_parent;

void report(struct sample sample) {
    if (write(to_parent, &sample, sizeof sample) != sizeof sample)
        _exit(1);
}

static void steady(const struct variant *v, const struct cell *cell) {
    const struct job *job = &cell->job;
    size_t warm_ups = v->cold ? 0 : v->warm_ups ? v->warm_ups : 1;
    size_t passes = v->cold || !cell->passes ? 1 : cell->passes;
    double values[passes];
    if (v->setup)
        v->setup(job);
    for (size_t i = 0; i < warm_ups; i++) {
        double wall_ns = v->pass(job) * (double)job->n;
        if (i == 0)
            report((struct sample){true, .wall_ns = wall_ns, .lane = -1});
    }
    for (size_t i = 0; i < passes; i++)
        values[i] = v->pass(job) * (double)job->n;
    double wall_ns = median_of(values, passes).middle;
    report((struct sample){.wall_ns = wall_ns, .lane = -1});
    if (v->end)
        v->end();
}

void run_here(const struct variant *v, const struct job *job) {
    if (v->setup)
        v->setup(job);
    v->pass(job);
    if (v->end)
        v->end();
}

static void whole(const struct variant *v, const struct job *job) {
    double begin = now();
    run_here(v, job);
    report((struct sample){.wall_ns = now() - begin, .lane = -1});
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void latency(const struct variant *v, const struct job *job) {
    static const double percentiles[] = {1, 25, 50, 75, 90, 95, 99, 99.9};
    size_t n = v->job.n < 300 ? 200 : v->job.n < 2000 ? v->job.n : 2000;
    double *values = memory(n * sizeof *values);
    if (v->setup)
        v->setup(job);
    for (size_t i = 0; i < n / 10; i++)
        v->pass(job);
    for (size_t i = 0; i < n; i++)
        values[i] = v->pass(job);
    if (v->end)
        v->end();
    qsort(values, n, sizeof *values, compare);
    for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++)
        if (percentiles[i] < 99.5 || n >= 1000)
            report((struct sample){
                .x = percentiles[i],
                .wall_ns = values[(size_t)((double)n * percentiles[i] / 100)],
                .lane = -1});
}

static _Noreturn void measure_here(const struct cell *cell) {
    const struct variant *v = cell->variant;
    if (cell->mode == STEADY)
        steady(v, cell);
    else if (cell->mode == WHOLE)
        whole(v, &cell->job);
    else if (cell->mode == LATENCY)
        latency(v, &cell->job);
    else
        run_here(v, &cell->job);
    // Not _exit(): what a sanitizer has to say is said.
    fflush(NULL);
    _exit(0);
}

// All the child says, until it ends. False: it took too long.
static bool read_samples(int fd, struct outcome *outcome) {
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int n = poll(&ready, 1, PATIENCE_MS);
        if (n == 0)
            return false;
        if (n < 0 && errno == EINTR)
            continue;
        struct sample sample;
        if (read(fd, &sample, sizeof sample) != sizeof sample)
            return true;
        if (outcome->count < MOST_SAMPLES)
            outcome->samples[outcome->count++] = sample;
    }
}

void measure_cell(const struct cell *cell, struct outcome *outcome) {
    int fds[2];
    memset(outcome, 0, sizeof *outcome);
    if (pipe(fds) < 0)
        die("pipe: %s", strerror(errno));
    fflush(NULL);
    pid_t parent = getpid(), child = fork();
    if (child < 0)
        die("fork: %s", strerror(errno));
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        close(fds[0]);
        to_parent = fds[1];
        measure_here(cell);
    }
    close(fds[1]);
    if (!read_samples(fds[0], outcome))
        kill(child, SIGKILL);
    close(fds[0]);
    int status;
    struct rusage used;
    while (wait4(child, &status, 0, &used) != child)
        if (errno != EINTR)
            die("wait4: %s", strerror(errno));
    outcome->exit =
        WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    outcome->user_us =
        (double)used.ru_utime.tv_sec * 1e6 + (double)used.ru_utime.tv_usec;
    outcome->system_us =
        (double)used.ru_stime.tv_sec * 1e6 + (double)used.ru_stime.tv_usec;
    outcome->max_rss_kb = used.ru_maxrss;
}
