// SPDX-License-Identifier: MIT
// Your tools on your own exercises: make try12. From how many tasks on is your
// pool cheaper than your process per task? It says which of your files it found.
//
// Uses: 1 3 11
//
// Runs in: your process, and those that your exercises make.
#include "bench.h"
#include "yours.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 20
#define TASKS 20
#define WORKERS 2

static long numbers[TASKS], results[TASKS];
static const char *now_runs = "bench_run";

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

// The task does hardly anything: what is measured is what it costs to have it
// done. -------------------------------------------------------------------------

static int status_of(int index) { return index; }
static long add_one(long item) { return item + 1; }
static int add_one_too(const void *arg, size_t arg_size, void *result,
                       size_t result_size) {
    long item;
    memcpy(&item, arg, arg_size);
    item++;
    memcpy(result, &item, result_size);
    return 0;
}

static void fork_for_each(void) {
    int status[TASKS];
    now_runs = HAVE_1 ? "your run_all of exercise 1" : "a plain fork";
#if HAVE_1
    ex1_run_all(status_of, TASKS, status);
#else
    pid_t pid[TASKS];
    for (int i = 0; i < TASKS; i++)
        if ((pid[i] = fork()) == 0)
            _exit(status_of(i));
    for (int i = 0; i < TASKS; i++)
        waitpid(pid[i], &status[i], 0);
#endif
}

#if HAVE_3
static struct ex3_pool *pool3;
static void create3(void) {
    now_runs = "your pool of exercise 3, made and ended";
    struct ex3_pool *pool = ex3_pool_create(WORKERS, add_one);
    if (pool)
        ex3_pool_destroy(pool);
}
static void map3(void) {
    now_runs = "your pool_map of exercise 3";
    ex3_pool_map(pool3, numbers, TASKS, results);
}
#endif

#if HAVE_11
static struct pool *pool11;
static void create11(void) {
    now_runs = "your pool of exercise 11, made and ended";
    struct pool_options options = {.workers = WORKERS};
    pool_destroy(pool_create(&options));
}
static void map11(void) {
    now_runs = "your pool_map of exercise 11";
    pool_map(pool11, add_one_too, numbers, TASKS, sizeof *numbers, results,
             sizeof *results, 0);
}
#endif

// Whether a map of yours does what it should; without that its time says
// nothing. -----------------------------------------------------------------------

static int works(void (*map)(void)) {
    memset(results, 0, sizeof results);
    map();
    for (int i = 0; i < TASKS; i++)
        if (results[i] != numbers[i] + 1)
            return 0;
    return 1;
}

struct pools {
    const char *name;
    work_fn *create, *map;
};

// The pools of yours that work.
static int find_pools(struct pools *found) {
    int count = 0;
    (void)works, (void)add_one_too, (void)add_one;
#if HAVE_3
    pool3 = ex3_pool_create(WORKERS, add_one);
    if (pool3 && works(map3))
        found[count++] = (struct pools){"exercise 3", create3, map3};
    else
        printf("  exercise 3 does not work yet: make exercise3\n");
#endif
#if HAVE_11
    struct pool_options options = {.workers = WORKERS};
    pool11 = pool_create(&options);
    if (pool11 && works(map11))
        found[count++] = (struct pools){"exercise 11", create11, map11};
    else
        printf("  exercise 11 does not work yet: make exercise11\n");
#endif
    (void)found;
    return count;
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
