// SPDX-License-Identifier: MIT
// One more way beside race tests: a check that hangs on a race is lost, too,
// where a seeded schedule of the student's steps goes wrong. See
// ../schedule/README.md.
//
// The program that runs the schedules holds the student's code, which could
// make it say anything. So what it says can only cost points, never earn them,
// and a program that is stopped, or cannot decide, changes nothing.
//
// How many schedules are tried does not depend on time: the same seed gives the
// same verdict.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "result.h"

#define SCHEDULES "40"       // of a check
#define SCHEDULES_LOST "160" // where the check is lost already: to tell how
#define SCHEDULES_S 15       // at most, on a machine that is not busy
#define SCHEDULES_LAST_S 60
#define SEEDS 1000 // of the judge's; each has schedules of its own

// Takes the first line off a text.
static char *take_line(char **text) {
    char *line = *text, *end = strchr(line, '\n');
    *text = end ? end + 1 : line + strlen(line);
    if (end)
        *end = '\0';
    return line;
}

// What the program found: a schedule to be told, in its own order of lines.
// Without steps there is nothing to show but what the check itself says better.
static void tell(struct outcome *outcome, char *found) {
    char *about = take_line(&found), *fault = take_line(&found);
    bool steps = found[0] == ' ';
    if (!steps && outcome->verdict != PASSED)
        return;
    // What the check has said of a hang does not help with what was found.
    bool other = strstr(outcome->actual, "asleep") && strstr(fault, "item ");
    if (outcome->verdict == PASSED || other)
        snprintf(outcome->help, sizeof outcome->help,
                 "Reading a shared number and writing it are two steps, and so "
                 "are looking and falling asleep: another process may go on in "
                 "between. That it goes well nearly always is luck.");
    outcome->verdict = FAILED;
    snprintf(outcome->called, sizeof outcome->called, "%s", about);
    snprintf(outcome->expected, sizeof outcome->expected,
             "it goes well in every order in which the processes go on");
    snprintf(outcome->actual, sizeof outcome->actual, "%s", fault);
    snprintf(outcome->story, sizeof outcome->story, "%s", found);
}

static bool found_one(const struct run_state *state) {
    return WIFEXITED(state->driver_status) &&
           WEXITSTATUS(state->driver_status) == 1 &&
           strstr(state->output, "\nAgain: ") != NULL;
}

static bool run(struct outcome *outcome, const char *program,
                const struct sandbox_options *options) {
    static struct run run;
    static struct run_state state;
    memset(&run, 0, sizeof run);
    memset(&state, 0, sizeof state);
    run.state = &state;
    state.cpu_limit_ms = LIMIT_CPU_S * 1000;
    state.began_at = now_ms();
    state.ends_at = state.began_at + SCHEDULES_S * 1000;
    state.ends_at_last = state.began_at + SCHEDULES_LAST_S * 1000;
    bool ended = run_schedules(&run, outcome->check, program, options);
    if (ended && found_one(&state)) {
        tell(outcome, state.output);
        return true;
    }
    if (ended && WIFEXITED(state.driver_status) &&
        WEXITSTATUS(state.driver_status) == 0)
        return true;
    if (ended && !*state.output)
        strcpy(state.output, "the program that runs them ended by itself.");
    // The program's first line is who does what, where it has come so far.
    char *said = state.output;
    if (strchr(said, '\n') && strchr(said, '\n')[1])
        take_line(&said);
    const char *why = ended           ? said
                      : *state.cannot ? state.cannot
                                      : state.actual;
    snprintf(outcome->undecided, sizeof outcome->undecided,
             "Schedules did not decide %s: %.230s", outcome->check->name, why);
    return false;
}

static bool is_word_of(const char *words, const char *word) {
    size_t length = strlen(word);
    for (const char *at = words; at && (at = strstr(at, word)); at += length)
        if ((at == words || at[-1] == ' ') && strchr(" ", at[length]))
            return true;
    return false;
}

bool schedules_are_due(const struct check *check) {
    return is_word_of(exercise.schedules, check->name);
}

bool schedules_judge(struct outcome *outcome, uint64_t seed,
                     const char *program, const char *source,
                     const struct sandbox_options *options) {
    static char from[24], again[40];
    const char *const words[] = {"--handed",
                                 "--check",
                                 outcome->check->name,
                                 "--from",
                                 from,
                                 "--runs",
                                 outcome->verdict == FAILED ? SCHEDULES_LOST
                                                            : SCHEDULES,
                                 "--again",
                                 again,
                                 NULL};
    struct sandbox_options ours = *options;
    snprintf(from, sizeof from, "%" PRIu64,
             seed % SEEDS * strtoul(SCHEDULES, NULL, 10));
    snprintf(again, sizeof again, "make exercise%d SCHEDULE=", exercise.number);
    ours.schedules = words;
    ours.source = source ? open(source, O_RDONLY | O_CLOEXEC) : -1;
    bool decided = run(outcome, program, &ours);
    if (ours.source >= 0)
        close(ours.source);
    return decided;
}
