// SPDX-License-Identifier: MIT
// Takes in what comes: messages, output, the end of the driver.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "judge.h"

static bool take_output(struct run *run) {
    char bytes[4096];
    ssize_t got = read(run->state->sandbox.output, bytes, sizeof bytes);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) { // nobody can write any more
            close(run->state->sandbox.output);
            run->state->sandbox.output = -1;
        }
        return false;
    }
    size_t room = OUTPUT_KEPT - run->state->output_kept;
    size_t run_init = (size_t)got < room ? (size_t)got : room;
    memcpy(run->state->output + run->state->output_kept, bytes, run_init);
    run->state->output_kept += run_init;
    run->state->output_seen += (size_t)got;
    expect(run, run->state->output_seen <= LIMIT_OUTPUT, "the call returns",
           "stopped: it printed more than a megabyte",
           "A loop that prints does not end, or every process prints.");
    return true;
}

static bool take_channel(struct run *run) {
    static struct wire message;
    pid_t sender;
    int got = wire_receive(run->state->sandbox.channel, &message, &sender);
    if (got > 0) {
        take_message(run, &message, sender);
        return true;
    }
    if (got < 0 && errno == EBADMSG)
        fail_forged(run, "a message of a wrong size");
    if (got == 0 || errno != EAGAIN) { // every process that held it is gone
        close(run->state->sandbox.channel);
        run->state->sandbox.channel = -1;
    }
    return false;
}

bool step(struct run *run, int timeout) {
    struct sandbox *sandbox = &run->state->sandbox;
    struct pollfd fd[3] = {
        {.fd = sandbox->channel, .events = POLLIN},
        {.fd = sandbox->output, .events = POLLIN},
        {.fd = run->state->driver_ended ? -1 : sandbox->status,
         .events = POLLIN}};
    int ready = poll(fd, 3, timeout);
    sample_processes(run, false);
    if (ready <= 0) {
        see_it_die(run);
        return false;
    }
    bool taken = fd[0].revents && take_channel(run);
    if (fd[1].revents)
        taken = take_output(run) || taken;
    // Only when no message is left: the driver's last words come first.
    if (!taken && fd[2].revents && !run->state->driver_ended)
        taken = take_end(run, 0);
    see_it_die(run);
    return taken;
}
