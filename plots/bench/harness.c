// SPDX-License-Identifier: MIT
// Measures a row: ours, reference, ours, reference, … each in a process of its
// own, so that a crash or a hang is a failed row and nothing else.
// Runs in: the benchmark's first process and its measuring children.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { PATIENCE_MS = 120000 };

void run_here(const struct side *side, const struct job *job) {
    if (side->setup)
        side->setup(job);
    side->pass(job);
    if (side->end)
        side->end();
}

// In the measuring process: a warm-up, then the median of the timed passes.
static double measure_here(const struct side *side, const struct job *job,
                           size_t passes) {
    if (side->cold)
        passes = 1;
    double values[passes];
    if (side->setup)
        side->setup(job);
    if (!side->cold)
        side->pass(job);
    for (size_t i = 0; i < passes; i++)
        values[i] = side->pass(job);
    if (side->end)
        side->end();
    return median_of(values, passes).middle;
}

// Reads the child's number; false if there is none in time.
static bool read_value(int fd, double *value) {
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    int n;
    do
        n = poll(&ready, 1, PATIENCE_MS);
    while (n < 0 && errno == EINTR);
    if (n == 0)
        fprintf(stderr, "bench: no answer after %d s\n", PATIENCE_MS / 1000);
    return n > 0 && read(fd, value, sizeof *value) == sizeof *value;
}

static bool measure_side(const struct side *side,
                         const struct settings *settings, double *value) {
    struct job job = {.n = side->n,
                      .workers =
                          side->workers ? side->workers : settings->workers};
    int fds[2];
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
        close(fds[0]);
        double mine = measure_here(side, &job, settings->passes);
        _exit(write(fds[1], &mine, sizeof mine) == sizeof mine ? 0 : 1);
    }
    close(fds[1]);
    bool ok = read_value(fds[0], value);
    close(fds[0]);
    if (!ok)
        kill(child, SIGKILL);
    int status;
    if (waitpid(child, &status, 0) != child)
        die("waitpid: %s", strerror(errno));
    return ok && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// The raw values, one line per measurement.
static void write_csv(const struct row *row, const struct settings *settings,
                      const char *side, size_t repetition, double value) {
    static const char *const units[] = {"ns", "bytes", "count"};
    FILE *file = fopen(settings->csv, "ae");
    if (!file)
        die("%s: %s", settings->csv, strerror(errno));
    fprintf(file, "%s,%s,%zu,%zu,%.6g,%s\n", row->name, side, settings->workers,
            repetition, value, units[row->unit]);
    if (fclose(file) != 0)
        die("%s: %s", settings->csv, strerror(errno));
}

bool measure_row(const struct row *row, const struct settings *settings) {
    size_t n = settings->repetitions;
    double ours[n], ref[n], ratio[n];
    const char *missing = row->ref.missing ? row->ref.missing() : NULL;
    bool cheaper = row->kind == RATIO_AT_LEAST || row->kind == NO_GOAL;
    bool compare = row->ref.pass && !missing;
    for (size_t i = 0; i < n; i++) {
        if (!measure_side(&row->ours, settings, &ours[i])) {
            printf("%-15s failed: %s\n", row->name, row->ours.what);
            return false;
        }
        if (compare && !measure_side(&row->ref, settings, &ref[i])) {
            printf("%-15s failed: %s\n", row->name, row->ref.what);
            return false;
        }
        if (compare)
            ratio[i] = cheaper ? ref[i] / ours[i] : ours[i] / ref[i];
        if (settings->csv) {
            write_csv(row, settings, "ours", i, ours[i]);
            if (compare)
                write_csv(row, settings, "reference", i, ref[i]);
        }
    }
    struct median mine = median_of(ours, n);
    if (!compare) {
        print_result(row, &mine, NULL, NULL, missing, settings->detail);
        return true;
    }
    struct median other = median_of(ref, n), quotient = median_of(ratio, n);
    print_result(row, &mine, &other, &quotient, NULL, settings->detail);
    return true;
}
