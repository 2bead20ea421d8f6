// SPDX-License-Identifier: MIT
// The judge's main(): judges one exercise and writes the result as JSON.
//
//   judge [options] DRIVER [-- SANDBOX COMMAND …]
//
// The one result format, from which everything else is rendered:
//   {exercise, name, file, seed, score, max, isolation,
//    checks: [{name, description, points, max, passed: true|false|null,
//              called, output,
//              cause: {rationale, help, expected, actual} | null,
//              dependency: null}]}
// Which checks there are and what they are worth is in the tables, fixed before
// anything runs; a driver that cannot even be built gets them with passed:
// null.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "judge.h"

struct options {
    const char *only, *out, *error, *driver;
    uint64_t seed;
    bool list;
    struct sandbox_options sandbox;
};

_Noreturn static void usage(int status) {
    fprintf(
        status ? stderr : stdout,
        "usage: judge [options] DRIVER [-- SANDBOX COMMAND ...]\n"
        "  --check NAME   only this check\n"
        "  --seed N       repeat the run with this seed\n"
        "  --out FILE     write the result there, not to stdout\n"
        "  --error TEXT   nothing could be built: score 0, for this reason\n"
        "  --uid N        as root: run the driver as this user\n"
        "  --plain        no namespaces, limits only\n"
        "  --list         the checks and their points\n");
    exit(status);
}

// How long the UTF-8 character at `at` is that may be shown, or 0: JSON must be
// UTF-8, and a terminal should get nothing that it obeys.
static int showable(const unsigned char *at) {
    unsigned char c = at[0];
    if (c < 0x80)
        return c == '\n' || c == '\t' || (c >= 32 && c != 127);
    int length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    uint32_t code = c & (0xffu >> (length + 1));
    for (int i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0xa0, 0x800, 0x10000};
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    // Marks that turn the direction of what follows, and line separators.
    bool turns = (code >= 0x200e && code <= 0x200f) ||
                 (code >= 0x2028 && code <= 0x202e) ||
                 (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
    return c < 0xc2 || c > 0xf4 || code < least[length] || code > 0x10ffff ||
                   surrogate || turns
               ? 0
               : length;
}

// Bytes of a program as text: what cannot be shown becomes a question mark.
static json_t *clean(const char *bytes) {
    const unsigned char *at = (const unsigned char *)bytes;
    char *copy = malloc(strlen(bytes) + 1);
    size_t to = 0;
    if (!copy)
        return NULL;
    while (*at) {
        int length = showable(at);
        if (length > 0)
            memcpy(copy + to, at, (size_t)length);
        else
            copy[to] = '?';
        to += length > 0 ? (size_t)length : 1;
        at += length > 0 ? length : 1;
    }
    copy[to] = 0;
    json_t *it = json_string(copy);
    free(copy);
    return it;
}

static json_t *describe(const struct check *check, const struct run *run,
                        const char *error) {
    bool passed = run && !run->state->failed;
    json_t *cause = json_null();
    if (error)
        cause = json_pack("{s:o, s:s, s:s, s:s}", "rationale", clean(error),
                          "help", "", "expected", "", "actual", "");
    else if (!passed)
        cause =
            json_pack("{s:s, s:s, s:s, s:s}", "rationale", check->description,
                      "help", run->state->help, "expected",
                      run->state->expected, "actual", run->state->actual);
    return json_pack("{s:s, s:s, s:i, s:i, s:o, s:s, s:o, s:o, s:n}", "name",
                     check->name, "description", check->description, "points",
                     passed ? check->points : 0, "max", check->points, "passed",
                     run ? json_boolean(passed) : json_null(), "called",
                     run ? run->state->called : "", "output",
                     clean(run ? run->state->output : ""), "cause", cause,
                     "dependency");
}

static int total_checks(void) {
    return exercise.check_count + (&extra_check_count ? extra_check_count : 0);
}

static const struct check *check_at(int i) {
    return i < exercise.check_count ? &exercise.checks[i]
                                    : &extra_checks[i - exercise.check_count];
}

static int write_result(json_t *result, const char *out) {
    int bad = out ? json_dump_file(result, out, JSON_INDENT(2))
                  : json_dumpf(result, stdout, JSON_INDENT(2));
    if (!out)
        putchar('\n');
    if (bad || fflush(stdout) != 0) {
        fprintf(stderr, "judge: cannot write %s: %s\n", out ? out : "stdout",
                strerror(errno));
        return 2;
    }
    return 0;
}

// What all checks together have used of their time.
struct used {
    int64_t fair_ms, ends_at_last;
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

// Judges one check, within what is left of the time for all. NULL: cannot.
static json_t *judge_one(const struct options *options,
                         const struct check *check, struct used *used,
                         int *score) {
    static struct run run;
    static struct run_state state;
    if (options->error)
        return describe(check, NULL, options->error);
    memset(&run, 0, sizeof run);
    memset(&state, 0, sizeof state);
    run.state = &state;
    state.seed = options->seed;
    set_limits(&run, used);
    if (!run_check(&run, check, options->driver, &options->sandbox)) {
        fprintf(stderr, "Cannot judge here (%s): %s.\n", check->name,
                state.cannot);
        return NULL;
    }
    used->fair_ms += fair_ms(&run) - state.began_at;
    *score += state.failed ? 0 : check->points;
    return describe(check, &run, NULL);
}

static int no_such_check(const char *name) {
    fprintf(stderr, "There is no check \"%s\". There are:\n", name);
    for (int i = 0; i < total_checks(); i++)
        fprintf(stderr, "  %s\n", check_at(i)->name);
    return 2;
}

static int judge_all(const struct options *options) {
    json_t *checks = json_array();
    int score = 0, max = 0;
    struct used used = {.ends_at_last =
                            now_ms() + LIMIT_STALLED_TOTAL_S * 1000};
    for (int i = 0; i < total_checks(); i++) {
        const struct check *check = check_at(i);
        if (options->only && strcmp(options->only, check->name) != 0)
            continue;
        max += check->points;
        json_t *it = judge_one(options, check, &used, &score);
        if (!it)
            return 2;
        json_array_append_new(checks, it);
    }
    if (json_array_size(checks) == 0)
        return no_such_check(options->only);
    json_t *result = json_pack(
        "{s:i, s:s, s:s, s:I, s:i, s:i, s:s, s:o}", "exercise", exercise.number,
        "name", exercise.name, "file", exercise.file, "seed",
        (json_int_t)options->seed, "score", score, "max", max, "isolation",
        sandbox_isolation(&options->sandbox), "checks", checks);
    int status = write_result(result, options->out);
    json_decref(result);
    return status;
}

static int list(void) {
    for (int i = 0; i < total_checks(); i++)
        printf("%-24s %2d  %s\n", check_at(i)->name, check_at(i)->points,
               check_at(i)->description);
    return 0;
}

static uint64_t a_number(const char *text) {
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (errno || end == text || *end || value > INT64_MAX || *text == '-') {
        fprintf(stderr, "judge: \"%s\" is not a number from 0 up\n", text);
        exit(2);
    }
    return value;
}

// A number that all answers follow from: not for /proc/PID/cmdline to show, of
// init neither, which is process 1 where the student's code looks.
static uint64_t hide(char *text) {
    uint64_t value = a_number(text);
    memset(text, '*', strlen(text));
    return value;
}

int main(int argc, char **argv) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct options options = {
        .seed = (uint64_t)(now.tv_nsec / 1000 + now.tv_sec) % 1000000,
        // As root: a user of this run's own, whose processes can be counted.
        .sandbox = {.uid = 60000 + (uid_t)getpid() % 4000, .namespaces = true}};
    for (int i = 1; i < argc; i++) {
        const char *it = argv[i];
        bool more = i + 1 < argc;
        if (!strcmp(it, "--check") && more)
            options.only = argv[++i];
        else if (!strcmp(it, "--seed") && more)
            options.seed = hide(argv[++i]);
        else if (!strcmp(it, "--out") && more)
            options.out = argv[++i];
        else if (!strcmp(it, "--error") && more)
            options.error = argv[++i];
        else if (!strcmp(it, "--uid") && more)
            options.sandbox.uid = (uid_t)a_number(argv[++i]);
        else if (!strcmp(it, "--plain"))
            options.sandbox.namespaces = false;
        else if (!strcmp(it, "--list"))
            return list();
        else if (!strcmp(it, "--help"))
            usage(0);
        else if (!strcmp(it, "--") && more) {
            options.sandbox.prefix = &argv[i + 1];
            break;
        } else if (it[0] == '-' || options.driver)
            usage(2);
        else
            options.driver = it;
    }
    if (!options.driver && !options.error)
        usage(2);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_DUMPABLE, 0); // the answers are in here
    // Should a student's process kill init, its orphans fall to us.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    // Whatever holds the judge up, it ends; a result that is missing is none.
    alarm(LIMIT_STALLED_TOTAL_S + LIMIT_WALL_S +
          LIMIT_LATE_S * (unsigned)total_checks());
    static char path[4096];
    if (options.driver && realpath(options.driver, path))
        options.driver = path;
    return judge_all(&options);
}
