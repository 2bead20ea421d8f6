// SPDX-License-Identifier: MIT
// Your tools on your own exercises: make try12. From how many tasks on is your
// pool cheaper than your process per task? It says which of your files it found.
//
// Uses: 1 3 11
//
// Runs in: your process, and those that your exercises make.
#include "bench.h"
#include "variants.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 20

static long now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

static void give_up(int sig) {
    (void)sig;
    const char *const say[] = {"\nIt takes longer than a minute: ", now_runs,
                               "\n"};
    for (int i = 0; i < 3; i++)
        if (write(STDOUT_FILENO, say[i], strlen(say[i])) < 0)
            break;
    _exit(1);
}

static double show(const char *what, const char *of, const double *samples) {
    double low = 0, high = 0, median = bench_median(samples, ROUNDS);
    bench_interval(samples, ROUNDS, &low, &high);
    printf("  %-11s %-21s median %6.0f us, interval %6.0f to %6.0f\n", of, what,
           median / 1e3, low / 1e3, high / 1e3);
    return median;
}

int main(void) {
    work_fn *variant[5] = {fork_for_each};
    double samples[5 * ROUNDS];
    struct pools pool[2];
    signal(SIGALRM, give_up);
    alarm(60);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < TASKS; i++)
        numbers[i] = 7L * i;
    printf("A process per task: %s.\n",
           HAVE_1 ? "your exercise 1"
                  : "a plain fork; your exercise 1 is not there");
    printf("A pool of %d workers: your exercise%s.\n", WORKERS,
           HAVE_3 && HAVE_11 ? "s 3 and 11"
           : HAVE_3          ? " 3; 11 is not there"
           : HAVE_11         ? " 11; 3 is not there"
                             : "s 3 and 11 are not there");
    int pools = find_pools(pool);
    for (int i = 0; i < pools; i++) {
        variant[1 + 2 * i] = pool[i].create;
        variant[2 + 2 * i] = pool[i].map;
    }
    if (bench_run(variant, 1 + 2 * pools, ROUNDS, 2, 1, now, samples) != 0) {
        printf("bench_run did not return 0.\n");
        return 1;
    }
    printf("\n%d rounds:\n", ROUNDS);
    double forked = show(HAVE_1 ? "20 tasks" : "20 tasks, plain",
                         HAVE_1 ? "exercise 1" : "fork", samples) /
                    TASKS;
    for (int i = 0; i < pools; i++) {
        double *first = samples + (1 + 2 * i) * ROUNDS;
        double create = show("made and ended", pool[i].name, first);
        double pooled = show("20 tasks", pool[i].name, first + ROUNDS) / TASKS;
        long n = bench_break_even(create, pooled, forked);
        if (n > 0)
            printf("  %-11s pays for itself from %ld tasks on\n", pool[i].name,
                   n);
        else
            printf("  %-11s never pays for itself here\n", pool[i].name);
    }
    return 0;
}
