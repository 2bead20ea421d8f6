// SPDX-License-Identifier: MIT
// Judges the checks, one after the other or two side by side, within the time
// that all of them have.
//
// Runs in: judge.
#define _GNU_SOURCE
#include "checks.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// What all checks together have used of their time.
struct used {
    int64_t fair_ms, ends_at_last, cpu_limit_ms;
};

static void set_limits(struct run *run, const struct used *used) {
    int64_t now = now_ms(), late = LIMIT_LATE_S * 1000;
    int64_t span = LIMIT_TOTAL_S * 1000 - used->fair_ms;
    if (span > LIMIT_WALL_S * 1000)
        span = LIMIT_WALL_S * 1000;
    if (span < late)
        span = late;
    run->state->began_at = now;
    run->state->ends_at = now + span;
    run->state->ends_at_last = now + LIMIT_STALLED * span;
    if (run->state->ends_at_last > used->ends_at_last)
        run->state->ends_at_last = used->ends_at_last;
    if (run->state->ends_at_last < now + late)
        run->state->ends_at_last = now + late;
}

// Judges one check, within what is left of the time for all. False: cannot.
static bool judge_one(const struct options *options, struct outcome *outcome,
                      struct used *used, bool scheduled) {
    static struct run run;
    static struct run_state state;
    memset(&run, 0, sizeof run);
    memset(&state, 0, sizeof state);
    run.state = &state;
    state.seed = options->seed;
    state.cpu_limit_ms = used->cpu_limit_ms;
    state.debug = options->sandbox.debug;
    state.scheduled = scheduled;
    set_limits(&run, used);
    if (!run_check(&run, outcome->check, options->driver, &options->sandbox)) {
        fprintf(stderr, "Cannot judge here (%s): %s.\n", outcome->check->name,
                state.cannot);
        return false;
    }
    used->fair_ms += fair_ms(&run) - state.began_at;
    if (state.stopped_for_time) // once is enough to see an endless loop
        used->cpu_limit_ms = LIMIT_CPU_AGAIN_MS;
    outcome->verdict = state.failed ? FAILED : PASSED;
    memcpy(outcome->called, state.called, sizeof outcome->called);
    memcpy(outcome->expected, state.expected, sizeof outcome->expected);
    memcpy(outcome->actual, state.actual, sizeof outcome->actual);
    memcpy(outcome->help, state.help, sizeof outcome->help);
    memcpy(outcome->output, state.output, sizeof outcome->output);
    return true;
}

// And by seeded schedules, where they are to decide, too. Where they cannot, the
// check has to find by itself what they would have found.
static bool judge_both(const struct options *options, struct outcome *outcome,
                       struct used *used) {
    bool scheduled = options->schedules && schedules_are_due(outcome->check);
    return judge_one(options, outcome, used, scheduled) &&
           (!scheduled ||
            schedules_judge(outcome, options->seed, options->schedules,
                            options->source, &options->sandbox) ||
            outcome->verdict == FAILED ||
            judge_one(options, outcome, used, false));
}

void checks_limit(void) {
    alarm(LIMIT_STALLED_TOTAL_S + LIMIT_WALL_S +
          LIMIT_LATE_S * (unsigned)total_checks());
}

// Side by side. Each check then has a process of the judge's own, and its
// outcome is in memory that they share. -----------------------------------------

struct work {
    pid_t pid;
    int check;
    int64_t fair_ms; // had been used before
};

static struct shared {
    struct result result;
    struct used used[MOST_CHECKS]; // after each check
} * shared;

_Noreturn static void judge_beside(const struct options *options, int check,
                                   int place, pid_t judge) {
    struct options ours = *options;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != judge)
        _exit(2);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    checks_limit();
    // What a user may have is counted for each of the sandboxes.
    ours.sandbox.uid -= (uid_t)place * USERS;
    bool judged =
        judge_both(&ours, &shared->result.outcome[check], &shared->used[check]);
    fflush(NULL);
    _exit(judged ? 0 : 2);
}

// Waits for one of them. False: it could not judge.
static bool wait_for_one(struct work *work, struct used *used) {
    int status;
    pid_t pid;
    do
        pid = waitpid(-1, &status, 0);
    while ((pid < 0 && errno == EINTR) ||
           (pid > 0 && pid != work[0].pid && pid != work[1].pid));
    if (pid < 0)
        return false;
    struct work *it = &work[pid == work[1].pid];
    const struct used *after = &shared->used[it->check];
    it->pid = 0;
    used->fair_ms += after->fair_ms - it->fair_ms;
    if (after->cpu_limit_ms < used->cpu_limit_ms)
        used->cpu_limit_ms = after->cpu_limit_ms;
    if (WIFSIGNALED(status))
        fprintf(stderr, "Cannot judge here: a judge was killed.\n");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool start_beside(const struct options *options, int check,
                         struct work *work, const struct used *used) {
    int place = work[0].pid > 0;
    pid_t judge = getpid();
    shared->used[check] = *used;
    work[place] = (struct work){.check = check, .fair_ms = used->fair_ms};
    fflush(NULL);
    work[place].pid = fork();
    if (work[place].pid == 0)
        judge_beside(options, check, place, judge);
    return work[place].pid > 0;
}

struct result *checks_result(void) {
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return NULL;
    return &shared->result;
}

// The first that is judged shows whether sandboxes are apart from each other:
// where two go side by side that is the last of the table, which takes least.
bool checks_judge(const struct options *options, int count) {
    struct work work[2] = {0};
    bool judged = true;
    struct used used = {.cpu_limit_ms = LIMIT_CPU_S * 1000,
                        .ends_at_last =
                            now_ms() + LIMIT_STALLED_TOTAL_S * 1000};
    for (int turn = 0; turn < count && judged; turn++) {
        int i = options->beside ? (turn + count - 1) % count : turn;
        if (work[0].pid > 0 && work[1].pid > 0)
            judged = wait_for_one(work, &used);
        bool beside = options->beside && turn > 0 &&
                      sandbox_is_apart(&options->sandbox) && judged &&
                      start_beside(options, i, work, &used);
        if (!beside && judged)
            judged = judge_both(options, &shared->result.outcome[i], &used);
    }
    while (work[0].pid > 0 || work[1].pid > 0)
        judged = wait_for_one(work, &used) && judged;
    return judged;
}
