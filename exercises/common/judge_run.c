// SPDX-License-Identifier: MIT
// One check's run, from the driver's start to the verdict.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

int64_t pick(struct run *run, int64_t low, int64_t high) {
    return low +
           (int64_t)(next_random(&run->random) % (uint64_t)(high - low + 1));
}

// Deciding. ------------------------------------------------------------------

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
    vsnprintf(run->called, sizeof run->called, format, args);
    va_end(args);
}

void fail(struct run *run, const char *expected, const char *actual,
          const char *help) {
    run->failed = true;
    snprintf(run->expected, sizeof run->expected, "%s", expected);
    snprintf(run->actual, sizeof run->actual, "%s", actual);
    snprintf(run->help, sizeof run->help, "%s", help);
    longjmp(run->over, 1);
}

void expect(struct run *run, bool ok, const char *expected, const char *actual,
            const char *help) {
    if (!ok)
        fail(run, expected, actual, help);
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
    int status = run->driver_status;
    if (WIFEXITED(status) && WEXITSTATUS(status) > 128 &&
        WEXITSTATUS(status) < 128 + 32) // as a shell or a sandbox reports it
        status = WEXITSTATUS(status) - 128;
    if (WIFSIGNALED(status))
        fail(run, "the call returns",
             text("the process crashed: signal %d (%s)", WTERMSIG(status),
                  strsignal(WTERMSIG(status))),
             help_with_signal(WTERMSIG(status)));
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

// Calling. -------------------------------------------------------------------

bool is_back(struct run *run, int64_t agent) { return !run->agent[agent].busy; }

void start(struct run *run, int agent, int id, int count,
           const int64_t *values) {
    struct wire *message = &run->cell.board->call[agent].message;
    *message = (struct wire){.id = id, .count = (uint32_t)count};
    if (count > 0)
        memcpy(message->value, values, (size_t)count * sizeof *values);
    run->agent[agent].busy = true;
    run->alone = false;
    board_tell(&run->cell.board->call[agent].news);
}

void fork_agent(struct run *run, int id) {
    CALL(run, id, run->agents);
    run->agent[run->agents++] = (struct agent){0};
}

const int64_t *finish(struct run *run, int agent) {
    await(run, is_back, agent, "the call returns");
    return run->agent[agent].reply.value;
}

const int64_t *call(struct run *run, int id, int count, const int64_t *values) {
    start(run, 0, id, count, values);
    return finish(run, 0);
}

// From start to end. ----------------------------------------------------------

// A process that says hello must be the one that the judge started, and not a
// child of it: of all above it, none may run the same program. Code that runs
// before main() could have forked one.
static bool is_the_driver(struct run *run, pid_t pid) {
    return proc_climb(pid, run->cell.keeper) == 1 &&
           proc_count_program(pid, run->cell.keeper, &run->cell.program) == 1;
}

static void meet(struct run *run) {
    static struct wire message;
    struct pollfd fd[2] = {{.fd = run->cell.channel, .events = POLLIN},
                           {.fd = run->cell.status, .events = POLLIN}};
    pid_t sender;
    int ready;
    do {
        int64_t left = run->ends_at_last - now_ms();
        ready = poll(fd, 2, left > 0 ? (int)left : 0);
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0 || !fd[0].revents ||
        wire_receive(run->cell.channel, &message, &sender) <= 0 ||
        message.kind != WIRE_HELLO || !is_the_driver(run, sender))
        fail(run, "the driver starts", "it did not",
             "This is not your code's fault, unless it runs something before "
             "main().");
    run->driver = run->agent[0].pid = sender;
}

// What must hold whatever the check was about.
static void expect_sound(struct run *run) {
    for (int i = 0; i < run->visits; i++)
        if (run->visit[i].doomed)
            await(run, has_ended, run->visit[i].pid,
                  "a process that was told to die ends");
    expect(run, !exercise.in_processes || run->outside,
           "tasks run in processes that you made",
           "none did: your own process ran them all",
           "This check is about processes; there were none.");
    expect(run, cell_is_whole(&run->cell), "the judge's processes live",
           "one was killed", "Kill only what you have forked.");
}

static void take_last_output(struct run *run) {
    ssize_t got = 0;
    while (run->cell.output >= 0 && run->output_kept < OUTPUT_KEPT &&
           (got = read(run->cell.output, run->output + run->output_kept,
                       OUTPUT_KEPT - run->output_kept)) > 0)
        run->output_kept += (size_t)got;
}

bool run_check(struct run *run, const struct check *check, const char *driver,
               const struct cell_options *options) {
    run->check = check;
    run->hold_id = INT64_MIN;
    run->random = run->seed;
    run->looked_at = now_ms();
    run->judge_waited_ns = proc_waited(getpid());
    if (!cell_start(&run->cell, driver, options))
        return false;
    run->agents = 1; // the driver
    if (setjmp(run->over) == 0) {
        meet(run);
        check->judge(run);
        expect_sound(run);
    } else {
        take_last_output(run);
    }
    cell_end(&run->cell);
    free(run->processes.at);
    free(run->looked.at);
    free(run->settling[0].at);
    free(run->settling[1].at);
    return true;
}
