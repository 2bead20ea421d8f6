// SPDX-License-Identifier: MIT
// How far a run is: a bar on a terminal, a line per task elsewhere.
//
// Runs in: client.
#define _GNU_SOURCE
#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BAR 30

static struct {
    int to_do, done;
    bool terminal, drawn;
    double began, shown;
} progress;

static double now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void progress_begin(int to_do, int all) {
    progress.to_do = to_do;
    progress.terminal = isatty(STDOUT_FILENO);
    progress.began = now();
    if (to_do < all)
        printf("%d of %d exercises are to be graded; the others are not handed "
               "in or done.\n",
               to_do, all);
    fflush(stdout);
}

// "[####......]  40/100  3.1/s  20 s left": 79 columns at most.
static void draw(void) {
    double took = now() - progress.began;
    double rate = progress.done / (took > 0 ? took : 1);
    int full = BAR * progress.done / progress.to_do;
    char left[32] = "";
    if (progress.done > 0) {
        int s = (int)((progress.to_do - progress.done) / rate + 0.5);
        snprintf(left, sizeof left, s < 120 ? "%d s left" : "%d min left",
                 s < 120 ? s : (s + 59) / 60);
    }
    printf("\r[%.*s%.*s] %5d/%d  %.1f/s  %-14s", full,
           "##############################", BAR - full,
           "..............................", progress.done, progress.to_do,
           rate, left);
    fflush(stdout);
    progress.drawn = true;
}

void progress_show(int done, const char *student, int exercise,
                   const char *status, int score, int max) {
    progress.done = done;
    if (progress.terminal)
        return;
    printf("%d/%d  %s, exercise %d: ", done, progress.to_do, student, exercise);
    if (strcmp(status, "graded") == 0)
        printf("%d of %d points\n", score, max);
    else
        printf("%s\n", status);
    fflush(stdout);
}

void progress_tick(void) {
    if (!progress.terminal || now() - progress.shown < 0.2)
        return;
    progress.shown = now();
    draw();
}

void progress_end(void) {
    if (progress.terminal && progress.to_do > 0)
        draw();
    if (progress.drawn)
        putchar('\n');
    fflush(stdout);
    progress.drawn = false;
    progress.to_do = 0;
}
