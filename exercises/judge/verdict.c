// SPDX-License-Identifier: MIT
// How a check ends: what was called, expected and seen, and the words for a
// process that ended by itself.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"

int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t next_random(uint64_t *state) { // splitmix64
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

int64_t fair_ms(const struct run *run) {
    return now_ms() - run->state->stalled_ns / 1000000;
}

int64_t pick(struct run *run, int64_t low, int64_t high) {
    return low + (int64_t)(next_random(&run->state->random) %
                           (uint64_t)(high - low + 1));
}

const char *text(const char *format, ...) {
    static char buffer[8][300];
    static int turn;
    char *it = buffer[turn++ % 8];
    va_list args;
    va_start(args, format);
    vsnprintf(it, sizeof buffer[0], format, args);
    va_end(args);
    return it;
}

void about(struct run *run, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(run->state->called, sizeof run->state->called, format, args);
    va_end(args);
}

void fail(struct run *run, const char *expected, const char *actual,
          const char *help) {
    run->state->failed = true;
    snprintf(run->state->expected, sizeof run->state->expected, "%s", expected);
    snprintf(run->state->actual, sizeof run->state->actual, "%s", actual);
    snprintf(run->state->help, sizeof run->state->help, "%s", help);
    longjmp(run->state->over, 1);
}

void cannot_judge(struct run *run, const char *why) {
    snprintf(run->state->cannot, sizeof run->state->cannot, "%s", why);
    longjmp(run->state->over, CANNOT_JUDGE);
}

void expect(struct run *run, bool ok, const char *expected, const char *actual,
            const char *help) {
    if (!ok)
        fail(run, expected, actual, help);
}

bool take_end(struct run *run, int timeout) {
    struct pollfd status = {.fd = run->state->sandbox.status, .events = POLLIN};
    if (!run->state->driver_ended && poll(&status, 1, timeout) == 1)
        run->state->driver_ended =
            read(run->state->sandbox.status, &run->state->driver_status,
                 sizeof(int)) == sizeof(int);
    return run->state->driver_ended;
}

void take_last_output(struct run *run) {
    ssize_t got = 0;
    while (run->state->sandbox.output >= 0 &&
           run->state->output_kept < OUTPUT_KEPT &&
           (got = read(run->state->sandbox.output,
                       run->state->output + run->state->output_kept,
                       OUTPUT_KEPT - run->state->output_kept)) > 0)
        run->state->output_kept += (size_t)got;
}

// What a sanitizer found, if it is that which ended the process: one line.
static const char *sanitizer_says(const char *output) {
    static const char summary[] = "SUMMARY: AddressSanitizer: ";
    const char *at = strstr(output, summary);
    if (at)
        at += sizeof summary - 1;
    else if ((at = strstr(output, "runtime error: ")))
        while (at > output && at[-1] != '\n')
            at--;
    return at ? text("a sanitizer stopped it: %.*s",
                     (int)strcspn(at, "\n") < 220 ? (int)strcspn(at, "\n")
                                                  : 220,
                     at)
              : NULL;
}

// The line of memory.c.
static const char *lost_memory(const char *output) {
    const char *at = strstr(output, " bytes that are not freed");
    if (!at)
        return "some is not";
    while (at > output && at[-1] != '\n')
        at--;
    return text("%.*s", (int)strcspn(at, "\n"), at);
}

static const char *help_with_signal(int sig) {
    if (sig == SIGKILL || sig == SIGTERM)
        return "Has your code killed its own process? kill reaches that, too, "
               "when the pid is 0 or -1.";
    if (sig == SIGPIPE)
        return "It wrote to a pipe or socket whose reader had ended: has a "
               "worker crashed, or left? Who is to survive that ignores "
               "SIGPIPE; then write returns -1.";
    return text("make exercise%d SANITIZE=address names the line, as a rule. "
                "What your code prints is shown here, too.",
                exercise.number);
}

void fail_ended(struct run *run) {
    int status = run->state->driver_status;
    take_last_output(run);
    const char *sanitizer = sanitizer_says(run->state->output);
    if (sanitizer)
        fail(run, "the call returns", sanitizer,
             "The file and the line are yours, or lead to yours. All that the "
             "sanitizer printed is below.");
    if (WIFEXITED(status) && WEXITSTATUS(status) > 128 &&
        WEXITSTATUS(status) < 128 + 32) // as a shell or a sandbox reports it
        status = WEXITSTATUS(status) - 128;
    if (WIFSIGNALED(status))
        fail(run, "the call returns",
             text("the process crashed: signal %d (%s)", WTERMSIG(status),
                  strsignal(WTERMSIG(status))),
             help_with_signal(WTERMSIG(status)));
    if (WEXITSTATUS(status) == DRIVER_LOST_MEMORY)
        fail(run, "all memory that was taken is freed",
             lost_memory(run->state->output),
             "Nothing points to it any more. Who had the pointer last?");
    if (WEXITSTATUS(status) == DRIVER_GIVES_UP)
        fail(run, "the call returns",
             "it lost its channel to the judge: a descriptor was closed that "
             "your code had not opened",
             "Close what you have opened, each once, and nothing else.");
    fail(run, "the call returns",
         text("the process left with exit(%d)", WEXITSTATUS(status)),
         "exit and _exit end the process that calls them. Call them in one "
         "that your code has forked.");
}

// The driver sends each message in its place. Another one was not sent by it.
void fail_forged(struct run *run, const char *what) {
    fail(run, "only the driver talks to the judge", what,
         "Does your code write to a descriptor that it did not open, or run "
         "tasks in threads? Each task needs a process.");
}
