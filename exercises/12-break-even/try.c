// SPDX-License-Identifier: MIT
// Your tools on a real clock: make try12. Compares adding up an array forwards
// and by steps. Runs in: your process.
#include "bench.h"

#include <stdio.h>
#include <time.h>

#define ROUNDS 20

static int numbers[1 << 16];
static volatile long sum;

static long now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

static void forwards(void) {
    for (int i = 0; i < 1 << 16; i++)
        sum += numbers[i];
}

static void by_steps(void) {
    for (int i = 0; i < 1 << 16; i++)
        sum += numbers[i * 4099 & 0xffff];
}

int main(void) {
    work_fn *const variant[] = {forwards, by_steps};
    static const char *const name[] = {"forwards", "by steps"};
    double samples[2 * ROUNDS], low[2] = {0}, high[2] = {0};
    if (bench_run(variant, 2, ROUNDS, 2, 1, now, samples) != 0) {
        printf("bench_run did not return 0.\n");
        return 1;
    }
    for (int v = 0; v < 2; v++) {
        bench_interval(samples + v * ROUNDS, ROUNDS, &low[v], &high[v]);
        printf("  %s: median %.0f ns, 95 %% interval %.0f to %.0f\n", name[v],
               bench_median(samples + v * ROUNDS, ROUNDS), low[v], high[v]);
    }
    printf("bench_differ: %d\n",
           bench_differ(low[0], high[0], low[1], high[1]));
    return 0;
}
