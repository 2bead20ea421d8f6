// SPDX-License-Identifier: MIT
// A and B are the same work, and a neighbour takes their CPU: which is faster?
//
//     ./neighbour once|blocks|lot [RUNS]
//
// once: in one run of B the neighbour works 100 times as long as the run
// blocks: all runs of A, then all of B; it comes in the second half
// lot: it comes in the second half, too; but in every round there is one run of
//      A and one of B, and a lot decides which is first
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) { // in microseconds
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void work(long times) {
    for (volatile long i = 0; i < times * 500000; i++)
        ;
}

// Another process works, and we do not.
static void neighbour(long times) {
    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        work(times);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

int main(int argc, char **argv) {
    const char *how = argc > 1 ? argv[1] : "once";
    int runs = argc > 2 ? atoi(argv[2]) : 12, first = 0;
    int once = !strcmp(how, "once"), blocks = !strcmp(how, "blocks");
    srand((unsigned)now());
    for (int i = 0; i < 2 * runs; i++) {
        if (i % 2 == 0)
            first = rand() % 2; // the lot
        int b = blocks ? i >= runs : (i + first) % 2;
        double begin = now();
        work(1);
        if (once && b && i / 2 == runs / 2)
            neighbour(100);
        if (!once && i >= runs)
            neighbour(9);
        printf("%c: %.1f\n", "AB"[b], now() - begin);
    }
}
