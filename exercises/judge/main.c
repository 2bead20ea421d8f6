// SPDX-License-Identifier: MIT
// The judge's main(): judges one exercise and writes the result as JSON.
//
//   judge [options] DRIVER [-- SANDBOX COMMAND …]
//
// The one result format, from which everything else is rendered:
//   {exercise, name, file, seed, score, max, isolation,
//    schedules: why seeded schedules decided nothing, or "",
//    checks: [{name, description, points, max, passed: true|false|null,
//              private: an instructor's own, called, output,
//              story: the schedule in which it is lost, step by step, or "",
//              cause: {rationale, help, expected, actual} | null,
//              dependency: null}]}
// Which checks there are and what they are worth is in the tables, fixed before
// anything runs; a driver that cannot even be built gets them with passed:
// null.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "checks.h"

_Noreturn static void usage(int status) {
    fprintf(
        status ? stderr : stdout,
        "usage: judge [options] DRIVER [-- SANDBOX COMMAND ...]\n"
        "  --check NAME   only this check\n"
        "  --seed N       repeat the run with this seed\n"
        "  --out FILE     write the result there, not to stdout\n"
        "  --lines FILE   points of each check, a line each, for scripts\n"
        "  --report       tell a student on stdout\n"
        "  --refused TEXT why a grader would give nothing, for the report\n"
        "  --error TEXT   nothing could be built: score 0, for this reason\n"
        "  --schedules FILE  the program that runs seeded schedules\n"
        "  --source FILE  the student's source, for lines of it\n"
        "  --no-schedules TEXT  why there is no such program\n"
        "  --beside       two checks at a time\n"
        "  --uid N        as root: run the driver as this user\n"
        "  --debug        the command is a debugger, and nothing is limited\n"
        "  --plain        no namespaces, limits only\n"
        "  --list         the checks and their points\n");
    exit(status);
}

int total_checks(void) {
    return exercise.check_count + (&extra_check_count ? extra_check_count : 0);
}

static const struct check *check_at(int i) {
    return i < exercise.check_count ? &exercise.checks[i]
                                    : &extra_checks[i - exercise.check_count];
}

// Writes it whole, or ends with a sentence.
static int write_to(const char *path, const struct result *result,
                    void (*write)(const struct result *, FILE *)) {
    FILE *to = path ? fopen(path, "we") : stdout;
    if (to)
        write(result, to);
    bool bad = !to || ferror(to) || fflush(to) != 0;
    if (to && path && fclose(to) != 0)
        bad = true;
    if (bad)
        fprintf(stderr, "Cannot write %s: %s.\n", path ? path : "the result",
                strerror(errno));
    return bad ? 2 : 0;
}

static int no_such_check(const char *name) {
    fprintf(stderr, "There is no check \"%s\". There are:\n", name);
    for (int i = 0; i < total_checks(); i++)
        fprintf(stderr, "  %s\n", check_at(i)->name);
    return 2;
}

static void begin_result(const struct options *options, struct result *result) {
    result->seed = options->seed;
    result->error = options->error;
    result->all = !options->only;
    for (int i = 0; i < total_checks() && result->count < MOST_CHECKS; i++) {
        const struct check *check = check_at(i);
        if (options->only && strcmp(options->only, check->name) != 0)
            continue;
        result->outcome[result->count].verdict = NOT_RUN;
        result->outcome[result->count++].check = check;
        result->max += check->points;
    }
}

static int judge_all(const struct options *options) {
    struct result *result = checks_result();
    if (!result) {
        fprintf(stderr, "Cannot judge here: %s.\n", strerror(errno));
        return 2;
    }
    begin_result(options, result);
    if (result->count == 0)
        return no_such_check(options->only);
    if (!options->error && !checks_judge(options, result->count))
        return 2;
    const char *undecided = options->no_schedules ? options->no_schedules : "";
    for (int i = 0; i < result->count; i++) {
        struct outcome *it = &result->outcome[i];
        result->score += it->verdict == PASSED ? it->check->points : 0;
        undecided = *it->undecided ? it->undecided : undecided;
    }
    snprintf(result->schedules, sizeof result->schedules, "%s", undecided);
    result->isolation = sandbox_isolation(&options->sandbox);
    int status = 0;
    if (options->out || !options->report)
        status = write_to(options->out, result, result_json);
    if (options->lines && status == 0)
        status = write_to(options->lines, result, result_lines);
    if (options->report)
        report(result, options->refused);
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
        .sandbox = {.uid = 60000 + (uid_t)getpid() % USERS,
                    .namespaces = true}};
    for (int i = 1; i < argc; i++) {
        const char *it = argv[i];
        bool more = i + 1 < argc;
        if (!strcmp(it, "--check") && more)
            options.only = argv[++i];
        else if (!strcmp(it, "--seed") && more)
            options.seed = hide(argv[++i]);
        else if (!strcmp(it, "--out") && more)
            options.out = argv[++i];
        else if (!strcmp(it, "--lines") && more)
            options.lines = argv[++i];
        else if (!strcmp(it, "--schedules") && more)
            options.schedules = argv[++i];
        else if (!strcmp(it, "--source") && more)
            options.source = argv[++i];
        else if (!strcmp(it, "--no-schedules") && more)
            options.no_schedules = argv[++i];
        else if (!strcmp(it, "--beside"))
            options.beside = true;
        else if (!strcmp(it, "--report"))
            options.report = true;
        else if (!strcmp(it, "--refused") && more)
            options.refused = argv[++i];
        else if (!strcmp(it, "--error") && more)
            options.error = argv[++i];
        else if (!strcmp(it, "--uid") && more)
            options.sandbox.uid = (uid_t)a_number(argv[++i]);
        else if (!strcmp(it, "--debug"))
            options.sandbox.debug = true;
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
    const char *lacks = proc_shows_enough() ? sandbox_lacks()
                                            : "/proc is not there, or shows "
                                              "too little";
    if (options.driver && lacks && !options.sandbox.debug) {
        fprintf(stderr, "Cannot judge here: %s.\n", lacks);
        return 2;
    }
    // Who started us may have had other ideas of these.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGALRM, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    if (options.sandbox.debug)
        signal(SIGINT, SIG_IGN); // Ctrl-C is the debugger's
    prctl(PR_SET_DUMPABLE, 0);   // the answers are in here
    // Should a student's process kill init, its orphans fall to us.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (!options.sandbox.debug)
        checks_limit();
    static char path[4096];
    if (options.driver && realpath(options.driver, path))
        options.driver = path;
    return judge_all(&options);
}
