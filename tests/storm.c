// SPDX-License-Identifier: MIT
// Rounds, seeds, counts and the killer: see storm.h.
//
// Runs in: the process of a storm; killer() in a child of it.
#define _GNU_SOURCE
#include "storm.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned current_seed;
static const char *current_storm;

static struct count {
    const char *what;
    long number;
} counts[16];

void storm_count(const char *what, long number) {
    struct count *count = counts;
    while (count->what && strcmp(count->what, what) != 0)
        count++;
    count->what = what;
    count->number += number;
}

unsigned storm_random(unsigned *seed, unsigned below) {
    return (unsigned)rand_r(seed) % below;
}

static void say_seed(int number) {
    char text[128];
    int n = snprintf(text, sizeof text, "%s: %s with SEED=%u\n", current_storm,
                     number == SIGALRM ? "hung" : "failed", current_seed);
    if (write(STDERR_FILENO, text, (size_t)n) != n || number)
        signal(number, SIG_DFL);
    if (number == SIGALRM)
        abort();
}

static double seconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) +
           (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

void storm(const char *name, round_fn *round) {
    const char *seconds = getenv("SECONDS"), *seed = getenv("SEED");
    const char *storms = getenv("STORMS");
    double share = (seconds && *seconds ? atof(seconds) : 20) /
                   (storms && *storms ? atof(storms) : 8);
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    long rounds = 0;
    current_storm = name;
    current_seed = seed && *seed ? (unsigned)strtoul(seed, NULL, 10)
                                 : (unsigned)(start.tv_nsec / 1000);
    signal(SIGALRM, say_seed);
    signal(SIGABRT, say_seed); // a failed assertion
    do {
        alarm(ROUND_SECONDS * (SANITIZED ? 4 : 1));
        round(current_seed);
        alarm(0);
        current_seed++;
        rounds++;
    } while (!(seed && *seed) && seconds_since(&start) < share);
    signal(SIGALRM, SIG_DFL);
    signal(SIGABRT, SIG_DFL);
    printf("%s: %ld rounds from SEED=%u on", name, rounds,
           current_seed - (unsigned)rounds);
    for (struct count *count = counts; count->what; count++)
        printf(", %ld %s", count->number, count->what);
    printf("\n");
}

// ---- The killer ------------------------------------------------------------

// Children of a process that has one thread.
static size_t children_of(pid_t parent, pid_t *pids, size_t room) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent,
             (int)parent);
    FILE *file = fopen(path, "re");
    size_t count = 0;
    int pid;
    while (file && count < room && fscanf(file, "%d", &pid) == 1)
        pids[count++] = pid;
    if (file)
        fclose(file);
    return count;
}

static void pause_up_to(unsigned us, unsigned *seed) {
    struct timespec moment = {0, us ? 1000L * storm_random(seed, us) : 0};
    nanosleep(&moment, NULL);
}

static _Noreturn void kill_and_kill(pid_t parent, int number, unsigned pause_us,
                                    unsigned seed, struct gate *hits) {
    for (;;) {
        pid_t pids[64];
        pause_up_to(pause_us, &seed);
        size_t n = children_of(parent, pids, 64);
        pid_t victim = n ? pids[storm_random(&seed, (unsigned)n)] : 0;
        if (!victim)
            continue;
        atomic_fetch_add(&hits->value, 1); // first: we may be ended after it
        if (kill(victim, number) != 0)
            atomic_fetch_sub(&hits->value, 1);
        if (number == SIGSTOP) {
            pause_up_to(pause_us, &seed);
            kill(victim, SIGCONT);
        }
    }
}

struct killer killer_begin(pid_t parent, int number, unsigned pause_us,
                           unsigned seed) {
    struct killer killer = {.hits = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                                         MAP_SHARED | MAP_ANONYMOUS, -1, 0)};
    assert_true(killer.hits != MAP_FAILED);
    pid_t self = getpid();
    fflush(NULL);
    killer.pid = fork();
    assert_true(killer.pid >= 0);
    if (killer.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == self)
            kill_and_kill(parent, number, pause_us, seed, killer.hits);
        _exit(1);
    }
    return killer;
}

long killer_end(struct killer *killer) {
    // Not between a SIGSTOP and its SIGCONT: whoever is stopped is continued.
    kill(killer->pid, SIGKILL);
    test_wait(killer->pid);
    long hits = atomic_load(&killer->hits->value);
    munmap(killer->hits, 4096);
    return hits;
}
