// SPDX-License-Identifier: MIT
// Runs a student's functions under seeded schedules: one, by its number, or as
// many as there is time for. See README.md.
//
//     schedule [--seed N | --from N] [--seconds S] [--runs N] [--again WORDS] [--steps]
//
// Exit status: 0 nothing found, 1 a fault, 2 it could not be tried.
//
// Runs in: the runner.
#define _GNU_SOURCE
#include "scenario.h"
#include "wrapped.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECONDS_DEFAULT 10
#define SCENARIOS_MAX 8

static struct {
    bool one;      // only `seed`
    uint64_t seed; // else: where to begin
    double seconds;
    long runs; // at most; 0: as many as there is time for
    const char *again;
    bool steps; // print them all
} options = {.seconds = SECONDS_DEFAULT, .again = "SCHEDULE="};

static unsigned expected_steps[SCENARIOS_MAX];
static char program[4096]; // this file, for addr2line

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int scenario_of(uint64_t seed) {
    return (int)((seed >> CHANGES) % (uint64_t)scenario_count);
}

static void be_the_first_process(uint64_t seed, bool quiet) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (quiet) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (null < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
            __real__exit(2);
    }
    processes_begin();
    scenarios[scenario_of(seed)].run();
    exit(0); // by way of at_exit(), which ends the run
}

// Waits until the run is over, its first process has gone, or nothing moves.
static void watch(pid_t first) {
    unsigned steps = 0;
    double moved = now();
    const struct timespec moment = {0, 50000000};
    while (!atomic_load(&control->over)) {
        __real_syscall(SYS_futex, &control->over, FUTEX_WAIT, 0, &moment, NULL,
                       0);
        siginfo_t info = {0};
        if (__real_waitid(P_PID, (id_t)first, &info,
                          WEXITED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid == first && !atomic_load(&control->over)) {
            control->verdict = VERDICT_FAULT;
            snprintf(control->fault, sizeof control->fault,
                     "A ended in the middle: the process that called the "
                     "functions is gone");
            return;
        }
        if (atomic_load(&control->steps) != steps)
            moved = now();
        steps = atomic_load(&control->steps);
        if (now() - moved > STILL_S) {
            control->verdict = VERDICT_STILL;
            return;
        }
    }
}

// Nothing of a run lives on.
static void end_all(pid_t first) {
    __real_kill(-first, SIGKILL);
    for (int i = 0; i < control->slots; i++)
        if (control->slot[i].pid > 0 && control->slot[i].life != LIFE_ENDED)
            __real_kill(control->slot[i].pid, SIGKILL);
    while (__real_waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
    }
}

static bool run_once(uint64_t seed, bool quiet) {
    control_reset(seed, expected_steps[scenario_of(seed)]);
    fflush(NULL);
    pid_t first = __real_fork();
    if (first < 0) {
        perror("schedule: fork");
        return false;
    }
    if (first == 0)
        be_the_first_process(seed, quiet);
    setpgid(first, first);
    watch(first);
    end_all(first);
    if (control->verdict == VERDICT_NONE &&
        scenarios[scenario_of(seed)].lost_update_is_fault &&
        explain_lost_update())
        control->verdict = VERDICT_LOST_UPDATE;
    return true;
}

static bool is_fault(void) {
    return control->verdict == VERDICT_FAULT ||
           control->verdict == VERDICT_DEADLOCK ||
           control->verdict == VERDICT_LOST_UPDATE;
}

// The same fault with fewer changes is easier to read.
static uint64_t drop_changes(uint64_t seed) {
    for (int i = 0; i < CHANGES; i++) {
        uint64_t fewer = seed & ~(1ULL << i);
        if (fewer != seed && run_once(fewer, true) && is_fault())
            seed = fewer;
    }
    return seed;
}

static int tell(uint64_t seed) {
    char again[200];
    if (!run_once(seed, true))
        return 2;
    snprintf(again, sizeof again, "%s%llu", options.again,
             (unsigned long long)seed);
    if (options.steps)
        explain_steps(program);
    explain(program, scenarios[scenario_of(seed)].about, again);
    return is_fault() ? 1 : control->verdict == VERDICT_NONE ? 0 : 2;
}

// How many steps a run has to which nothing happens, in each scenario.
static bool count_steps(void) {
    for (int i = 0; i < scenario_count && i < SCENARIOS_MAX; i++) {
        expected_steps[i] = 1;
        if (!run_once((uint64_t)i << CHANGES, true))
            return false;
        expected_steps[i] = atomic_load(&control->steps);
    }
    return true;
}

static int search(void) {
    const double begin = now();
    const uint64_t all_changes = (1ULL << CHANGES) - 1;
    long tried = 0, undecided = 0;
    for (uint64_t n = options.seed;; n++) {
        if (options.runs ? tried >= options.runs
                         : tried > 0 && now() - begin > options.seconds)
            break;
        uint64_t seed = n << CHANGES |
                        (n < (uint64_t)scenario_count ? 0 // first without any
                                                      : all_changes);
        if (!run_once(seed, true))
            return 2;
        tried++;
        if (is_fault())
            return tell(drop_changes(seed));
        undecided += control->verdict == VERDICT_TOO_LONG;
        if (control->verdict == VERDICT_STILL)
            return tell(seed);
    }
    printf("%ld schedules tried in %.1f s: none of them goes wrong.\n", tried,
           now() - begin);
    if (undecided)
        printf("%ld of them had more than %d steps and were given up.\n",
               undecided, STEPS_MAX);
    return undecided == tried ? 2 : 0;
}

static bool read_options(int count, char **word) {
    static const struct option known[] = {
        {"seed", required_argument, NULL, 's'},
        {"from", required_argument, NULL, 'f'},
        {"seconds", required_argument, NULL, 't'},
        {"runs", required_argument, NULL, 'r'},
        {"again", required_argument, NULL, 'a'},
        {"steps", no_argument, NULL, 'p'},
        {0}};
    int option;
    char *end = "";
    while ((option = getopt_long(count, word, "", known, NULL)) != -1) {
        errno = 0;
        switch (option) {
        case 's':
        case 'f':
            options.one = option == 's';
            options.seed = strtoull(optarg, &end, 10);
            if (*optarg == '-' || end == optarg)
                errno = EINVAL;
            break;
        case 't':
            options.seconds = strtod(optarg, &end);
            break;
        case 'r':
            options.runs = strtol(optarg, &end, 10);
            break;
        case 'a':
            options.again = optarg;
            break;
        case 'p':
            options.steps = true;
            break;
        default:
            return false;
        }
        if (errno || *end) {
            fprintf(stderr, "SCHEDULE= takes a whole number, not \"%s\"\n",
                    optarg);
            return false;
        }
    }
    return optind == count;
}

int main(int count, char **word) {
    if (!read_options(count, word))
        return 2;
    // The same addresses each time.
    int persona = personality(0xffffffff);
    if (persona >= 0 && !(persona & ADDR_NO_RANDOMIZE) &&
        personality((unsigned)persona | ADDR_NO_RANDOMIZE) >= 0)
        execv("/proc/self/exe", word); // goes on here if that fails
    if (!control_create() || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
        perror("schedule");
        return 2;
    }
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
        snprintf(program, sizeof program, "%s", word[0]);
    cpu_set_t one; // one process at a time: handing over is quicker on one CPU
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    if (!count_steps())
        return 2;
    return options.one ? tell(options.seed) : search();
}
