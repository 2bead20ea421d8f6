// SPDX-License-Identifier: MIT
// Runs a student's functions under seeded schedules: one, by its number, or as
// many as there is time for. See README.md.
//
//     schedule [options]
//       --seed N       this schedule only
//       --from N       else: where to begin
//       --check NAME   only scenarios of this check, and only what hangs on the
//                      order: what goes wrong in each schedule is no race
//       --seconds S    so many schedules as fit in
//       --runs N       so many, whatever time they take
//       --again WORDS  what stands before the seed, where it is told
//       --steps        print every step, too
//       --handed       descriptor 3 is this program, 4 the student's source
//
// Exit status: 0 nothing found, 1 a fault, 2 it could not be tried. What is
// found is told in this order: who does what, what went wrong, the steps that
// decide, "Again: …".
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
#define UNDECIDED_MAX 3 // where the judge asks
#define NO_SEED UINT64_MAX
#define HANDED_PROGRAM 3
#define HANDED_SOURCE 4

static struct {
    bool one;      // only `seed`
    uint64_t seed; // else: where to begin
    double seconds;
    long runs; // at most; 0: as many as there is time for
    const char *again;
    const char *check; // or NULL: scenarios of all
    bool steps;        // print them all
    bool handed;
} options = {.seconds = SECONDS_DEFAULT, .again = "SCHEDULE="};

static unsigned expected_steps[SCENARIOS_MAX];
static bool shares; // whether there is anything to try
static struct sources sources = {.student = -1};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int scenario_of(uint64_t seed) {
    return (int)((seed >> CHANGES) % (uint64_t)scenario_count);
}

static bool is_wanted(int scenario) {
    return !options.check ||
           strcmp(options.check, scenarios[scenario].check) == 0;
}

static void be_the_first_process(uint64_t seed, bool quiet) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (quiet) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (null < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
            __real__exit(2);
    }
    if (options.handed) { // what it opens has the numbers that it has elsewhere
        __real_close(HANDED_PROGRAM);
        __real_close(HANDED_SOURCE);
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
            // These two may come from the machine: a limit, no memory.
            bool by_machine =
                info.si_code != CLD_EXITED &&
                (info.si_status == SIGKILL || info.si_status == SIGXCPU);
            control->verdict = by_machine ? VERDICT_CANNOT : VERDICT_FAULT;
            snprintf(control->fault, sizeof control->fault, "%s",
                     by_machine ? "the run was killed"
                                : "A ended in the middle: the process that "
                                  "called the functions is gone");
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
    processes_remove_names();
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
        explain_steps(&sources);
    explain(&sources, scenarios[scenario_of(seed)].about, again);
    return is_fault() ? 1 : control->verdict == VERDICT_NONE ? 0 : 2;
}

// How many steps a run has to which nothing happens, in each scenario.
static bool count_steps(void) {
    for (int i = 0; i < scenario_count && i < SCENARIOS_MAX; i++) {
        if (!is_wanted(i))
            continue;
        expected_steps[i] = 1;
        if (!run_once((uint64_t)i << CHANGES, true))
            return false;
        expected_steps[i] = atomic_load(&control->steps);
        shares = shares || control->shares || !scenarios[i].only_if_shared;
    }
    return true;
}

// Whether to tell of the schedule that has just been run: which one, or
// NO_SEED. Of what hangs on the order there is one that goes well, too.
static uint64_t is_to_be_told(uint64_t seed) {
    static uint64_t wrong[SCENARIOS_MAX]; // the first of each, +1
    static bool well[SCENARIOS_MAX];
    int scenario = scenario_of(seed);
    if (is_fault() && !options.check)
        return seed;
    if (is_fault() && !wrong[scenario])
        wrong[scenario] = seed + 1;
    if (control->verdict == VERDICT_NONE)
        well[scenario] = true;
    return wrong[scenario] && well[scenario] ? wrong[scenario] - 1 : NO_SEED;
}

static int search(void) {
    const double begin = now();
    const uint64_t all_changes = (1ULL << CHANGES) - 1;
    long tried = 0, undecided = 0;
    for (uint64_t n = options.seed;; n++) {
        if (options.runs ? tried >= options.runs
                         : tried > 0 && now() - begin > options.seconds)
            break;
        // Each scenario first without any.
        bool changes = n - options.seed >= (uint64_t)scenario_count;
        uint64_t seed = n << CHANGES | (changes ? all_changes : 0);
        if (!is_wanted(scenario_of(seed)))
            continue;
        if (!run_once(seed, true))
            return 2;
        tried++;
        uint64_t found = is_to_be_told(seed);
        if (found != NO_SEED)
            return tell(drop_changes(found));
        undecided += control->verdict == VERDICT_TOO_LONG;
        if (options.check && undecided == UNDECIDED_MAX)
            break; // an endless loop, as a rule
        if (control->verdict == VERDICT_STILL ||
            control->verdict == VERDICT_CANNOT)
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
        {"check", required_argument, NULL, 'c'},
        {"steps", no_argument, NULL, 'p'},
        {"handed", no_argument, NULL, 'h'},
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
        case 'c':
            options.check = optarg;
            break;
        case 'p':
            options.steps = true;
            break;
        case 'h':
            options.handed = true;
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

// Where to look for lines: what the one who started this handed over can be
// read even where its path cannot be reached.
static void find_sources(const char *name) {
    if (options.handed) {
        snprintf(sources.program, sizeof sources.program, "/proc/%d/fd/%d",
                 (int)getpid(), HANDED_PROGRAM);
        sources.student = HANDED_SOURCE;
    } else if (readlink("/proc/self/exe", sources.program,
                        sizeof sources.program - 1) < 0) {
        snprintf(sources.program, sizeof sources.program, "%s", name);
    }
}

int main(int count, char **word) {
    if (!read_options(count, word))
        return 2;
    bool some = false;
    for (int i = 0; i < scenario_count; i++)
        some = some || is_wanted(i);
    if (!some) {
        fprintf(stderr, "There is no scenario of the check \"%s\".\n",
                options.check);
        return 2;
    }
    // The same addresses each time.
    int persona = personality(0xffffffff);
    if (persona >= 0 && !(persona & ADDR_NO_RANDOMIZE) &&
        personality((unsigned)persona | ADDR_NO_RANDOMIZE) >= 0)
        execv("/proc/self/exe", word); // goes on here if that fails
    if (!control_create() || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
        perror("schedule");
        return 2;
    }
    find_sources(word[0]);
    cpu_set_t one; // one process at a time: handing over is quicker on one CPU
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    if (!count_steps())
        return 2;
    if (!shares) {
        printf("Your processes share no memory: there is no order of their "
               "steps to try.\n");
        return 0;
    }
    return options.one ? tell(options.seed) : search();
}
