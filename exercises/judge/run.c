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

// Calling. -------------------------------------------------------------------

const int64_t *reply_of(struct run *run, int server) {
    return run->state->server[server].reply.value;
}

int returned_at(struct run *run, int server) {
    return run->state->server[server].returned_at;
}

void driver_may_end(struct run *run) { run->state->driver_may_end = true; }

void start(struct run *run, int server, int id, int count,
           const int64_t *values) {
    struct wire *message = &run->state->sandbox.page->call[server].message;
    *message = (struct wire){.id = id, .count = (uint32_t)count};
    if (count > 0)
        memcpy(message->value, values, (size_t)count * sizeof *values);
    run->state->server[server].busy = true;
    run->state->alone = false;
    sequence_advance(&run->state->sandbox.page->call[server].sequence);
}

int fork_server(struct run *run, int id) {
    int number = run->state->servers;
    if (number == PAGE_SERVERS)
        cannot_judge(run, "a check wants too many servers");
    CALL(run, id, number);
    run->state->server[run->state->servers++] = (struct server){0};
    return number;
}

const int64_t *finish(struct run *run, int server) {
    await(run, is_back, server, "the call returns");
    return run->state->server[server].reply.value;
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
    int programs = proc_count_program(pid, run->state->sandbox.init,
                                      &run->state->sandbox.program);
    if (programs < 0)
        cannot_judge(run, "/proc does not show which program a process runs");
    return programs == 1 && proc_climb(pid, run->state->sandbox.init) == 1;
}

// The student's code may be to blame only where it runs before main(), or is
// too large to be started; a sandbox command's failure is its own.
static _Noreturn void fail_to_start(struct run *run) {
    if (take_end(run, 100)) {
        int status = run->state->driver_status;
        bool ours =
            WIFEXITED(status) && (WEXITSTATUS(status) >= DRIVER_NOT_CONFINED ||
                                  WEXITSTATUS(status) == DRIVER_GIVES_UP);
        take_last_output(run);
        run->state->output[strcspn(run->state->output, "\n")] = 0;
        if (ours)
            cannot_judge(run, *run->state->output
                                  ? run->state->output
                                  : "the driver cannot be started");
    }
    fail(run, "the driver starts", "it did not",
         "This is not your code's fault, unless it runs something before "
         "main().");
}

static void meet(struct run *run) {
    static struct wire message;
    struct pollfd fd[2] = {
        {.fd = run->state->sandbox.channel, .events = POLLIN},
        {.fd = run->state->sandbox.status, .events = POLLIN}};
    pid_t sender;
    int ready;
    do {
        int64_t left = run->state->ends_at_last - now_ms();
        ready = poll(fd, 2, run->state->debug ? -1 : left > 0 ? (int)left : 0);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0)
        cannot_judge(run, "the driver does not come to start");
    if (ready < 0 || !fd[0].revents ||
        wire_receive(run->state->sandbox.channel, &message, &sender) <= 0 ||
        message.kind != WIRE_HELLO || !is_the_driver(run, sender))
        fail_to_start(run);
    run->driver = run->state->server[0].pid = sender;
    sandbox_look(&run->state->sandbox, sender);
    run->state->sanitized = message.value[1] == 1;
    if (run->state->sanitized)
        run->state->cpu_limit_ms *= LIMIT_SANITIZED;
    if (message.value[0] != exercise.calls)
        cannot_judge(run, text("driver.c has a table of %ld calls, the enum "
                               "in check.c says %d",
                               (long)message.value[0], exercise.calls));
}

// What must hold whatever the check was about.
static void expect_sound(struct run *run) {
    for (int i = 0; i < run->executions; i++)
        if (run->execution[i].dying)
            await(run, has_ended, run->execution[i].pid,
                  "a process that was told to die ends");
    expect(run, !exercise.in_processes || run->state->outside,
           "tasks run in processes that you made",
           "none did: your own process ran them all",
           "This check is about processes; there were none.");
    expect_whole(run);
}

static void destroy_all(struct run *run) {
    int64_t until = fair_ms(run) + LIMIT_LATE_S * 1000;
    run->state->asleep_ms = 0;
    let_all_go(run);
    start(run, 0, CALL_DESTROY_ALL, 0, NULL);
    while (!is_back(run, 0) && !take_end(run, 0) && fair_ms(run) < until &&
           run->state->asleep_ms < LIMIT_ASLEEP_MS)
        step(run, SAMPLE_EVERY_MS);
}

// With a sanitizer, whatever the check was about: what is still there is
// destroyed, and no memory is lost. Nothing else is judged then: a check may end
// where there is more to do than it has time for.
static bool loses_memory(struct run *run) {
    if (!run->state->sanitized || run->state->servers > 1 ||
        run->state->driver_may_end || !is_back(run, 0))
        return false;
    if (setjmp(run->state->over) == 0)
        destroy_all(run);
    run->state->failed = run->state->stopped_for_time = false;
    int status = run->state->driver_status;
    return run->state->driver_ended && WIFEXITED(status) &&
           WEXITSTATUS(status) == DRIVER_LOST_MEMORY;
}

static bool begin_run(struct run *run, const struct check *check,
                      const char *program,
                      const struct sandbox_options *options) {
    run->state->check = check;
    run->hold_id = INT64_MIN;
    run->state->random = run->state->seed;
    run->state->sampled_at = now_ms();
    run->state->judge_waited_ns = proc_waited(getpid());
    if (sandbox_start(&run->state->sandbox, program, options))
        return true;
    snprintf(run->state->cannot, sizeof run->state->cannot,
             "%s cannot be started: %s", program, strerror(errno));
    return false;
}

static void end_run(struct run *run) {
    sandbox_end(&run->state->sandbox);
    free(run->state->processes.at);
    free(run->state->sampled.at);
    free(run->state->settling[0].at);
    free(run->state->settling[1].at);
}

bool run_check(struct run *run, const struct check *check, const char *driver,
               const struct sandbox_options *options) {
    volatile bool judged = true, ended_well = false; // setjmp
    if (!begin_run(run, check, driver, options))
        return false;
    run->state->servers = 1; // the driver
    switch (setjmp(run->state->over)) {
    case 0:
        meet(run);
        check->judge(run);
        expect_sound(run);
        ended_well = true;
        break;
    case CANNOT_JUDGE:
        judged = false;
        break;
    default:
        take_last_output(run);
    }
    if (ended_well && loses_memory(run) && setjmp(run->state->over) == 0) {
        about(run, "what destroys it, at the end of this check");
        fail_ended(run);
    }
    end_run(run);
    return judged;
}

bool run_schedules(struct run *run, const struct check *check,
                   const char *program, const struct sandbox_options *options) {
    volatile bool ended = false; // setjmp
    if (!begin_run(run, check, program, options))
        return false;
    if (setjmp(run->state->over) == 0) {
        while (!run->state->driver_ended)
            step(run, SAMPLE_EVERY_MS);
        take_last_output(run);
        ended = true;
    }
    end_run(run);
    return ended;
}
